/* RestoreNodeFiles and AdoptNodeFiles. A node's files as the panel writes them, or as somebody made them. */

#include <string.h>

#include "node_order.h"
#include "tasks_sql.h"

static bool find_name(struct change *change, const char *node_id, struct rows **ret, struct error *err)
{
	return TX_RUN(change_tx(change), TASKS_NODE_NAME, ret, err, DB_TEXT(node_id)) &&
	       (rows_count(*ret) || error_set(err, ERR_NOT_FOUND, "there is no node '%s'", node_id));
}

static bool order_files(struct call *call, struct node_order *order, struct error *err)
{
	const struct uuid *org = &call_identity(call)->org;
	_cleanup_(change_freep) struct change *change = NULL;
	_cleanup_(rows_freep) struct rows *name = NULL;
	Stralix__V1__NodeFilesReply reply;
	char task_id[UUID_TEXT];

	stralix__v1__node_files_reply__init(&reply);
	reply.task_id = task_id;
	if (!change_begin(call, org, &change, err) || !find_name(change, order->node_id, &name, err))
		return false;
	if (order->n_files == 0 && strcmp(order->verb, "adopt") == 0)
		return error_field(err, "files", "required", "Name the files to adopt.");
	order->node_name = rows_text(name, 0, 0);
	order->actor = call_identity(call)->name;
	order->permission = "node:files";
	return (node_order(call_service(call), change, org, order, task_id, err) &&
	        change_reply(change, &reply.base, err) && change_commit(change, err)) ||
	       error_wrap(err, "%s files of node '%s'", order->verb, order->node_id);
}

/*
 * Effects  one change: task node.restore, audit node.restore_files.
 * Errors   ERR_NOT_FOUND.
 */
bool tasks_restore_node_files(struct call *call, const Stralix__V1__RestoreNodeFilesRequest *req, struct error *err)
{
	struct node_order order = {
		.node_id = req->node_id, .verb = "restore", .files = req->files, .n_files = req->n_files
	};

	return order_files(call, &order, err);
}

/* The same: task node.adopt, audit node.adopt_files. */
bool tasks_adopt_node_files(struct call *call, const Stralix__V1__AdoptNodeFilesRequest *req, struct error *err)
{
	struct node_order order = {
		.node_id = req->node_id, .verb = "adopt", .files = req->files, .n_files = req->n_files
	};

	return order_files(call, &order, err);
}
