/* claim: the node's row is locked for the window, the resource's for its queue; the unique index has the last word. */

#include "claim.h"

#include <errno.h>
#include <string.h>

#include "lib/base/log.h"

#include "dispatch.h"
#include "tasks_sql.h"

enum { INSTALLATION_SHARE = 2 };

bool node_lock(struct tx *tx, const char *node_id, const struct uuid *resource, struct node_state *ret,
               struct rows **ret_resource, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	const struct db_ask asks[] = { DB_ASK(TASKS_NODE_LOCK, &rows, DB_TEXT(node_id)),
		                       DB_ASK(TASKS_RESOURCE_LOCK, ret_resource, DB_UUID(resource)) };

	if (!tx_ask(tx, asks, ARRAY_SIZE(asks), err))
		return false;
	if (!rows_count(rows))
		return error_set(err, ERR_NOT_FOUND, "there is no node '%s'", node_id);
	ret->trusted = node_is_trusted(rows_text(rows, 0, 0));
	ret->running = (unsigned)rows_int(rows, 0, 1);
	ret->held = rows_bool(rows, 0, 2);
	ret->offline = ret->held && strcmp(rows_text(rows, 0, 3), "offline") == 0;
	ret->running_org = (unsigned)rows_int(rows, 0, 4);
	ret->running_all = (unsigned)rows_int(rows, 0, 5);
	return true;
}

/*
 * An organisation may run a multiple of what is left of the installation's window: the fuller it is the less, so that
 * however many are at work something is left for one that has nothing running, and nobody has to be counted out.
 */
static bool has_room(const struct tasks *tasks, const struct node_state *node, enum claim_turn turn)
{
	const struct tasks_settings *settings = service_settings(tasks->service);
	int64_t window = turn == CLAIM_FRESH ? settings->window_node / 2 : settings->window_node;

	return node->running < window && node->running_org < settings->window_organisation &&
	       node->running_org < INSTALLATION_SHARE * (settings->window_installation - node->running_all);
}

bool claim_locked(struct tasks *tasks, struct tx *tx, const char *node_id, const struct node_state *node,
                  const struct uuid *resource, enum claim_turn turn, struct task **ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_(task_freep) struct task *task = NULL;

	*ret = NULL;
	if (!node->trusted || node->held || !has_room(tasks, node, turn))
		return true;
	if (!TX_RUN(tx, TASKS_TASK_CLAIM, &rows, err, DB_UUID(resource)))
		return false;
	if (!rows_count(rows))
		return true;
	task = calloc(1, sizeof(*task));
	if (!task)
		return error_errno(err, ENOMEM, "claim a task");
	if (!task_read(rows, 0, task, err) ||
	    !TX_SEND(tx, TASKS_NODE_COUNT, err, DB_TEXT(node_id), DB_INT(1), DB_INT(0)))
		return false;
	*ret = TAKE_PTR(task);
	return true;
}

/*
 * *ret_full: the node takes no more. Nothing is flushed: a claim that the database server loses in a crash is made
 * again, and a node that has begun meanwhile is heard all the same.
 */
static bool claim_one(struct tasks *tasks, const char *node_id, const struct uuid *org, const struct uuid *resource,
                      bool *ret_full, struct error *err)
{
	const struct tasks_settings *settings = service_settings(tasks->service);
	_cleanup_(change_freep) struct change *change = NULL;
	_cleanup_(task_freep) struct task *task = NULL;
	struct node_state node;

	if (!change_begin_system(tasks->service, org, NULL, &change, err) ||
	    !node_lock(change_tx(change), node_id, resource, &node, NULL, err) ||
	    !claim_locked(tasks, change_tx(change), node_id, &node, resource, CLAIM_IN_TURN, &task, err))
		return false;
	*ret_full = !node.trusted || node.held || node.running >= settings->window_node;
	if (!task)
		return true; /* somebody else was faster */
	if (!task_tell(change, task, "running", "", err) || !change_commit(change, err))
		return false;
	dispatch_task(tasks, TAKE_PTR(task));
	return true;
}

static bool look(struct tasks *tasks, const char *node_id, struct rows **ret, struct error *err)
{
	const struct tasks_settings *settings = service_settings(tasks->service);

	return DB_RUN(service_db_wide(tasks->service), NULL, TASKS_WIDE_TASKS_DUE, ret, err, DB_TEXT(node_id),
	              DB_INT(settings->window_node), DB_INT(settings->window_organisation),
	              DB_INT(settings->window_installation), DB_INT(INSTALLATION_SHARE));
}

void claim_node(struct tasks *tasks, const char *node_id)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct error err = { 0 };
	bool ok = look(tasks, node_id, &rows, &err), full = false;

	for (unsigned i = 0; ok && !full && i < rows_count(rows); i++) {
		struct uuid org = rows_uuid(rows, i, 0), resource = rows_uuid(rows, i, 1);

		ok = claim_one(tasks, node_id, &org, &resource, &full, &err);
	}
	if (!ok)
		log_failure(LOG_WARN_, &err, "claim work of a node"); /* the sweeper comes by again */
}
