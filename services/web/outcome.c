/* outcome: see outcome.h. */
#include "outcome.h"

#include <string.h>

#include "settings.h"

static const char *const names[OUTCOMES] = {
	[OUTCOME_SUCCESS] = "success", [OUTCOME_FAILED] = "failed",       [OUTCOME_SUPERSEDED] = "superseded",
	[OUTCOME_DENIED] = "denied",   [OUTCOME_CANCELLED] = "cancelled",
};

bool outcome_parse(const char *name, enum outcome *ret)
{
	for (unsigned i = 0; i < OUTCOMES; i++)
		if (!strcmp(names[i], name)) {
			*ret = (enum outcome)i;
			return true;
		}
	return false;
}

bool outcome_is_news(const struct website *site, const struct generation *generation, enum outcome outcome)
{
	return outcome != OUTCOME_SUPERSEDED && site->generation.epoch == generation->epoch &&
	       site->generation.n == generation->n &&
	       (site->state == WEBSITE_PENDING || site->state == WEBSITE_DELETING || site->state == WEBSITE_PURGING);
}

static enum website_state settled(enum website_serving serving)
{
	static const enum website_state states[SERVINGS] = {
		[SERVING_LIVE] = WEBSITE_ACTIVE,
		[SERVING_SUSPENDED] = WEBSITE_SUSPENDED,
		[SERVING_DELETED] = WEBSITE_DELETED,
		[SERVING_REMOVED] = WEBSITE_PURGED,
	};

	return states[serving];
}

/* Whether what is desired is what is at work, but for its generation. */
static bool is_at_work(const struct website *site)
{
	return site->applied_serving == site->serving && settings_equal(site->applied_settings, site->settings);
}

/* Whether the change was about the certificate, or how authorities are answered: such a failure is the certificate's.
 */
static bool is_certificate_alone(const struct website *site)
{
	return !uuid_equal(&site->certificate_id, &site->applied_certificate_id) ||
	       strcmp(site->thumbprint ? site->thumbprint : "",
	              site->applied_thumbprint ? site->applied_thumbprint : "") != 0;
}

void outcome_apply(struct website *site, bool order, enum outcome outcome, const char *message, int64_t now_ms,
                   int64_t grace_ms)
{
	site->updated_ms = now_ms;
	if (outcome != OUTCOME_SUCCESS && (order || is_certificate_alone(site)) && is_at_work(site)) {
		site->state = settled(site->serving);
		site->message = "";
		site->certificate_id = site->applied_certificate_id;
		return;
	}
	if (outcome != OUTCOME_SUCCESS) {
		site->state = WEBSITE_FAILED;
		site->message = message;
		return;
	}
	site->state = settled(site->serving);
	site->message = "";
	site->applied = site->generation;
	site->applied_serving = site->serving;
	site->applied_settings = site->settings;
	site->applied_certificate_id = site->certificate_id;
	site->applied_thumbprint = site->thumbprint;
	site->purge_ms = site->state == WEBSITE_DELETED ? now_ms + grace_ms : 0;
}

bool outcome_needs_undo(const struct website *site, enum outcome outcome)
{
	return (outcome == OUTCOME_DENIED || outcome == OUTCOME_CANCELLED) && site->applied_serving != SERVING_NONE &&
	       (site->applied_serving != site->serving || !settings_equal(site->applied_settings, site->settings));
}
