/* settle: one transaction a piece of news. Locks are taken in the order node, resource, task. */

#include "settle.h"

#include <stdio.h>
#include <string.h>

#include "flush.h"
#include "tasks_sql.h"

/* What a settlement works on, under locks. */
struct settling {
	struct change *change;
	struct tx *tx;
	const struct news *news;
	struct task task;
	bool ran; /* it holds a place in the node's window */
	bool freed;
	bool locked; /* the node's row: to be flushed */
};

/* While it only goes on, one statement that locks nothing but the task does; it comes again should it be lost. */
static bool progress(struct tx *tx, const struct uuid *id, const struct news *news, bool *ret_done, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	*ret_done = false;
	if (news->verdict->kind != VERDICT_PROGRESS)
		return true;
	if (!tx_send(tx, TASKS_COMMIT_LAZILY, NULL, 0, err) ||
	    !TX_RUN(tx, TASKS_TASK_PROGRESS, &rows, err, DB_UUID(id), DB_TEXT(news->steps ? news->steps : "[]"),
	            DB_INT(news->seq), DB_INT(news->attempt)))
		return false;
	*ret_done = rows_affected(rows) > 0;
	return true;
}

static bool lock(struct settling *s, const struct uuid *id, struct error *err)
{
	if (!task_lock(s->tx, id, &s->task, err))
		return false;
	s->ran = strcmp(s->task.state, "running") == 0;
	s->locked = true;
	return true;
}

/*
 * A report has a seq; what this process found out itself has none and is about the attempt that runs. A task that was
 * put back without losing an attempt may turn out to run; one whose attempt is over has heard all that there is of it.
 */
static bool is_news(const struct settling *s)
{
	const struct news *news = s->news;

	if (task_final(s->task.state))
		return false;
	if (!s->ran)
		return news->seq > s->task.seq && news->attempt > s->task.attempt;
	if (!news->seq)
		return news->attempt == s->task.attempt;
	/* Progress may overtake the outcome on the way: an outcome is news whatever its number. */
	return news->attempt >= s->task.attempt && (news->seq > s->task.seq || news->verdict->kind != VERDICT_PROGRESS);
}

static bool count(struct settling *s, int running, int assigned, struct error *err)
{
	return (!running && !assigned) ||
	       TX_SEND(s->tx, TASKS_NODE_COUNT, err, DB_TEXT(s->task.node_id), DB_INT(running), DB_INT(assigned));
}

static bool finish(struct settling *s, const char *state, const char *message, const struct uuid *by, struct error *err)
{
	const struct task *task = &s->task;
	const struct news *news = s->news;
	bool success = strcmp(state, "success") == 0, removed = success && strcmp(task->verb, "remove") == 0;

	s->freed = s->ran;
	return TX_SEND(s->tx, TASKS_TASK_FINISH, err, DB_UUID(&task->id), DB_TEXT(state), DB_TEXT(message),
	               DB_TEXT(news->steps), DB_INT(news->seq), DB_INT(news->attempt), DB_UUID(by)) &&
	       (!success || TX_SEND(s->tx, TASKS_RESOURCE_DONE, err, DB_UUID(&task->resource), DB_INT(task->epoch),
	                            DB_INT(task->n), DB_BOOL(removed))) &&
	       count(s, s->ran ? -1 : 0, removed ? -1 : 0, err) && task_tell(s->change, task, state, message, err);
}

/* The newest task of the resource that is newer than this one; nil when there is none. */
static bool newer(struct settling *s, struct uuid *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	*ret = (struct uuid){ 0 };
	if (!TX_RUN(s->tx, TASKS_TASK_NEWER, &rows, err, DB_UUID(&s->task.resource), DB_INT(s->task.epoch),
	            DB_INT(s->task.n)))
		return false;
	if (rows_count(rows))
		*ret = rows_uuid(rows, 0, 0);
	return true;
}

static bool superseded(struct settling *s, struct error *err)
{
	struct uuid by;

	return newer(s, &by, err) &&
	       finish(s, "superseded", s->news->verdict->message, uuid_is_nil(&by) ? NULL : &by, err);
}

/* Back into the queue, unless something newer stands there. */
static bool requeue(struct settling *s, struct error *err)
{
	const struct verdict *verdict = s->news->verdict;
	unsigned attempt = verdict->kind == VERDICT_RETRY ? s->news->attempt : s->news->attempt - 1;
	bool hold = verdict->kind == VERDICT_HOLD; /* then the node's time counts, and it may come early */
	struct uuid by;

	if (!newer(s, &by, err))
		return false;
	if (!uuid_is_nil(&by))
		return finish(s, "superseded", "A newer change took its place.", &by, err);
	s->freed = s->ran;
	return TX_SEND(s->tx, TASKS_TASK_REQUEUE, err, DB_UUID(&s->task.id), DB_TEXT(verdict->message),
	               DB_TEXT(s->news->steps), DB_INT(s->news->seq), DB_INT(attempt),
	               DB_INT(hold ? 0 : verdict->delay_ms)) &&
	       count(s, s->ran ? -1 : 0, 0, err) &&
	       (!hold || TX_SEND(s->tx, TASKS_NODE_HOLD, err, DB_TEXT(s->task.node_id), DB_INT(verdict->delay_ms),
	                         DB_TEXT(s->news->hold_reason ? s->news->hold_reason : "clock"))) &&
	       task_tell(s->change, &s->task, "queued", verdict->message, err);
}

/* It runs although it was put back: an answer had been lost on the way. */
static bool resume(struct settling *s, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rival = NULL;

	if (!TX_RUN(s->tx, TASKS_TASK_RIVAL, &rival, err, DB_UUID(&s->task.resource), DB_UUID(&s->task.id)))
		return false;
	if (rows_count(rival))
		return true; /* the newer one runs and will have its way */
	return TX_SEND(s->tx, TASKS_TASK_RESUME, err, DB_UUID(&s->task.id),
	               DB_TEXT(s->news->steps ? s->news->steps : "[]"), DB_INT(s->news->seq),
	               DB_INT(s->news->attempt)) &&
	       count(s, s->ran ? 0 : 1, 0, err) && task_tell(s->change, &s->task, "running", "", err);
}

static bool apply(struct settling *s, struct error *err)
{
	const struct verdict *verdict = s->news->verdict;

	switch (verdict->kind) {
	case VERDICT_PROGRESS:
		return resume(s, err);
	case VERDICT_SUCCESS:
		return finish(s, "success", verdict->message, NULL, err);
	case VERDICT_FAILED:
		return finish(s, s->news->denied ? "denied" : "failed", verdict->message, NULL, err);
	case VERDICT_SUPERSEDED:
		return superseded(s, err);
	case VERDICT_RETRY:
	case VERDICT_WAIT:
	case VERDICT_HOLD:
		return requeue(s, err);
	}
	return error_set(err, ERR_INTERNAL, "verdict %d is unknown", (int)verdict->kind);
}

static bool settle_locked(struct settling *s, const struct uuid *id, struct error *err)
{
	bool done;
	char text[UUID_TEXT];

	if (!progress(s->tx, id, s->news, &done, err))
		return false;
	if (done)
		return change_event(s->change, "task", "updated", uuid_format(id, text), err);
	return lock(s, id, err) && (!is_news(s) || apply(s, err));
}

bool settle(struct service *service, const struct uuid *org, const struct uuid *task_id, const char *request_id,
            const struct news *news, bool *ret_freed, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct settling s = { .news = news };
	char id[UUID_TEXT];

	*ret_freed = false;
	if (!change_begin_system(service, org, request_id, &change, err))
		return error_wrap(err, "task %s", uuid_format(task_id, id));
	s.change = change;
	s.tx = change_tx(change);
	if (!settle_locked(&s, task_id, err) || !change_commit(change, err) || (s.locked && !tasks_flush(service, err)))
		return error_wrap(err, "task %s", uuid_format(task_id, id));
	*ret_freed = s.freed;
	return true;
}
