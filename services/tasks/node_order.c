/* node_order: see node_order.h. */

#include "node_order.h"

#include "lib/base/log.h"

#include "stralix/v1/node.pb-c.h"

#include "tasks_sql.h"

static char *borrow(const char *text)
{
	return (char *)(uintptr_t)text;
}

bool node_order(struct service *service, struct change *change, const struct uuid *org, const struct node_order *order,
                char ret_task_id[static UUID_TEXT], struct error *err)
{
	char id_text[UUID_TEXT], org_text[UUID_TEXT], action[32];
	Stralix__V1__Generation generation;
	Stralix__V1__FileOrder desired;
	Stralix__V1__Target target;
	struct uuid id = uuid_v7();

	stralix__v1__generation__init(&generation);
	stralix__v1__file_order__init(&desired);
	stralix__v1__target__init(&target);
	generation.epoch = service_epoch(service);
	generation.n = 1;
	desired.files = order->files;
	desired.n_files = order->n_files;
	desired.actor = borrow(order->actor);
	target.kind = borrow(NODE_KIND);
	target.id = uuid_format(&id, id_text);
	target.name = borrow(order->node_name);
	target.organisation_id = uuid_format(org, org_text);
	target.node_id = borrow(order->node_id);
	snprintf(action, sizeof(action), "node.%s_files", order->verb);
	return change_task(change, order->verb, &target, &generation, &desired.base, order->permission, ret_task_id,
	                   err) &&
	       change_audit(change, action, &target, "accepted", NULL, NULL, NULL, err);
}

/* A node whose policy it is: once for each look that found something. */
static bool restore(struct service *service, const struct rows *rows, unsigned row, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	_cleanup_(rows_freep) struct rows *taken = NULL;
	const struct node_order order = { .node_id = rows_text(rows, row, 0),
		                          .node_name = rows_text(rows, row, 1),
		                          .verb = "restore",
		                          .permission = "",
		                          .actor = "the node's policy" };
	struct uuid org = rows_uuid(rows, row, 2);
	char task_id[UUID_TEXT];

	if (!change_begin_system(service, &org, NULL, &change, err) ||
	    !TX_RUN(change_tx(change), TASKS_NODE_DRIFT_TAKE, &taken, err, DB_TEXT(order.node_id),
	            DB_INT(rows_int(rows, row, 3))))
		return false;
	if (!rows_affected(taken))
		return true; /* another process was faster */
	return node_order(service, change, &org, &order, task_id, err) && change_commit(change, err);
}

bool node_orders_due(struct service *service, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!tx_begin(service_db_wide(service), NULL, &tx, err) ||
	    !tx_run(tx, TASKS_WIDE_NODES_DRIFTED, NULL, 0, &rows, err) || !tx_commit(&tx, err))
		return error_wrap(err, "look for drift");
	for (unsigned i = 0; i < rows_count(rows); i++)
		if (!restore(service, rows, i, err))
			return error_wrap(err, "restore node '%s'", rows_text(rows, i, 0));
	return true;
}
