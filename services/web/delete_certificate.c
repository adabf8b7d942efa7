/* DeleteCertificate. Gives up what is on its way, forgets what is over, takes HTTPS off the website. */
#include <string.h>

#include "lib/base/clock.h"

#include "certificate_call.h"
#include "certificate_store.h"
#include "certificate_view.h"
#include "challenge.h"
#include "desire.h"
#include "settings.h"
#include "web.h"

/* The website without it. */
static bool take_off(struct call *call, struct change *change, struct website *site, struct certificate *certificate,
                     struct error *err)
{
	const struct desire desire = { .serving = site->serving,
		                       .state = WEBSITE_PENDING,
		                       .permission = "certificate:delete",
		                       .action = "certificate.remove" };
	const struct web_settings *settings = service_settings(call_service(call));

	if (site->serving != SERVING_LIVE && site->serving != SERVING_SUSPENDED)
		return error_set(err, ERR_CONFLICT, "A deleted website's certificate goes with it.");
	if (*settings->acme_directory && strcmp(settings_certificate_mode(site->settings), "automatic") == 0)
		return error_set(err, ERR_CONFLICT,
		                 "The website's certificate is automatic: a new one would come. Change that first.");
	site->certificate_id = (struct uuid){ 0 };
	site->chain = "";
	site->sealed_key.size = 0;
	certificate->state = certificate->revoked_ms ? CERTIFICATE_REVOKED : CERTIFICATE_REPLACED;
	certificate->message = "It was taken off.";
	certificate->renew_ms = 0;
	certificate->next_try_ms = certificate_is_to_be_revoked(certificate) ? clock_unix_ms() : 0;
	certificate->sealed_key_size = 0;
	certificate->lease = (struct uuid){ 0 };
	return website_desire_again(change, site, &desire, service_epoch(call_service(call)), call_arena(call), err) &&
	       certificate_update(change_tx(change), certificate, 0, err);
}

/*
 * Effects  one change: the row goes, or (at work) the website's new generation without it; audit certificate.delete.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (being installed, automatic).
 */
bool web_delete_certificate(struct call *call, const Stralix__V1__DeleteCertificateRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct certificate certificate, before;
	struct arena *arena = call_arena(call);
	struct website site;
	bool serves;

	if (!certificate_change_begin(call, req->certificate_id, &change, &site, &certificate, err))
		return false;
	if (certificate.state == CERTIFICATE_INSTALLING)
		return error_set(err, ERR_CONFLICT, "This certificate is being installed just now.");
	before = certificate;
	serves = uuid_equal(&site.certificate_id, &certificate.id);
	return (challenge_drop(change, &certificate, err) &&
	        (serves ? take_off(call, change, &site, &certificate, err)
	                : certificate_delete(change_tx(change), &certificate.id, err)) &&
	        certificate_tell(change, &before, &certificate, "certificate.delete", "accepted", "deleted", arena,
	                         err) &&
	        certificate_reply(change, &certificate, serves ? site.task_id : "", arena, err) &&
	        change_commit(change, err)) ||
	       error_wrap(err, "delete a certificate of '%s'", site.domain);
}
