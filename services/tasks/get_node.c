/* GetNode. One node with health, load and counts. */

#include "tasks.h"
#include "tasks_sql.h"
#include "view.h"

/* Errors: ERR_NOT_FOUND, ERR_UNAVAILABLE. */
bool tasks_get_node(struct call *call, const Stralix__V1__GetNodeRequest *req, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	Stralix__V1__GetNodeReply reply;

	stralix__v1__get_node_reply__init(&reply);
	if (!DB_RUN(service_db_wide(call_service(call)), NULL, TASKS_WIDE_NODE_LIST, &rows, err, DB_TEXT(req->node_id),
	            DB_NULL, DB_INT(1)))
		return error_wrap(err, "node %s", req->node_id);
	if (!rows_count(rows))
		return error_set(err, ERR_NOT_FOUND, "there is no node '%s'", req->node_id);
	return view_node(rows, 0, call_arena(call), &reply.node, err) && call_reply(call, &reply.base, err);
}
