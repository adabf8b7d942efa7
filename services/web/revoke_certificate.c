/* RevokeCertificate. Has the authority call a certificate good no more. */
#include <string.h>

#include "lib/base/clock.h"

#include "certificate_call.h"
#include "certificate_follow.h"
#include "certificate_store.h"
#include "certificate_story.h"
#include "certificate_view.h"
#include "certificate_worker.h"
#include "web.h"

static bool may_be_revoked(const struct certificate *certificate, const struct web_settings *settings,
                           struct error *err)
{
	if (!certificate_is_acme(certificate))
		return error_set(err, ERR_CONFLICT, "An own certificate is revoked by the authority that made it.");
	if (!*settings->acme_directory)
		return error_set(err, ERR_CONFLICT, "This installation has no certificate authority.");
	if (certificate->revoked_ms)
		return error_set(err, ERR_CONFLICT, "This certificate is revoked already.");
	if (certificate_is_to_be_revoked(certificate) && !certificate_is_compromised(certificate) &&
	    certificate->state == CERTIFICATE_REPLACED)
		return error_set(err, ERR_CONFLICT, "This certificate is being revoked already.");
	if (certificate->state != CERTIFICATE_ACTIVE && certificate->state != CERTIFICATE_REPLACED)
		return error_set(err, ERR_CONFLICT,
		                 "Only a certificate that was issued and hasn't expired can be revoked.");
	return true;
}

/* One that serves gets a successor; the worker revokes it when that is at work, or at once. */
static bool ask_successor(struct call *call, struct change *change, const struct website *site,
                          const struct certificate *certificate, struct error *err)
{
	struct certificate next;

	if (certificate->state != CERTIFICATE_ACTIVE)
		return true;
	return certificate_may_ask(site, err) &&
	       certificate_ask(change, site, "The one before it is to be revoked.", call_arena(call), &next, err);
}

static const char *words_of(const struct certificate *certificate)
{
	if (certificate->state != CERTIFICATE_ACTIVE)
		return "It is to be revoked.";
	return certificate_is_compromised(certificate)
	               ? "It is to be revoked at once, since its key is in strange hands; a new one is asked for."
	               : "It is to be revoked as soon as a new one is at work.";
}

/*
 * Effects  one change: certificate row (to be revoked), the wish for its successor when it serves, story, audit
 *          certificate.revoke. A worker tells the authority.
 * Errors   ERR_NOT_FOUND, ERR_INVALID (reason), ERR_CONFLICT (own, not issued, expired, revoked).
 */
bool web_revoke_certificate(struct call *call, const Stralix__V1__RevokeCertificateRequest *req, struct error *err)
{
	const char *reason = *req->reason ? req->reason : "unspecified";
	_cleanup_(change_freep) struct change *change = NULL;
	struct certificate certificate, before;
	struct arena *arena = call_arena(call);
	struct website site;
	unsigned number;

	if (!certificate_reason_parse(reason, &number))
		return error_field(
			err, "reason", "reason",
			"There is no such reason: unspecified, key_compromise, affiliation_changed, superseded, "
			"cessation_of_operation.");
	if (!certificate_change_begin(call, req->certificate_id, &change, &site, &certificate, err) ||
	    !may_be_revoked(&certificate, service_settings(call_service(call)), err))
		return false;
	before = certificate;
	certificate.revoke_reason = reason;
	certificate.next_try_ms = clock_unix_ms();
	certificate.lease = (struct uuid){ 0 };
	if (!ask_successor(call, change, &site, &certificate, err) ||
	    !certificate_update(change_tx(change), &certificate, 0, err) ||
	    !story_add(change_tx(change), &certificate, STORY_WAITING, words_of(&certificate), NULL, arena, err) ||
	    !certificate_tell(change, &before, &certificate, "certificate.revoke", "accepted", "updated", arena, err) ||
	    !certificate_reply(change, &certificate, "", arena, err) || !change_commit(change, err))
		return error_wrap(err, "revoke a certificate of '%s'", site.domain);
	certificate_workers_wake(call_state(call));
	return true;
}
