/* touch: see touch.h. */

#include "touch.h"

#include <string.h>

#include "flush.h"
#include "tasks_sql.h"

/* Whose it is; another organisation's is as absent. */
static bool find_org(struct call *call, const char *task_id, struct uuid *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!DB_RUN(service_db_wide(call_service(call)), NULL, TASKS_WIDE_TASK_WHERE, &rows, err, DB_TEXT(task_id)))
		return false;
	if (rows_count(rows))
		*ret = rows_uuid(rows, 0, 0);
	return (rows_count(rows) && call_may_see(call, ret)) || error_set(err, ERR_NOT_FOUND, "there is no such task");
}

bool touch_begin(struct call *call, const char *task_id, struct change **ret, struct task *task, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct uuid id, org;

	if (!uuid_parse(task_id, &id))
		return error_set(err, ERR_NOT_FOUND, "there is no such task");
	if (!find_org(call, task_id, &org, err) || !change_begin(call, &org, &change, err) ||
	    !task_lock(change_tx(change), &id, task, err))
		return false; /* not wrapped: absent and not for these eyes look the same */
	if (strcmp(task->state, "running") == 0)
		return error_set(err, ERR_CONFLICT, "This task runs already.");
	if (strcmp(task->state, "queued") != 0)
		return error_set(err, ERR_CONFLICT, "This task is over.");
	*ret = TAKE_PTR(change);
	return true;
}

bool touch_finish(struct call *call, struct change *change, const struct task *task, const char *action,
                  const ProtobufCMessage *reply, struct error *err)
{
	struct task_words words;

	task_words(task, &words);
	return change_audit(change, action, &words.target, "success", NULL, NULL, NULL, err) &&
	       change_reply(change, reply, err) && change_commit(change, err) && tasks_flush(call_service(call), err);
}
