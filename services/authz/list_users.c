/* ListUsers. Those that the caller looks after, oldest first. */
#include "authz.h"
#include "authz_sql.h"
#include "paging.h"
#include "person.h"

static bool read_rows(struct call *call, const struct rows *rows, unsigned limit, Stralix__V1__ListUsersReply *reply,
                      struct error *err)
{
	unsigned n = paging_rows(rows, limit);

	reply->users = arena_alloc(call_arena(call), (n + 1) * sizeof(Stralix__V1__User *));
	if (!reply->users)
		return error_set(err, ERR_TOO_LARGE, "no room for the list");
	for (; reply->n_users < n; reply->n_users++)
		if (!person_read(rows, (unsigned)reply->n_users, call_arena(call), &reply->users[reply->n_users], err))
			return false;
	if (rows_count(rows) > n)
		reply->page->next_cursor = reply->users[n - 1]->id;
	return true;
}

/* orgs NULL: all. */
static bool read_list(struct call *call, const Stralix__V1__ListUsersRequest *req, const char *const *orgs,
                      size_t n_orgs, Stralix__V1__ListUsersReply *reply, struct error *err)
{
	const struct db_param scope = orgs ? DB_TEXTS(orgs, n_orgs) : DB_NULL;
	_cleanup_(rows_freep) struct rows *rows = NULL, *total = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;
	unsigned limit = paging_limit(req->limit);

	if (!tx_begin(service_db_wide(call_service(call)), NULL, &tx, err) ||
	    !TX_RUN(tx, AUTHZ_WIDE_USER_LIST, &rows, err, scope, DB_TEXT_OR_NULL(req->cursor), DB_INT(limit + 1),
	            DB_TEXT_OR_NULL(req->search), DB_TEXT_OR_NULL(req->role), DB_TEXT_OR_NULL(req->state)) ||
	    !TX_RUN(tx, AUTHZ_WIDE_USER_COUNT, &total, err, scope, DB_TEXT_OR_NULL(req->search),
	            DB_TEXT_OR_NULL(req->role), DB_TEXT_OR_NULL(req->state)) ||
	    !tx_commit(&tx, err))
		return error_wrap(err, "list users");
	reply->page->total = (uint64_t)rows_int(total, 0, 0);
	return read_rows(call, rows, limit, reply, err);
}

/* Errors: ERR_INVALID (cursor), ERR_NOT_FOUND (an organisation not for these eyes), ERR_UNAVAILABLE. */
bool authz_list_users(struct call *call, const Stralix__V1__ListUsersRequest *req, struct error *err)
{
	Stralix__V1__ListUsersReply reply;
	const char *const *orgs;
	Stralix__V1__Page page;
	size_t n_orgs;

	stralix__v1__list_users_reply__init(&reply);
	stralix__v1__page__init(&page);
	reply.page = &page;
	return paging_check(req->cursor, err) && call_scope(call, req->organisation_id, &orgs, &n_orgs, err) &&
	       read_list(call, req, orgs, n_orgs, &reply, err) && call_reply(call, &reply.base, err);
}
