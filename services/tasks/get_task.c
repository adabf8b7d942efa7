/* GetTask. One task with its steps, when its organisation is for the caller's eyes. */

#include "tasks.h"
#include "tasks_sql.h"
#include "view.h"

static bool read_task(struct call *call, const char *id, struct rows **ret, struct error *err)
{
	return DB_RUN(service_db_wide(call_service(call)), NULL, TASKS_WIDE_TASK_GET, ret, err, DB_TEXT(id));
}

/* Errors: ERR_NOT_FOUND: absent, or another organisation's; ERR_UNAVAILABLE. */
bool tasks_get_task(struct call *call, const Stralix__V1__GetTaskRequest *req, struct error *err)
{
	enum { ORG = 1 };
	_cleanup_(rows_freep) struct rows *rows = NULL;
	Stralix__V1__GetTaskReply reply;
	struct uuid org;

	if (!read_task(call, req->task_id, &rows, err))
		return error_wrap(err, "task %s", req->task_id);
	if (rows_count(rows))
		org = rows_uuid(rows, 0, ORG);
	if (!rows_count(rows) || !call_may_see(call, &org))
		return error_set(err, ERR_NOT_FOUND, "there is no such task");
	stralix__v1__get_task_reply__init(&reply);
	return view_task(rows, 0, call_arena(call), &reply.task, err) && call_reply(call, &reply.base, err);
}
