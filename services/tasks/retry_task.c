/* RetryTask. Tries a waiting task at once. */

#include "dispatch.h"
#include "tasks_sql.h"
#include "touch.h"

/*
 * Effects  one change: the task's pause ends now; audit task.retry. A node that is held, or has no room, still has its
 * say. Errors   ERR_NOT_FOUND, ERR_CONFLICT (it runs, or is over).
 */
bool tasks_retry_task(struct call *call, const Stralix__V1__RetryTaskRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__RetryTaskReply reply;
	struct task task;

	stralix__v1__retry_task_reply__init(&reply);
	reply.task_id = req->task_id;
	if (!touch_begin(call, req->task_id, &change, &task, err) ||
	    !TX_RUN(change_tx(change), TASKS_TASK_HASTEN, NULL, err, DB_UUID(&task.id)) ||
	    !change_event(change, "task", "updated", req->task_id, err) ||
	    !touch_finish(call, change, &task, "task.retry", &reply.base, err))
		return false;
	dispatch_node(call_state(call), task.node_id);
	return true;
}
