/* certificate_watch: a certificate at work: renewed in time, and told about before it ends. */
#include <string.h>

#include "lib/base/clock.h"

#include "certificate_follow.h"
#include "certificate_run.h"
#include "certificate_store.h"
#include "certificate_view.h"
#include "settings.h"
#include "store.h"

static const int64_t day_ms = 86400000;
static const unsigned warnings[] = { 14, 7, 1 }; /* days before its end */

static bool is_automatic(const struct certificate_run *run)
{
	return run->account && certificate_is_acme(&run->certificate) && run->site.serving == SERVING_LIVE &&
	       strcmp(settings_certificate_mode(run->site.settings), "automatic") == 0;
}

/* The authority's own wish: a moment of its window, when that comes before ours. */
static void ask_window(struct certificate_run *run)
{
	struct certificate *now = &run->certificate;
	struct acme_window window;
	int64_t at_ms;

	if (!run->acme || !*now->renewal_id || !acme_renewal_window(run->acme, now->renewal_id, &window, NULL))
		return; /* most authorities say nothing, and ours is good without */
	at_ms = (window.start_s + (window.end_s - window.start_s) / 2) * 1000;
	if (at_ms < now->renew_ms)
		now->renew_ms = at_ms;
}

/* The days of the warning that is due; 0: none. */
static unsigned due_warning(const struct certificate *certificate)
{
	int64_t left = certificate->not_after_ms - clock_unix_ms();
	unsigned due = 0;

	for (size_t i = 0; i < ARRAY_SIZE(warnings); i++)
		if (left <= (int64_t)warnings[i] * day_ms &&
		    (!certificate->warned_days || certificate->warned_days > warnings[i]))
			due = warnings[i];
	return due;
}

static int64_t next_look(const struct certificate_run *run)
{
	const struct certificate *now = &run->certificate;
	int64_t at = clock_unix_ms() + day_ms;

	for (size_t i = 0; i < ARRAY_SIZE(warnings); i++) {
		int64_t warn = now->not_after_ms - (int64_t)warnings[i] * day_ms;

		if (warn > clock_unix_ms() && warn < at)
			at = warn;
	}
	if (is_automatic(run) && now->renew_ms > clock_unix_ms() && now->renew_ms < at)
		at = now->renew_ms;
	return now->not_after_ms > clock_unix_ms() && now->not_after_ms < at ? now->not_after_ms : at;
}

static bool warn(struct certificate_run *run, struct change *change, const struct certificate *before,
                 struct error *err)
{
	struct certificate *now = &run->certificate;
	bool over = now->not_after_ms <= clock_unix_ms();
	unsigned days = due_warning(now);
	const char *words;

	if (!over && !days)
		return true;
	now->warned_days = days;
	now->state = over ? CERTIFICATE_EXPIRED : CERTIFICATE_ACTIVE;
	words = over ? "It has expired."
	             : arena_printf(run->arena, "It expires in %u day%s.", days, days == 1 ? "" : "s");
	if (!words)
		return error_set(err, ERR_TOO_LARGE, "no room for words");
	return story_add(change_tx(change), now, over ? STORY_FAILED : STORY_WAITING, words, NULL, run->arena, err) &&
	       certificate_tell(change, before, now, over ? "certificate.expire" : "certificate.warn", "accepted",
	                        over ? "expired" : "expiring", run->arena, err);
}

/* A successor, unless one is on its way. */
static bool renew(struct certificate_run *run, struct change *change, const struct website *site, struct error *err)
{
	struct certificate coming;
	bool found = false;

	if (!is_automatic(run) || run->certificate.renew_ms > clock_unix_ms())
		return true;
	if (!certificate_lock_coming(change_tx(change), &site->id, "acme", run->arena, &coming, &found, err))
		return false;
	return found || certificate_ask(change, site, "It is time to renew.", run->arena, &coming, err);
}

bool step_active(struct certificate_run *run, bool *ret_more, struct error *err)
{
	struct certificate *now = &run->certificate, row;
	_cleanup_(change_freep) struct change *change = NULL;
	struct website site;

	*ret_more = false;
	if (certificate_is_compromised(now))
		return step_revoking(run, ret_more, err);
	if (is_automatic(run))
		ask_window(run);
	if (!change_begin_system(run->service, &now->org, "", &change, err))
		return false;
	if (!website_lock(change_tx(change), &now->website_id, run->arena, &site, err) ||
	    !certificate_lock(change_tx(change), &now->id, run->arena, &row, err))
		return err->code == ERR_NOT_FOUND;
	if (!uuid_equal(&row.lease, &run->lease))
		return true;
	now->lease = (struct uuid){ 0 };
	if (!warn(run, change, &row, err) || !renew(run, change, &site, err))
		return false;
	now->next_try_ms = now->state == CERTIFICATE_EXPIRED ? 0 : next_look(run);
	return certificate_update(change_tx(change), now, 0, err) && change_commit(change, err);
}
