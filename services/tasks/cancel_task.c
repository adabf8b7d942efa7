/* CancelTask. Takes back a task that still waits. */

#include <stdio.h>

#include "tasks_sql.h"
#include "touch.h"

/*
 * Effects  one change: the task is cancelled, its owner hears so and goes back to what was last at work; audit
 * task.cancel. Errors   ERR_NOT_FOUND, ERR_CONFLICT (it runs, or is over).
 */
bool tasks_cancel_task(struct call *call, const Stralix__V1__CancelTaskRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__CancelTaskReply reply;
	char message[320];
	struct task task;

	stralix__v1__cancel_task_reply__init(&reply);
	reply.task_id = req->task_id;
	if (!touch_begin(call, req->task_id, &change, &task, err))
		return false;
	snprintf(message, sizeof(message), "Cancelled by %s.", call_identity(call)->name);
	return TX_RUN(change_tx(change), TASKS_TASK_FINISH, NULL, err, DB_UUID(&task.id), DB_TEXT("cancelled"),
	              DB_TEXT(message), DB_NULL, DB_INT(task.seq), DB_INT(task.attempt), DB_NULL) &&
	       task_tell(change, &task, "cancelled", message, err) &&
	       touch_finish(call, change, &task, "task.cancel", &reply.base, err);
}
