/* ListOrganisations. Those that the caller may see, oldest first. */
#include "authz.h"
#include "authz_sql.h"
#include "organisation.h"
#include "paging.h"

static bool read_rows(struct call *call, const struct rows *rows, unsigned limit,
                      Stralix__V1__ListOrganisationsReply *reply, struct error *err)
{
	unsigned n = paging_rows(rows, limit);

	reply->organisations = arena_alloc(call_arena(call), (n + 1) * sizeof(Stralix__V1__Organisation *));
	if (!reply->organisations)
		return error_set(err, ERR_TOO_LARGE, "no room for the list");
	for (; reply->n_organisations < n; reply->n_organisations++)
		if (!organisation_read(rows, (unsigned)reply->n_organisations, call_arena(call),
		                       &reply->organisations[reply->n_organisations], err))
			return false;
	if (rows_count(rows) > n)
		reply->page->next_cursor = reply->organisations[n - 1]->id;
	return true;
}

/* orgs NULL: all. */
static bool read_list(struct call *call, const Stralix__V1__ListOrganisationsRequest *req, const char *const *orgs,
                      size_t n_orgs, Stralix__V1__ListOrganisationsReply *reply, struct error *err)
{
	const struct db_param scope = orgs ? DB_TEXTS(orgs, n_orgs) : DB_NULL;
	_cleanup_(rows_freep) struct rows *rows = NULL, *total = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;
	unsigned limit = paging_limit(req->limit);

	if (!tx_begin(service_db_wide(call_service(call)), NULL, &tx, err) ||
	    !TX_RUN(tx, AUTHZ_WIDE_ORGANISATION_LIST, &rows, err, scope, DB_TEXT_OR_NULL(req->cursor),
	            DB_INT(limit + 1), DB_TEXT_OR_NULL(req->search), DB_TEXT_OR_NULL(req->state),
	            DB_TEXT_OR_NULL(req->plan_id)) ||
	    !TX_RUN(tx, AUTHZ_WIDE_ORGANISATION_COUNT, &total, err, scope, DB_TEXT_OR_NULL(req->search),
	            DB_TEXT_OR_NULL(req->state), DB_TEXT_OR_NULL(req->plan_id)) ||
	    !tx_commit(&tx, err))
		return error_wrap(err, "list organisations");
	reply->page->total = (uint64_t)rows_int(total, 0, 0);
	return read_rows(call, rows, limit, reply, err);
}

/* Errors: ERR_INVALID (cursor), ERR_UNAVAILABLE. */
bool authz_list_organisations(struct call *call, const Stralix__V1__ListOrganisationsRequest *req, struct error *err)
{
	Stralix__V1__ListOrganisationsReply reply;
	const char *const *orgs;
	Stralix__V1__Page page;
	size_t n_orgs;

	stralix__v1__list_organisations_reply__init(&reply);
	stralix__v1__page__init(&page);
	reply.page = &page;
	return paging_check(req->cursor, err) && call_scope(call, "", &orgs, &n_orgs, err) &&
	       read_list(call, req, orgs, n_orgs, &reply, err) && call_reply(call, &reply.base, err);
}
