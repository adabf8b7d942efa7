/* ListPlans, oldest first. */
#include "authz.h"
#include "authz_sql.h"
#include "paging.h"
#include "plan.h"

static bool read_rows(struct call *call, const struct rows *rows, unsigned limit, Stralix__V1__ListPlansReply *reply,
                      struct error *err)
{
	unsigned n = paging_rows(rows, limit);

	reply->plans = arena_alloc(call_arena(call), (n + 1) * sizeof(Stralix__V1__Plan *));
	if (!reply->plans)
		return error_set(err, ERR_TOO_LARGE, "no room for the list");
	for (; reply->n_plans < n; reply->n_plans++)
		if (!plan_read(rows, (unsigned)reply->n_plans, call_arena(call), &reply->plans[reply->n_plans], err))
			return false;
	if (rows_count(rows) > n)
		reply->page->next_cursor = reply->plans[n - 1]->id;
	return true;
}

/* Errors: ERR_INVALID (cursor), ERR_UNAVAILABLE. */
bool authz_list_plans(struct call *call, const Stralix__V1__ListPlansRequest *req, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL, *total = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;
	unsigned limit = paging_limit(req->limit);
	Stralix__V1__ListPlansReply reply;
	Stralix__V1__Page page;

	stralix__v1__list_plans_reply__init(&reply);
	stralix__v1__page__init(&page);
	reply.page = &page;
	if (!paging_check(req->cursor, err) || !tx_begin(service_db_wide(call_service(call)), NULL, &tx, err) ||
	    !TX_RUN(tx, AUTHZ_WIDE_PLAN_LIST, &rows, err, DB_TEXT_OR_NULL(req->cursor), DB_INT(limit + 1)) ||
	    !tx_run(tx, AUTHZ_WIDE_PLAN_COUNT, NULL, 0, &total, err) || !tx_commit(&tx, err))
		return error_wrap(err, "list plans");
	page.total = (uint64_t)rows_int(total, 0, 0);
	return read_rows(call, rows, limit, &reply, err) && call_reply(call, &reply.base, err);
}
