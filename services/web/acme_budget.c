/* acme_budget: see acme_budget.h. */
#include "acme_budget.h"

#include <libpsl.h>
#include <stdio.h>
#include <string.h>

#include "web_sql.h"

enum { ORDERS_S = 10800, DOMAIN_S = 7 * 86400, FAILURES_S = 3600 };

/* "shop.example.co.uk": what an authority counts by is "example.co.uk"; a public suffix counts for itself. */
static const char *registered_domain(const char *name)
{
	const char *domain;

	if (strncmp(name, "*.", 2) == 0)
		name += 2;
	domain = psl_registrable_domain(psl_builtin(), name);
	return domain ? domain : name;
}

/* *ret_until: when the oldest is out of the window; 0: there is room. */
static bool look(struct tx *tx, const char *directory, const char *kind, const char *name, int64_t most, int window_s,
                 int64_t *ret_until, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(tx, WEB_ACME_SPENT_COUNT, &rows, err, DB_TEXT(directory), DB_TEXT(kind), DB_TEXT(name),
	            DB_INT(window_s)))
		return false;
	*ret_until = rows_int(rows, 0, 0) < most ? 0 : rows_ms(rows, 0, 1);
	return true;
}

static bool add(struct tx *tx, const char *directory, const char *kind, const char *name, struct error *err)
{
	return TX_RUN(tx, WEB_ACME_SPENT_ADD, NULL, err, DB_TEXT(directory), DB_TEXT(kind), DB_TEXT(name));
}

/* Names of one registered domain count once. */
static bool is_first(const struct certificate *certificate, unsigned i)
{
	for (unsigned k = 0; k < i; k++)
		if (strcmp(registered_domain(certificate->names[k]), registered_domain(certificate->names[i])) == 0)
			return false;
	return true;
}

static bool look_at_names(struct tx *tx, const struct web_settings *settings, const struct certificate *certificate,
                          int64_t *ret_until, char words[static 160], struct error *err)
{
	for (unsigned i = 0; i < certificate->n_names; i++) {
		const char *name = certificate->names[i], *domain = registered_domain(name);

		if (!look(tx, settings->acme_directory, "failure", name, settings->acme_failures, FAILURES_S, ret_until,
		          err))
			return false;
		if (*ret_until) {
			snprintf(words, 160, "%.80s failed too often in the last hour", name);
			return true;
		}
		if (!look(tx, settings->acme_directory, "domain", domain, settings->acme_domain_certificates, DOMAIN_S,
		          ret_until, err))
			return false;
		if (*ret_until) {
			snprintf(words, 160, "enough was asked for %.80s in seven days", domain);
			return true;
		}
	}
	return true;
}

bool budget_take(struct tx *tx, const struct web_settings *settings, const struct certificate *certificate,
                 int64_t *ret_until, char words[static 160], struct error *err)
{
	const char *directory = settings->acme_directory;

	*ret_until = 0;
	if (!TX_RUN(tx, WEB_ACME_SPENT_LOCK, NULL, err, DB_TEXT(directory)) ||
	    !look(tx, directory, "order", "", settings->acme_orders, ORDERS_S, ret_until, err))
		return error_wrap(err, "budget");
	if (*ret_until) {
		snprintf(words, 160, "enough was asked of the certificate authority in three hours");
		return true;
	}
	if (!look_at_names(tx, settings, certificate, ret_until, words, err))
		return error_wrap(err, "budget");
	if (*ret_until)
		return true;
	for (unsigned i = 0; i < certificate->n_names; i++)
		if (is_first(certificate, i) &&
		    !add(tx, directory, "domain", registered_domain(certificate->names[i]), err))
			return error_wrap(err, "budget");
	return add(tx, directory, "order", "", err) || error_wrap(err, "budget");
}

bool budget_failed(struct tx *tx, const struct web_settings *settings, const char *name, struct error *err)
{
	return add(tx, settings->acme_directory, "failure", name, err) || error_wrap(err, "budget");
}

/* The limit of a kind. */
static void fill_limit(const struct web_settings *settings, Stralix__V1__AuthorityBudget *view)
{
	if (strcmp(view->kind, "order") == 0) {
		view->most = (uint32_t)settings->acme_orders;
		view->window_s = ORDERS_S;
	} else if (strcmp(view->kind, "domain") == 0) {
		view->most = (uint32_t)settings->acme_domain_certificates;
		view->window_s = DOMAIN_S;
	} else {
		view->most = (uint32_t)settings->acme_failures;
		view->window_s = FAILURES_S;
	}
}

static bool add_view(const struct web_settings *settings, const char *kind, const char *name, int64_t used,
                     struct arena *arena, Stralix__V1__CertificateAuthority *to)
{
	Stralix__V1__AuthorityBudget *view = arena_alloc(arena, sizeof(*view));

	if (!view)
		return false;
	stralix__v1__authority_budget__init(view);
	if (!(view->kind = arena_strdup(arena, kind)) || !(view->name = arena_strdup(arena, name)))
		return false;
	view->used = (uint32_t)used;
	fill_limit(settings, view);
	to->budgets[to->n_budgets++] = view;
	return true;
}

bool budget_view(struct service *service, struct arena *arena, Stralix__V1__CertificateAuthority *view,
                 struct error *err)
{
	const struct web_settings *settings = service_settings(service);
	_cleanup_(rows_freep) struct rows *rows = NULL;
	bool ok;

	if (!DB_RUN(service_db_wide(service), NULL, WEB_WIDE_ACME_SPENT_BUSIEST, &rows, err,
	            DB_TEXT(settings->acme_directory), DB_INT(ORDERS_S), DB_INT(DOMAIN_S), DB_INT(FAILURES_S)))
		return error_wrap(err, "budgets");
	view->budgets = arena_alloc(arena, (rows_count(rows) + 1) * sizeof(void *));
	ok = view->budgets != NULL;
	if (ok && (!rows_count(rows) || strcmp(rows_text(rows, 0, 0), "order") != 0))
		ok = add_view(settings, "order", "", 0, arena, view);
	for (unsigned i = 0; ok && i < rows_count(rows); i++)
		ok = add_view(settings, rows_text(rows, i, 0), rows_text(rows, i, 1), rows_int(rows, i, 2), arena,
		              view);
	return ok || error_set(err, ERR_TOO_LARGE, "no room for budgets");
}

bool web_budget_trim(struct service *service, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	return db_run(service_db(service), NULL, WEB_ACME_SPENT_TRIM, NULL, 0, &rows, err);
}
