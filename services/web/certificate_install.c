/* certificate_install: see certificate_install.h. */
#include "certificate_install.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/trust/chain.h"

#include "certificate_follow.h"
#include "certificate_store.h"
#include "certificate_view.h"
#include "challenge.h"
#include "desire.h"
#include "store.h"
#include "web.h"

enum { LEAST_MS = 3600000, SOON_MS = 2000, LATER_MS = 60000 };

bool certificate_is_trusted(const struct certificate_run *run, const char *pem)
{
	const struct web_settings *settings = service_settings(run->service);
	_cleanup_(chain_freep) struct chain *chain = NULL;
	char why[CHAIN_WORDS];

	return chain_read(pem, "chain", &chain, NULL) && chain_is_trusted(chain, settings->acme_roots, why);
}

static bool check_names(const struct certificate *certificate, const struct chain *chain, struct error *err)
{
	for (unsigned i = 0; i < certificate->n_names; i++)
		if (!chain_covers(chain, certificate->names[i]))
			return error_set(err, ERR_BAD_REPLY, "The certificate that came isn't for %s.",
			                 certificate->names[i]);
	return true;
}

/* What the website is served with stays when it lives longer. */
static bool check_dates(struct certificate_run *run, const struct chain_facts *facts, struct error *err)
{
	struct certificate_list list = { 0 };

	if (facts->not_after_s * 1000 < clock_unix_ms() + LEAST_MS ||
	    facts->not_before_s * 1000 > clock_unix_ms() + LEAST_MS)
		return error_set(err, ERR_BAD_REPLY, "The certificate that came isn't good now.");
	if (!certificates_of(service_db_wide(run->service), &run->site.id, run->arena, &list, err))
		return false;
	for (unsigned i = 0; i < list.n; i++)
		if (list.rows[i].state == CERTIFICATE_ACTIVE && list.rows[i].not_after_ms > facts->not_after_s * 1000 &&
		    certificate_is_for(&list.rows[i], run->certificate.names, run->certificate.n_names))
			return error_set(err, ERR_BAD_REPLY,
			                 "The certificate that came ends before the one that is there.");
	return true;
}

bool certificate_describe(struct certificate *certificate, const struct chain *chain, const char *pem,
                          struct arena *arena, struct error *err)
{
	struct chain_facts facts;

	if (!chain_describe(chain, &facts, err))
		return false;
	certificate->not_before_ms = facts.not_before_s * 1000;
	certificate->not_after_ms = facts.not_after_s * 1000;
	return ((certificate->chain = arena_strdup(arena, pem)) &&
	        (certificate->issuer = arena_strdup(arena, facts.issuer)) &&
	        (certificate->fingerprint = arena_strdup(arena, facts.fingerprint)) &&
	        (certificate->serial = arena_strdup(arena, facts.serial)) &&
	        (certificate->key_type = arena_strdup(arena, facts.key_type)) &&
	        (certificate->renewal_id = arena_strdup(arena, facts.renewal_id))) ||
	       error_set(err, ERR_TOO_LARGE, "no room for a certificate");
}

bool certificate_take(struct certificate_run *run, const char *pem, struct error *err)
{
	const struct web_settings *settings = service_settings(run->service);
	struct certificate *certificate = &run->certificate;
	_cleanup_(chain_freep) struct chain *chain = NULL;
	struct chain_facts facts;
	char why[CHAIN_WORDS];

	if (!chain_read(pem, "chain", &chain, err) || !chain_describe(chain, &facts, err))
		return false;
	if (!chain_fits_request(chain, certificate->csr, certificate->csr_size))
		return error_set(err, ERR_BAD_REPLY, "The certificate that came isn't for the node's key.");
	if (!check_names(certificate, chain, err) || !chain_is_strong(chain, "chain", err) ||
	    !check_dates(run, &facts, err))
		return false;
	if (!chain_is_trusted(chain, settings->acme_roots, why))
		return error_set(err, ERR_BAD_REPLY, "The certificate that came leads to no trusted root: %s.", why);
	return certificate_describe(certificate, chain, pem, run->arena, err);
}

bool certificate_put(struct change *change, struct website *site, struct certificate *certificate, uint32_t epoch,
                     const char *permission, struct arena *arena, struct error *err)
{
	const struct desire desire = { .serving = site->serving,
		                       .state = WEBSITE_PENDING,
		                       .permission = permission,
		                       .action = "certificate.install" };

	site->certificate_id = certificate->id;
	site->chain = certificate->chain;
	site->sealed_key.data = certificate->sealed_key;
	site->sealed_key.size = certificate->sealed_key_size;
	certificate->state = CERTIFICATE_INSTALLING;
	certificate->message = "";
	certificate->next_try_ms = clock_unix_ms() + LATER_MS; /* the end of the task makes it due */
	certificate->lease = (struct uuid){ 0 };
	return website_desire_again(change, site, &desire, epoch, arena, err) &&
	       uuid_parse(site->task_id, &certificate->task_id);
}

bool certificate_install(struct certificate_run *run, bool *ret_more, struct error *err)
{
	struct certificate *certificate = &run->certificate, row;
	_cleanup_(change_freep) struct change *change = NULL;
	struct arena *arena = run->arena;
	struct website site;

	*ret_more = false;
	if (!change_begin_system(run->service, &certificate->org, "", &change, err))
		return false;
	if (!website_lock(change_tx(change), &certificate->website_id, arena, &site, err) ||
	    !certificate_lock(change_tx(change), &certificate->id, arena, &row, err))
		return err->code == ERR_NOT_FOUND;
	if (!uuid_equal(&row.lease, &run->lease))
		return true;
	if (site.serving != SERVING_LIVE && site.serving != SERVING_SUSPENDED) {
		change_free(TAKE_PTR(change)); /* its locks */
		return run_hold(run, "The website isn't served.", ret_more, err);
	}
	return certificate_put(change, &site, certificate, service_epoch(run->service), "", arena, err) &&
	       challenge_drop(change, certificate, err) && certificate_update(change_tx(change), certificate, 0, err) &&
	       story_add(change_tx(change), certificate, STORY_DONE, "The certificate has come; the node installs it.",
	                 NULL, arena, err) &&
	       certificate_tell(change, &row, certificate, "certificate.issue", "success", "updated", arena, err) &&
	       change_commit(change, err);
}

/* The one that was at work makes room. */
static bool replace(struct change *change, struct certificate_run *run, struct error *err)
{
	struct certificate old;
	bool found = false;

	if (!certificate_lock_active(change_tx(change), &run->site.id, run->arena, &old, &found, err))
		return false;
	if (!found || uuid_equal(&old.id, &run->certificate.id))
		return true;
	old.state = old.revoked_ms ? CERTIFICATE_REVOKED : CERTIFICATE_REPLACED;
	old.message = "";
	old.renew_ms = 0;
	old.next_try_ms = certificate_is_to_be_revoked(&old) ? clock_unix_ms() : 0;
	old.lease = (struct uuid){ 0 };
	old.sealed_key_size = 0;
	return certificate_update(change_tx(change), &old, 0, err) &&
	       story_add(change_tx(change), &old, STORY_DONE, "A newer one is at work.", NULL, run->arena, err);
}

/* Names that were added while it was on its way. */
static bool ask_for_more(struct change *change, struct certificate_run *run, struct error *err)
{
	const char *names[CERTIFICATE_NAMES];
	struct certificate next;
	unsigned n;

	if (!certificate_names(&run->site, run->arena, names, &n, err))
		return false;
	return !certificate_is_acme(&run->certificate) || certificate_is_for(&run->certificate, names, n) ||
	       certificate_ask(change, &run->site, "Not all names are in it.", run->arena, &next, err);
}

static bool activate(struct certificate_run *run, struct error *err)
{
	struct certificate *now = &run->certificate, row;
	_cleanup_(change_freep) struct change *change = NULL;

	if (!change_begin_system(run->service, &now->org, "", &change, err))
		return false;
	if (!certificate_lock(change_tx(change), &now->id, run->arena, &row, err))
		return err->code == ERR_NOT_FOUND;
	if (!uuid_equal(&row.lease, &run->lease))
		return true;
	now->state = CERTIFICATE_ACTIVE;
	now->message = now->order_url = "";
	now->attempt = now->warned_days = 0;
	now->renew_ms = certificate_is_acme(now) ? certificate_renewal_ms(now->not_before_ms, now->not_after_ms) : 0;
	now->next_try_ms = clock_unix_ms() + LATER_MS; /* step_active says when from then on */
	now->lease = (struct uuid){ 0 };
	return replace(change, run, err) && certificate_update(change_tx(change), now, 0, err) &&
	       story_add(change_tx(change), now, STORY_DONE, "The website is served with it.", NULL, run->arena, err) &&
	       certificate_tell(change, &row, now, "certificate.install", "success", "active", run->arena, err) &&
	       ask_for_more(change, run, err) && change_commit(change, err);
}

bool step_installing(struct certificate_run *run, bool *ret_more, struct error *err)
{
	struct error why = { 0 };

	*ret_more = false;
	if (uuid_equal(&run->site.applied_certificate_id, &run->certificate.id))
		return activate(run, err);
	if (!uuid_equal(&run->site.certificate_id, &run->certificate.id)) {
		error_set(&why, ERR_CONFLICT, "The website went back to the certificate that it had.");
		return run_fail(run, &why, NULL, ret_more, err);
	}
	return run_wait(run, run->site.state == WEBSITE_PENDING ? SOON_MS : LATER_MS, ret_more, err);
}
