/* certificate_follow: see certificate_follow.h. */
#include "certificate_follow.h"

#include <string.h>

#include "lib/base/clock.h"

#include "certificate_store.h"
#include "certificate_story.h"
#include "certificate_view.h"
#include "settings.h"

void certificate_names(const struct website *site, const char *ret[static CERTIFICATE_NAMES], unsigned *ret_n)
{
	const Stralix__V1__WebsiteSettings *settings = site->applied_settings ? site->applied_settings : site->settings;

	ret[0] = site->domain;
	*ret_n = 1;
	for (size_t i = 0; settings && i < settings->n_aliases && *ret_n < CERTIFICATE_NAMES; i++)
		ret[(*ret_n)++] = settings->aliases[i];
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
	certificate->lease = (struct uuid){ 0 };
	return certificate_update(change_tx(change), certificate, 0, err) &&
	       record(change, &before, certificate, "certificate.request", why, arena, err);
}

static bool is_for(const struct certificate *certificate, const struct website *site)
{
	const char *names[CERTIFICATE_NAMES];
	unsigned n;

	certificate_names(site, names, &n);
	return certificate_is_for(certificate, names, n);
}

bool certificate_ask(struct change *change, const struct website *site, const char *why, struct arena *arena,
                     struct certificate *ret, struct error *err)
{
	bool found = false, active = false;
	struct certificate serving;

	if (!certificate_lock_coming(change_tx(change), &site->id, "acme", arena, ret, &found, err) ||
	    !certificate_lock_active(change_tx(change), &site->id, arena, &serving, &active, err))
		return false;
	if (found && (ret->state == CERTIFICATE_INSTALLING || (certificate_is_under_way(ret) && is_for(ret, site))))
		return certificate_hurry(change_tx(change), &ret->id, err); /* what it lacks is seen when it is there */
	if (found) {
		certificate_names(site, ret->names, &ret->n_names);
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
	certificate_names(site, ret->names, &ret->n_names);
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
	certificate_names(site, names, &n);
	if (!certificate_lock_coming(change_tx(change), &site->id, "acme", arena, &certificate, &found, err))
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

bool certificate_follow(struct change *change, const struct website *before, const struct website *site,
                        const char *refused, struct arena *arena, struct error *err)
{
	struct certificate asked;
	const char *why = NULL;

	if (site->state == WEBSITE_PURGED)
		return certificate_forget(change_tx(change), &site->id, err);
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
