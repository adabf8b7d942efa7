/* certificate_revoke: a certificate that its authority is to call good no more. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/failpoint.h"
#include "lib/trust/chain.h"

#include "certificate_run.h"
#include "certificate_store.h"
#include "certificate_view.h"

enum { SERVES_MS = 60000 };

static bool ask(struct certificate_run *run, struct error *err)
{
	_cleanup_(chain_freep) struct chain *chain = NULL;
	_cleanup_free_ uint8_t *leaf = NULL;
	struct acme_signer signer;
	char url[ACME_URL];
	unsigned reason = 0;
	size_t size;

	if (!certificate_reason_parse(run->certificate.revoke_reason, &reason))
		return error_set(err, ERR_INTERNAL, "an unknown reason");
	return chain_read(run->certificate.chain, "chain", &chain, err) && chain_leaf(chain, &leaf, &size, err) &&
	       acme_account_signer(run->account, run->acme, url, &signer, err) &&
	       acme_revoke(run->acme, &signer, leaf, size, reason, err);
}

/* One that a website is served with stays at work until its successor has come: a browser that doesn't ask the
 * authority loses nothing. */
static bool note(struct certificate_run *run, struct error *err)
{
	struct certificate *now = &run->certificate, row;
	_cleanup_(change_freep) struct change *change = NULL;
	bool serves = now->state == CERTIFICATE_ACTIVE;

	if (!change_begin_system(run->service, &now->org, "", &change, err))
		return false;
	if (!certificate_lock(change_tx(change), &now->id, run->arena, &row, err))
		return err->code == ERR_NOT_FOUND;
	if (!uuid_equal(&row.lease, &run->lease))
		return true;
	now->revoked_ms = clock_unix_ms();
	now->state = serves ? CERTIFICATE_ACTIVE : CERTIFICATE_REVOKED;
	now->message = serves ? "It is revoked; the website is served with it until a new one has come." : "";
	now->next_try_ms = serves ? clock_unix_ms() + SERVES_MS : 0;
	now->attempt = 0;
	now->lease = (struct uuid){ 0 };
	return certificate_update(change_tx(change), now, 0, err) &&
	       story_add(change_tx(change), now, STORY_DONE, "The certificate authority has revoked it.", NULL,
	                 run->arena, err) &&
	       certificate_tell(change, &row, now, "certificate.revoke", "success", "updated", run->arena, err) &&
	       change_commit(change, err);
}

/* It was heard, and won't be done. */
static bool is_refusal(const struct error *why)
{
	return why->code == ERR_CONFLICT || why->code == ERR_FORBIDDEN || why->code == ERR_NOT_FOUND ||
	       why->code == ERR_INVALID;
}

bool step_revoking(struct certificate_run *run, bool *ret_more, struct error *err)
{
	struct error why = { 0 };
	const char *words;

	*ret_more = false;
	if (!run->account)
		return run_stay(run, STORY_WAITING, "This installation has no certificate authority.",
		                certificate_backoff_ms(++run->certificate.attempt), ret_more, err);
	if (ask(run, &why)) {
		failpoint("web.revoked");
		return note(run, err);
	}
	words = arena_printf(run->arena, "It couldn't be revoked: %s", why.message);
	if (!words)
		return error_set(err, ERR_TOO_LARGE, "no room for words");
	if (!is_refusal(&why))
		return run_stay(run, STORY_WAITING, words, certificate_backoff_ms(++run->certificate.attempt), ret_more,
		                err);
	run->certificate.revoke_reason = ""; /* people may try again */
	return run_stay(run, STORY_FAILED, words, run->certificate.state == CERTIFICATE_ACTIVE ? SERVES_MS : 0,
	                ret_more, err);
}
