/* certificate_prepare: what comes before an order: the website is at work, its names point here, its node answers. */
#include <string.h>

#include "lib/base/clock.h"

#include "certificate_follow.h"
#include "certificate_run.h"
#include "certificate_store.h"
#include "desire.h"
#include "preflight.h"
#include "settings.h"
#include "store.h"
#include "web.h"

enum { SOON_MS = 2000 };

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

/* The names that point here, and words about those that don't. *ret_own false: the website's own doesn't. */
static bool look_at_names(struct certificate_run *run, const char **ret_words, bool *ret_own, struct error *err)
{
	const struct web_settings *settings = service_settings(run->service);
	struct certificate *certificate = &run->certificate;
	const char *names[CERTIFICATE_NAMES];
	unsigned n;

	*ret_words = "";
	*ret_own = true;
	certificate_names(&run->site, names, &n);
	certificate->n_names = 0;
	for (unsigned i = 0; i < n; i++) {
		struct preflight preflight;

		if (!preflight_ask(settings->resolver, names[i], run->site.address, run->arena, &preflight, err))
			return false;
		if (preflight.ready) {
			certificate->names[certificate->n_names++] = names[i];
			continue;
		}
		*ret_own = *ret_own && i > 0;
		*ret_words = arena_printf(run->arena, "%s%s%s", *ret_words, **ret_words ? "; " : "", preflight.message);
		if (!*ret_words)
			return error_set(err, ERR_TOO_LARGE, "no room for words");
		if (!*ret_own)
			break;
	}
	if (!certificate->n_names)
		certificate->names[certificate->n_names++] = run->site.domain;
	return true;
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
	struct website site;

	if (!change_begin_system(run->service, &run->site.org, "", &change, err))
		return false;
	if (!website_lock(change_tx(change), &run->site.id, run->arena, &site, err))
		return err->code == ERR_NOT_FOUND;
	if (site.state != WEBSITE_ACTIVE || site.serving != SERVING_LIVE ||
	    strcmp(site.thumbprint, acme_account_thumbprint(run->account)) == 0)
		return true;
	return website_desire_again(change, &site, &desire, service_epoch(run->service), run->arena, err) &&
	       change_commit(change, err);
}

bool step_preflight(struct certificate_run *run, bool *ret_more, struct error *err)
{
	bool own = true, served = false;
	const char *words;

	if (!run->account || run->site.serving != SERVING_LIVE)
		return run_advance(run, CERTIFICATE_WAITING, NULL, ret_more, err);
	if (run->site.state != WEBSITE_ACTIVE)
		return run->site.state == WEBSITE_FAILED ? run_hold(run, "The website isn't served.", ret_more, err)
		                                         : run_wait(run, SOON_MS, ret_more, err);
	if (!look_at_names(run, &words, &own, err))
		return false;
	if (!own)
		return run_hold(run, words, ret_more, err);
	if (*words && !is_served(run, &served, err))
		return false;
	if (served)
		return run_hold(run, words, ret_more, err);
	if (strcmp(run->site.applied_thumbprint, acme_account_thumbprint(run->account)) != 0)
		return prepare_node(run, err) && run_wait(run, SOON_MS, ret_more, err);
	if (*words && !(words = arena_printf(run->arena, "Without the names that don't point here: %s", words)))
		return error_set(err, ERR_TOO_LARGE, "no room for words");
	return run_advance(run, CERTIFICATE_ORDERING, *words ? words : "All names point here.", ret_more, err);
}
