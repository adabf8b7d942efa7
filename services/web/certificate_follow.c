/* certificate_follow: see certificate_follow.h. */
#include "certificate_follow.h"

#include <string.h>

#include "lib/base/clock.h"

#include "certificate_store.h"
#include "certificate_story.h"
#include "certificate_view.h"
#include "challenge.h"
#include "settings.h"

static const Stralix__V1__WebsiteSettings *settings_of(const struct website *site)
{
	return site->applied_settings ? site->applied_settings : site->settings;
}

void certificate_plain_names(const struct website *site, const char *ret[static CERTIFICATE_NAMES], unsigned *ret_n)
{
	const Stralix__V1__WebsiteSettings *settings = settings_of(site);

	ret[0] = site->domain;
	*ret_n = 1;
	for (size_t i = 0; settings && i < settings->n_aliases && *ret_n < CERTIFICATE_NAMES; i++)
		ret[(*ret_n)++] = settings->aliases[i];
}

/* Right below the website's own name: an authority refuses it beside the wildcard. */
static bool is_covered(const char *alias, const char *domain)
{
	const char *dot = strchr(alias, '.');

	return dot && strcmp(dot + 1, domain) == 0;
}

bool certificate_names(const struct website *site, struct arena *arena, const char *ret[static CERTIFICATE_NAMES],
                       unsigned *ret_n, struct error *err)
{
	const char *plain[CERTIFICATE_NAMES];
	unsigned n;

	certificate_plain_names(site, plain, &n);
	*ret_n = 0;
	if (!settings_want_wildcard(settings_of(site))) {
		memcpy(ret, plain, n * sizeof(plain[0]));
		*ret_n = n;
		return true;
	}
	ret[(*ret_n)++] = plain[0];
	if (!(ret[(*ret_n)++] = arena_printf(arena, "*.%s", site->domain)))
		return error_set(err, ERR_TOO_LARGE, "no room for names");
	for (unsigned i = 1; i < n && *ret_n < CERTIFICATE_NAMES; i++)
		if (!is_covered(plain[i], site->domain))
			ret[(*ret_n)++] = plain[i];
	return true;
}

static bool record(struct change *change, const struct certificate *before, struct certificate *after,
                   const char *action, const char *why, struct arena *arena, struct error *err)
{
	return story_add(change_tx(change), after, STORY_WAITING, why, NULL, arena, err) &&
	       certificate_tell(change, before, after, action, "accepted", before ? "updated" : "created", arena, err);
}

static bool ask_again(struct change *change, struct certificate *certificate, const char *why, struct arena *arena,
                      struct error *err)
{
	const struct certificate before = *certificate;

	certificate->state = CERTIFICATE_WAITING;
	certificate->message = "";
	certificate->order_url = "";
	certificate->next_try_ms = clock_unix_ms();
	certificate->n_proofs = 0;
	certificate->lease = (struct uuid){ 0 };
	return challenge_drop(change, certificate, err) && certificate_update(change_tx(change), certificate, 0, err) &&
	       record(change, &before, certificate, "certificate.request", why, arena, err);
}

/* A wish for other names is another wish. */
static bool is_to_stay(const struct certificate *certificate, const char *const *names, unsigned n)
{
	return certificate->state == CERTIFICATE_INSTALLING ||
	       (certificate_is_under_way(certificate) && certificate_is_for(certificate, names, n));
}

bool certificate_ask(struct change *change, const struct website *site, const char *why, struct arena *arena,
                     struct certificate *ret, struct error *err)
{
	const char *names[CERTIFICATE_NAMES];
	bool found = false, active = false;
	struct certificate serving;
	unsigned n;

	if (!certificate_names(site, arena, names, &n, err) ||
	    !certificate_lock_coming(change_tx(change), &site->id, "acme", arena, ret, &found, err) ||
	    !certificate_lock_active(change_tx(change), &site->id, arena, &serving, &active, err))
		return false;
	if (found && is_to_stay(ret, names, n))
		return certificate_hurry(change_tx(change), &ret->id, err); /* what it lacks is seen when it is there */
	if (found) {
		memcpy(ret->names, names, (ret->n_names = n) * sizeof(names[0]));
		return ask_again(change, ret, why, arena, err);
	}
	*ret = (struct certificate){
		.id = uuid_v7(),
		.org = site->org,
		.website_id = site->id,
		.domain = site->domain,
		.source = "acme",
		.message = "",
		.next_try_ms = clock_unix_ms(),
		.created_ms = clock_unix_ms(),
		.updated_ms = clock_unix_ms(),
	};
	if (active)
		ret->replaces = serving.id;
	memcpy(ret->names, names, (ret->n_names = n) * sizeof(names[0]));
	return certificate_insert(change_tx(change), ret, err) &&
	       record(change, NULL, ret, "certificate.request", why, arena, err);
}

/* The daemon refused it: the website is as it was, and so is the certificate that it had. */
static bool fail(struct change *change, const struct uuid *id, const char *words, struct arena *arena,
                 struct error *err)
{
	struct certificate certificate, before;

	if (!certificate_lock(change_tx(change), id, arena, &certificate, err))
		return err->code == ERR_NOT_FOUND;
	if (certificate.state != CERTIFICATE_INSTALLING)
		return true;
	before = certificate;
	certificate.state = CERTIFICATE_FAILED;
	certificate.message = *words ? words : "The node didn't take it.";
	certificate.attempt++;
	certificate.next_try_ms = certificate_is_acme(&certificate)
	                                  ? clock_unix_ms() + certificate_backoff_ms(certificate.attempt + 2)
	                                  : 0;
	certificate.lease = (struct uuid){ 0 };
	return certificate_update(change_tx(change), &certificate, 0, err) &&
	       story_add(change_tx(change), &certificate, STORY_FAILED, certificate.message, NULL, arena, err) &&
	       certificate_tell(change, &before, &certificate, "certificate.install", "failed", "failed", arena, err);
}

/* Whether what it is served with, or waits for, is for its names. */
static bool lacks(struct change *change, const struct website *site, struct arena *arena, const char **ret_why,
                  struct error *err)
{
	const char *names[CERTIFICATE_NAMES];
	struct certificate certificate;
	bool found = false;
	unsigned n;

	*ret_why = NULL;
	if (!certificate_names(site, arena, names, &n, err) ||
	    !certificate_lock_coming(change_tx(change), &site->id, "acme", arena, &certificate, &found, err))
		return false;
	if (found) {
		if (!certificate_is_for(&certificate, names, n) && !certificate_is_under_way(&certificate))
			*ret_why = "The names have changed.";
		return true;
	}
	if (!certificate_lock_active(change_tx(change), &site->id, arena, &certificate, &found, err))
		return false;
	if (!found)
		*ret_why = "The website has none yet.";
	else if (certificate_is_acme(&certificate) && !certificate_is_for(&certificate, names, n))
		*ret_why = "The names have changed.";
	return true;
}

/* What dns keeps for the one that is on its way goes along. */
static bool forget(struct change *change, const struct website *site, struct arena *arena, struct error *err)
{
	struct certificate coming;
	bool found = false;

	return certificate_lock_coming(change_tx(change), &site->id, "acme", arena, &coming, &found, err) &&
	       (!found || challenge_drop(change, &coming, err)) &&
	       certificate_forget(change_tx(change), &site->id, err);
}

bool certificate_follow(struct change *change, const struct website *before, const struct website *site,
                        const char *refused, struct arena *arena, struct error *err)
{
	struct certificate asked;
	const char *why = NULL;

	if (site->state == WEBSITE_PURGED)
		return forget(change, site, arena, err);
	if (!uuid_equal(&before->certificate_id, &site->certificate_id) &&
	    !fail(change, &before->certificate_id, refused, arena, err))
		return false;
	if (!certificate_wake(change_tx(change), &site->id, err))
		return false;
	if (site->state != WEBSITE_ACTIVE || !site->thumbprint || !*site->thumbprint ||
	    strcmp(settings_certificate_mode(site->settings), "automatic") != 0)
		return true;
	return lacks(change, site, arena, &why, err) &&
	       (!why || certificate_ask(change, site, why, arena, &asked, err));
}
