/* task: rows to structs, structs to words. */

#include "task.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "stralix/v1/common.pb-c.h"

#include "tasks_sql.h"

/* The columns that all of them begin with. */
enum {
	ID,
	ORG,
	RESOURCE,
	NODE,
	KIND,
	VERB,
	NAME,
	EPOCH,
	N,
	ATTEMPT,
	STATE,
	ACTOR,
	PERMISSION,
	REQUEST,
	TRACE,
	OWNER,
	SEQ,
	DESIRED,
};

static bool copy(const struct rows *rows, unsigned row, unsigned column, char *to, size_t size, struct error *err)
{
	int length = snprintf(to, size, "%s", rows_text(rows, row, column));

	return length < (int)size || error_set(err, ERR_INTERNAL, "task: column %u has %d bytes", column, length);
}

#define COPY(column, member) copy(rows, row, column, ret->member, sizeof(ret->member), err)

static bool read_desired(const struct rows *rows, unsigned row, struct task *ret, struct error *err)
{
	const uint8_t *desired = rows_bytes(rows, row, DESIRED, &ret->desired_size);

	ret->desired = malloc(ret->desired_size + 1);
	if (!ret->desired)
		return error_errno(err, ENOMEM, "read a task");
	memcpy(ret->desired, desired, ret->desired_size);
	return true;
}

bool task_read(const struct rows *rows, unsigned row, struct task *ret, struct error *err)
{
	*ret = (struct task){
		.id = rows_uuid(rows, row, ID),
		.org = rows_uuid(rows, row, ORG),
		.resource = rows_uuid(rows, row, RESOURCE),
		.epoch = (uint32_t)rows_int(rows, row, EPOCH),
		.n = (uint64_t)rows_int(rows, row, N),
		.attempt = (unsigned)rows_int(rows, row, ATTEMPT),
		.seq = rows_int(rows, row, SEQ),
	};
	return COPY(NODE, node_id) && COPY(KIND, kind) && COPY(VERB, verb) && COPY(NAME, name) && COPY(STATE, state) &&
	       COPY(ACTOR, actor_id) && COPY(PERMISSION, permission) && COPY(REQUEST, request_id) &&
	       COPY(TRACE, traceparent) && COPY(OWNER, owner) &&
	       (rows_columns(rows) <= DESIRED || read_desired(rows, row, ret, err));
}

void task_done(struct task *task)
{
	free(task->desired);
	task->desired = NULL;
}

void task_free(struct task *task)
{
	if (!task)
		return;
	task_done(task);
	free(task);
}

/* protobuf-c's members are not const; messages that are packed only are never written to. */
static char *borrow(const char *text)
{
	return (char *)(uintptr_t)text;
}

void task_words(const struct task *task, struct task_words *ret)
{
	uuid_format(&task->id, ret->id);
	uuid_format(&task->resource, ret->resource);
	uuid_format(&task->org, ret->org);
	stralix__v1__target__init(&ret->target);
	ret->target.kind = borrow(task->kind);
	ret->target.id = ret->resource;
	ret->target.name = borrow(task->name);
	ret->target.organisation_id = ret->org;
	ret->target.node_id = borrow(task->node_id);
	stralix__v1__generation__init(&ret->generation);
	ret->generation.epoch = task->epoch;
	ret->generation.n = task->n;
}

bool task_lock(struct tx *tx, const struct uuid *id, struct task *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *place = NULL, *row = NULL;
	struct uuid resource;

	if (!TX_RUN(tx, TASKS_TASK_PLACE, &place, err, DB_UUID(id)))
		return false;
	if (!rows_count(place))
		return error_set(err, ERR_NOT_FOUND, "there is no such task");
	resource = rows_uuid(place, 0, 1);
	return TX_SEND(tx, TASKS_NODE_LOCK, err, DB_TEXT(rows_text(place, 0, 0))) &&
	       TX_SEND(tx, TASKS_RESOURCE_LOCK, err, DB_UUID(&resource)) &&
	       TX_RUN(tx, TASKS_TASK_LOCK, &row, err, DB_UUID(id)) && task_read(row, 0, ret, err);
}

static const char *const finals[] = { "success", "failed", "superseded", "denied", "cancelled" };

bool task_final(const char *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(finals); i++)
		if (strcmp(finals[i], state) == 0)
			return true;
	return false;
}

/* How an order of this service's own ended stands in its audit record. */
static bool record(struct change *change, const struct task *task, const struct task_words *words, const char *state,
                   struct error *err)
{
	char action[64];

	snprintf(action, sizeof(action), "%s.%s", task->kind, task->verb);
	return change_on_behalf(change, task->actor_id, err) &&
	       change_audit(change, action, &words->target, strcmp(state, "success") == 0 ? state : "failed", NULL,
	                    NULL, NULL, err);
}

static bool tell_owner(struct change *change, const struct task *task, struct task_words *words, const char *state,
                       const char *message, struct error *err)
{
	Stralix__V1__TaskFinishedRequest finished;

	if (strcmp(task->owner, "tasks") == 0)
		return record(change, task, words, state, err);
	stralix__v1__task_finished_request__init(&finished);
	finished.task_id = words->id;
	finished.target = &words->target;
	finished.actor_id = borrow(task->actor_id);
	finished.generation = &words->generation;
	finished.state = borrow(state);
	finished.message = borrow(message);
	finished.verb = borrow(task->verb);
	return change_tell(change, task->owner, "TaskFinished", &finished.base, err);
}

bool task_tell(struct change *change, const struct task *task, const char *state, const char *message,
               struct error *err)
{
	struct task_words words;

	task_words(task, &words);
	if (task_final(state) && !tell_owner(change, task, &words, state, message, err))
		return false;
	return change_event(change, "task", "updated", words.id, err);
}
