/* ListTasks. Newest first: ids are version 7, so by id downwards; the cursor is the last id seen. */

#include "tasks.h"
#include "tasks_sql.h"
#include "view.h"

enum { DEFAULT_LIMIT = 50 };

/* One row more than asked for says that there is a next page. */
static bool read_page(struct call *call, const Stralix__V1__ListTasksRequest *req, unsigned limit, struct rows **ret,
                      uint64_t *ret_total, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	_cleanup_(rows_freep) struct rows *total = NULL;
	const char *const *orgs;
	size_t n_orgs;
	struct db_param page[] = { DB_TEXT_OR_NULL(req->cursor),
		                   DB_TEXT_OR_NULL(req->state),
		                   DB_TEXT_OR_NULL(req->node_id),
		                   DB_TEXT_OR_NULL(req->target_id),
		                   DB_INT(limit + 1),
		                   DB_TEXT_OR_NULL(req->search),
		                   DB_NULL };

	if (!call_scope(call, req->organisation_id, &orgs, &n_orgs, err))
		return false;
	if (orgs)
		page[6] = DB_TEXTS(orgs, n_orgs);
	if (!tx_begin(service_db_wide(call_service(call)), NULL, &tx, err) ||
	    !tx_run(tx, orgs ? TASKS_WIDE_TASK_LIST_OF : TASKS_WIDE_TASK_LIST, page, orgs ? 7 : 6, ret, err) ||
	    !TX_RUN(tx, TASKS_WIDE_TASK_TOTAL, &total, err, page[6], page[1], page[2], page[3], page[5]) ||
	    !tx_commit(&tx, err))
		return error_wrap(err, "list tasks");
	*ret_total = (uint64_t)rows_int(total, 0, 0);
	return true;
}

static bool fill(struct call *call, const struct rows *rows, unsigned limit, Stralix__V1__ListTasksReply *reply,
                 struct error *err)
{
	unsigned n = rows_count(rows) > limit ? limit : rows_count(rows);

	reply->tasks = arena_alloc(call_arena(call), (n + 1) * sizeof(Stralix__V1__Task *));
	if (!reply->tasks)
		return error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
	for (; reply->n_tasks < n; reply->n_tasks++)
		if (!view_task(rows, (unsigned)reply->n_tasks, call_arena(call), &reply->tasks[reply->n_tasks], err))
			return false;
	if (rows_count(rows) > n)
		reply->page->next_cursor = reply->tasks[n - 1]->id;
	return true;
}

/* Errors: ERR_INVALID (cursor), ERR_NOT_FOUND (an organisation not for these eyes), ERR_UNAVAILABLE. */
bool tasks_list_tasks(struct call *call, const Stralix__V1__ListTasksRequest *req, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	unsigned limit = req->limit ? req->limit : DEFAULT_LIMIT;
	Stralix__V1__ListTasksReply reply;
	Stralix__V1__Page page;
	struct uuid cursor;

	if (*req->cursor && !uuid_parse(req->cursor, &cursor))
		return error_field(err, "cursor", "CURSOR", "This page is no longer there; start from the first.");
	stralix__v1__list_tasks_reply__init(&reply);
	stralix__v1__page__init(&page);
	reply.page = &page;
	return read_page(call, req, limit, &rows, &page.total, err) && fill(call, rows, limit, &reply, err) &&
	       call_reply(call, &reply.base, err);
}
