/* ListNodes. By id upwards; the cursor is the last id seen. */

#include "tasks.h"
#include "tasks_sql.h"
#include "view.h"

enum { DEFAULT_LIMIT = 50 };

/* One row more than asked for says that there is a next page. */
static bool read_page(struct call *call, const char *cursor, unsigned limit, struct rows **ret, uint64_t *ret_total,
                      struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	_cleanup_(rows_freep) struct rows *total = NULL;

	if (!tx_begin(service_db_wide(call_service(call)), NULL, &tx, err) ||
	    !TX_RUN(tx, TASKS_WIDE_NODE_LIST, ret, err, DB_NULL, DB_TEXT_OR_NULL(cursor), DB_INT(limit + 1)) ||
	    !tx_run(tx, TASKS_WIDE_NODE_TOTAL, NULL, 0, &total, err) || !tx_commit(&tx, err))
		return error_wrap(err, "list nodes");
	*ret_total = (uint64_t)rows_int(total, 0, 0);
	return true;
}

/* Errors: ERR_UNAVAILABLE. */
bool tasks_list_nodes(struct call *call, const Stralix__V1__ListNodesRequest *req, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	unsigned limit = req->limit ? req->limit : DEFAULT_LIMIT, n;
	Stralix__V1__ListNodesReply reply;
	Stralix__V1__Page page;

	stralix__v1__list_nodes_reply__init(&reply);
	stralix__v1__page__init(&page);
	reply.page = &page;
	if (!read_page(call, req->cursor, limit, &rows, &page.total, err))
		return false;
	n = rows_count(rows) > limit ? limit : rows_count(rows);
	reply.nodes = arena_alloc(call_arena(call), (n + 1) * sizeof(Stralix__V1__Node *));
	if (!reply.nodes)
		return error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
	for (; reply.n_nodes < n; reply.n_nodes++)
		if (!view_node(rows, (unsigned)reply.n_nodes, call_arena(call), &reply.nodes[reply.n_nodes], err))
			return false;
	if (rows_count(rows) > n)
		page.next_cursor = reply.nodes[n - 1]->id;
	return call_reply(call, &reply.base, err);
}
