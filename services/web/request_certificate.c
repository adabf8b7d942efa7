/* RequestCertificate and RetryCertificate. Asks for one, or for what waits or failed, now. */
#include <string.h>

#include "lib/base/clock.h"

#include "certificate_call.h"
#include "certificate_follow.h"
#include "certificate_store.h"
#include "certificate_story.h"
#include "certificate_view.h"
#include "certificate_worker.h"
#include "desire.h"
#include "settings.h"
#include "web.h"

/* Its settings with the wildcard, from the arena. */
static Stralix__V1__WebsiteSettings *with_wildcard(const struct website *site, struct arena *arena)
{
	Stralix__V1__WebsiteSettings *settings = arena_alloc(arena, sizeof(*settings));
	Stralix__V1__Https *https = arena_alloc(arena, sizeof(*https));

	if (!settings || !https)
		return NULL;
	if (site->settings)
		*settings = *site->settings;
	else
		stralix__v1__website_settings__init(settings);
	if (settings->https)
		*https = *settings->https;
	else
		stralix__v1__https__init(https);
	https->wildcard = true;
	settings->https = https;
	return settings;
}

/* The website's settings want it from now on: a change of theirs, whose end asks for the certificate's names anew. */
static bool want_wildcard(struct call *call, struct change *change, struct website *site, struct error *err)
{
	struct desire desire = { .serving = site->serving,
		                 .state = WEBSITE_PENDING,
		                 .permission = "certificate:update",
		                 .action = "website.update" };

	if (settings_want_wildcard(site->settings))
		return true;
	desire.settings = with_wildcard(site, call_arena(call));
	if (!desire.settings)
		return error_set(err, ERR_TOO_LARGE, "no room for settings");
	return website_desire_again(change, site, &desire, service_epoch(call_service(call)), call_arena(call), err);
}

static bool finish(struct call *call, struct change *change, const struct certificate *certificate, struct error *err)
{
	if (!certificate_reply(change, certificate, "", call_arena(call), err) || !change_commit(change, err))
		return false;
	certificate_workers_wake(call_state(call));
	return true;
}

/*
 * Effects  one change: certificate row (waiting), story, audit certificate.request. The one that is there serves on.
 * With a wildcard that the settings don't want yet, the website's new generation and task, too. Errors   ERR_NOT_FOUND,
 * ERR_CONFLICT (deleted, no HTTPS wanted, no authority).
 */
bool web_request_certificate(struct call *call, const Stralix__V1__RequestCertificateRequest *req, struct error *err)
{
	const struct web_settings *settings = service_settings(call_service(call));
	_cleanup_(change_freep) struct change *change = NULL;
	struct certificate certificate;
	struct website site;

	if (!website_change_begin(call, req->website_id, &change, &site, err) || !certificate_may_ask(&site, err))
		return false;
	if (!*settings->acme_directory)
		return error_set(err, ERR_CONFLICT, "This installation has no certificate authority.");
	if (strcmp(settings_certificate_mode(site.settings), "none") == 0)
		return error_set(err, ERR_CONFLICT, "The website's settings want no HTTPS.");
	if (req->wildcard && !want_wildcard(call, change, &site, err))
		return error_wrap(err, "request a certificate for '%s'", site.domain);
	if (!certificate_ask(change, &site, "It was asked for.", call_arena(call), &certificate, err))
		return error_wrap(err, "request a certificate for '%s'", site.domain);
	if (certificate.state == CERTIFICATE_INSTALLING)
		return error_set(err, ERR_CONFLICT, "One is being installed just now.");
	return finish(call, change, &certificate, err) ||
	       error_wrap(err, "request a certificate for '%s'", site.domain);
}

/*
 * Effects  one change: certificate row (due now), story, audit certificate.retry.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (nothing of it waits).
 */
bool web_retry_certificate(struct call *call, const Stralix__V1__RetryCertificateRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct arena *arena = call_arena(call);
	struct certificate certificate, before;
	struct website site;

	if (!certificate_change_begin(call, req->certificate_id, &change, &site, &certificate, err))
		return false;
	if (!certificate_is_coming(&certificate) || !certificate_is_acme(&certificate) ||
	    certificate.state == CERTIFICATE_INSTALLING)
		return error_set(err, ERR_CONFLICT, "This certificate isn't waiting to be tried.");
	before = certificate;
	certificate.next_try_ms = clock_unix_ms();
	if (certificate.state == CERTIFICATE_FAILED)
		certificate.state = CERTIFICATE_WAITING;
	if (certificate.state == CERTIFICATE_WAITING)
		certificate.lease = (struct uuid){ 0 };
	return ((certificate_is_under_way(&certificate)
	                 ? certificate_hurry(change_tx(change), &certificate.id, err)
	                 : certificate_update(change_tx(change), &certificate, 0, err)) &&
	        story_add(change_tx(change), &certificate, STORY_WAITING, "It is tried again.", NULL, arena, err) &&
	        certificate_tell(change, &before, &certificate, "certificate.retry", "accepted", "updated", arena,
	                         err) &&
	        finish(call, change, &certificate, err)) ||
	       error_wrap(err, "retry a certificate of '%s'", site.domain);
}
