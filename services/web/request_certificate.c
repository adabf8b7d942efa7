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

static bool finish(struct call *call, struct change *change, const struct certificate *certificate, struct error *err)
{
	if (!certificate_reply(change, certificate, "", call_arena(call), err) || !change_commit(change, err))
		return false;
	certificate_workers_wake(call_state(call));
	return true;
}

/*
 * Effects  one change: certificate row (waiting), story, audit certificate.request. The one that is there serves on.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (deleted, no HTTPS wanted, no authority).
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
