/* certificate_prepare: what comes before an order: the website is at work, its names can be shown to be ours, its node
 * answers. */
#include <string.h>

#include "lib/base/clock.h"

#include "certificate_follow.h"
#include "certificate_run.h"
#include "certificate_store.h"
#include "desire.h"
#include "proof.h"
#include "settings.h"
#include "store.h"
#include "web.h"

enum { SOON_MS = 2000, PATIENT = 3 }; /* so often it waits for who doesn't answer, before names are left out */

bool step_waiting(struct certificate_run *run, bool *ret_more, struct error *err)
{
	const struct website *site = &run->site;

	if (!certificate_is_acme(&run->certificate))
		return run_wait(run, 365 * (int64_t)86400000, ret_more, err); /* for an own authority's chain */
	if (!run->account)
		return run_hold(run, "This installation has no certificate authority.", ret_more, err);
	if (strcmp(settings_certificate_mode(site->settings), "none") == 0)
		return run_hold(run, "The website's settings want no HTTPS.", ret_more, err);
	if (site->serving != SERVING_LIVE || site->state == WEBSITE_FAILED)
		return run_hold(run, "The website isn't served.", ret_more, err);
	if (site->state != WEBSITE_ACTIVE)
		return run_wait(run, SOON_MS, ret_more, err);
	return run_advance(run, CERTIFICATE_PREFLIGHT, NULL, ret_more, err);
}

/* What look_at_names saw. */
struct sight {
	const char *words; /* about names that can't be shown to an authority; "": all can */
	bool own, records; /* the website's own name can; some are shown by records */
	bool away;         /* some can't since somebody doesn't answer: it may be otherwise soon */
};

static bool add_words(struct certificate_run *run, const char *words, struct sight *ret, struct error *err)
{
	ret->words = arena_printf(run->arena, "%s%s%s", ret->words, *ret->words ? "; " : "", words);
	return ret->words || error_set(err, ERR_TOO_LARGE, "no room for words");
}

/* Names and proofs of the certificate: those that are possible. */
static bool take_proofs(struct certificate_run *run, const struct proof *proofs, unsigned n, struct sight *ret,
                        struct error *err)
{
	struct certificate *certificate = &run->certificate;

	certificate->n_names = certificate->n_proofs = 0;
	ret->own = proofs[0].possible;
	ret->records = false;
	for (unsigned i = 0; i < n; i++) {
		if (!proofs[i].possible) {
			ret->away = ret->away || proofs[i].challenge.away;
			if (!add_words(run, proofs[i].message, ret, err))
				return false;
			continue;
		}
		certificate->names[certificate->n_names++] = proofs[i].name;
		certificate->proofs[certificate->n_proofs++] = proofs[i].record;
		ret->records = ret->records || *proofs[i].record;
	}
	if (!certificate->n_names)
		certificate->names[certificate->n_names++] = run->site.domain;
	return true;
}

/* The names that can be shown to be ours, and how. Without its wildcard, the aliases that it covers count again. */
static bool look_at_names(struct certificate_run *run, struct sight *ret, struct error *err)
{
	struct proof *proofs = arena_alloc(run->arena, CERTIFICATE_NAMES * sizeof(*proofs));
	const char *names[CERTIFICATE_NAMES];
	unsigned n;

	*ret = (struct sight){ .words = "" };
	if (!proofs)
		return error_set(err, ERR_TOO_LARGE, "no room for names");
	if (!certificate_names(&run->site, run->arena, names, &n, err) ||
	    !proofs_find(run->service, &run->site, names, n, INT64_MAX, run->arena, proofs, err))
		return false;
	if (n == 1 || names[1][0] != '*' || proofs[1].possible)
		return take_proofs(run, proofs, n, ret, err);
	ret->away = proofs[1].challenge.away;
	if (!add_words(run, proofs[1].message, ret, err))
		return false;
	certificate_plain_names(&run->site, names, &n);
	return proofs_find(run->service, &run->site, names, n, INT64_MAX, run->arena, proofs, err) &&
	       take_proofs(run, proofs, n, ret, err);
}

/* Whether what the website is served with is for just these names, and not to be renewed yet. */
static bool is_served(struct certificate_run *run, bool *ret, struct error *err)
{
	struct certificate_list list = { 0 };

	*ret = false;
	if (!certificates_of(service_db_wide(run->service), &run->site.id, run->arena, &list, err))
		return false;
	for (unsigned i = 0; i < list.n; i++)
		*ret |= list.rows[i].state == CERTIFICATE_ACTIVE && certificate_is_acme(&list.rows[i]) &&
		        certificate_is_for(&list.rows[i], run->certificate.names, run->certificate.n_names) &&
		        list.rows[i].renew_ms > clock_unix_ms();
	return true;
}

/* Has the website's node answer for this account: a change of its own, since the state of a website goes whole. */
static bool prepare_node(struct certificate_run *run, struct error *err)
{
	static const struct desire desire = {
		.serving = SERVING_LIVE, .state = WEBSITE_PENDING, .permission = "", .action = "certificate.prepare"
	};
	_cleanup_(change_freep) struct change *change = NULL;
	char thumbprint[ACME_THUMBPRINT];
	struct website site;

	if (!acme_account_thumbprint(run->account, thumbprint, err) ||
	    !change_begin_system(run->service, &run->site.org, "", &change, err))
		return false;
	if (!website_lock(change_tx(change), &run->site.id, run->arena, &site, err))
		return err->code == ERR_NOT_FOUND;
	if (site.state != WEBSITE_ACTIVE || site.serving != SERVING_LIVE || strcmp(site.thumbprint, thumbprint) == 0)
		return true;
	return website_desire_again(change, &site, &desire, service_epoch(run->service), run->arena, err) &&
	       change_commit(change, err);
}

/* What the story says of names that are good; NULL without memory. */
static const char *words_of(const struct certificate_run *run, const struct sight *sight)
{
	if (*sight->words)
		return arena_printf(run->arena, "Without the names that can't be shown to be ours: %s", sight->words);
	return sight->records ? "All names point here, or a record in their zone shows them." : "All names point here.";
}

/* Whether the website has to answer for a name and its node can't yet. */
static bool needs_node(struct certificate_run *run, bool *ret, struct error *err)
{
	char thumbprint[ACME_THUMBPRINT];

	*ret = false;
	if (!acme_account_thumbprint(run->account, thumbprint, err))
		return false;
	for (unsigned i = 0; i < run->certificate.n_proofs; i++)
		if (!*run->certificate.proofs[i])
			*ret = strcmp(run->site.applied_thumbprint, thumbprint) != 0;
	return true;
}

bool step_preflight(struct certificate_run *run, bool *ret_more, struct error *err)
{
	struct sight sight;
	bool served = false, node = false;
	const char *words;

	if (!run->account || run->site.serving != SERVING_LIVE)
		return run_advance(run, CERTIFICATE_WAITING, NULL, ret_more, err);
	if (run->site.state != WEBSITE_ACTIVE)
		return run->site.state == WEBSITE_FAILED ? run_hold(run, "The website isn't served.", ret_more, err)
		                                         : run_wait(run, SOON_MS, ret_more, err);
	if (!look_at_names(run, &sight, err))
		return false;
	if (!sight.own || (sight.away && run->certificate.attempt < PATIENT))
		return run_hold(run, sight.words, ret_more, err);
	if (*sight.words && !is_served(run, &served, err))
		return false;
	if (served)
		return run_hold(run, sight.words, ret_more, err);
	if (!needs_node(run, &node, err))
		return false;
	if (node)
		return prepare_node(run, err) && run_wait(run, SOON_MS, ret_more, err);
	if (!(words = words_of(run, &sight)))
		return error_set(err, ERR_TOO_LARGE, "no room for words");
	if (*run->certificate.message)
		run->certificate.attempt = 0; /* what it was held for says nothing of the authority */
	return run_advance(run, CERTIFICATE_ORDERING, words, ret_more, err);
}
