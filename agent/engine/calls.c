/* calls: a task's way through its steps. */

#include "agent/engine/calls.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/failpoint.h"
#include "lib/base/log.h"

#include "agent/engine/calls_internal.h"
#include "agent/engine/change.h"

enum { READY_MS = 10000, READY_PAUSE_NS = 20000000, NAMED = 5 };

static void begin(struct calls *calls, struct change *change, const char *step)
{
	steps_begin(&change->steps, step);
	changes_tell(change, 1, calls->use.progress);
}

/* What is to be told to the daemon of an object: that it serves it, or that it forgets it. */
static const struct object *subject(const struct object *after, const struct object *before)
{
	return after->desired ? after : before;
}

/* Has the daemon bring about what after says. *touched: something may be another one now. */
static bool call_for(struct calls *calls, const struct object *after, const struct object *before, bool sure,
                     bool *touched, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(CALLS_ARENA);
	const struct calls_call call = { .verb = after->served ? STRALIX__V1__CALL_REQUEST__BODY_APPLY
		                                               : STRALIX__V1__CALL_REQUEST__BODY_REMOVE,
		                         .object = subject(after, before),
		                         .before = before,
		                         .sure = sure,
		                         .patience_ms = CALLS_PATIENCE_MS };
	Stralix__V1__CallReply *reply = NULL;

	*touched = false;
	if (!arena)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!call.object->desired) /* it was never here */
		return true;
	bool ok = calls_make(calls, &call, arena, &reply, err);
	/* Without a reply it is only known that nothing went out when there was nobody to send it to. */
	*touched = reply ? reply->touched : !ok && (err->code == ERR_UNAVAILABLE || err->code == ERR_TIMEOUT);
	return ok;
}

static bool verify(struct calls *calls, const struct object *after, const struct object *before, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(CALLS_ARENA);
	const struct calls_call call = { .verb = STRALIX__V1__CALL_REQUEST__BODY_VERIFY,
		                         .object = subject(after, before),
		                         .gone = !after->served,
		                         .patience_ms = CALLS_VERIFY_MS };
	Stralix__V1__CallReply *reply;

	if (!arena)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return !call.object->desired || calls_make(calls, &call, arena, &reply, err);
}

static void name_changes(const Stralix__V1__CallReply *reply, struct buf *out)
{
	buf_printf(out, "%u %s", reply->changes, reply->changes == 1 ? "change" : "changes");
	for (size_t i = 0; i < reply->n_differences && i < NAMED; i++) {
		const Stralix__V1__CallDifference *one = reply->differences[i];

		buf_printf(out, "%s%s %s", i > 0 ? ", " : ": ", one->name,
		           !one->there   ? "comes"
		           : one->wanted ? "changes"
		                         : "goes");
	}
	if (reply->changes > NAMED)
		buf_puts(out, ", ...");
}

/* Looks at what will change. */
static bool stage(struct calls *calls, struct change *change, bool sure, struct buf *words, struct error *why)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(CALLS_ARENA);
	const struct object *before = &change->before, *after = &change->after;
	const struct calls_call call = { .verb = STRALIX__V1__CALL_REQUEST__BODY_PLAN,
		                         .object = subject(after, before),
		                         .before = before,
		                         .sure = sure,
		                         .patience_ms = CALLS_PATIENCE_MS };
	Stralix__V1__CallReply *reply;

	if (!arena)
		return error_set(why, ERR_INTERNAL, "out of memory");
	if (after->served && calls_name_taken(calls, after))
		return error_set(why, ERR_EXISTS, "another resource on this node has a name of %s", after->name);
	if (before->name[0] && after->name[0] && strcmp(before->name, after->name) != 0)
		return error_set(why, ERR_CONFLICT, "%s can't become %s", before->name, after->name);
	if (!after->served) {
		buf_printf(words, "%s goes", call.object->name[0] ? call.object->name : "nothing");
		return true;
	}
	if (!calls_make(calls, &call, arena, &reply, why))
		return false;
	name_changes(reply, words);
	return true;
}

/* What was applied last is said to the daemon once more. The step that failed stands before it. */
static void go_back(struct calls *calls, struct change *change, struct error *why)
{
	const struct object *before = &change->before, *after = &change->after;
	struct error back = { 0 };
	bool touched;

	steps_end(&change->steps, false, why->message);
	begin(calls, change, "rollback");
	if (call_for(calls, before, after, false, &touched, &back) && verify(calls, before, after, &back)) {
		steps_end(&change->steps, true, NULL);
		return;
	}
	log_failure(LOG_ERROR_, &back, "rolling back");
	steps_end(&change->steps, false, back.message);
	error_wrap(why, "rolling back: %s; before that", back.message);
}

/* False: it failed for why, and the daemon has again what it had. */
static bool bring_about(struct calls *calls, struct change *change, struct error *why)
{
	_cleanup_buf_ struct buf words = { 0 };
	const struct task *task = change->task;
	bool touched = false, sure;

	pthread_mutex_lock(&calls->memory);
	const struct known *known = calls_find(calls, change->after.id);
	sure = known && known->sure;
	pthread_mutex_unlock(&calls->memory);
	begin(calls, change, "stage");
	if (!journal_stage(calls->use.journal, 0, &task, 1, why) || !stage(calls, change, sure, &words, why))
		return false;
	steps_end(&change->steps, true, words.data);
	failpoint("calls.staged");
	begin(calls, change, "activate");
	/* From here on the journal alone doesn't say what the daemon has. */
	calls_doubt(calls, change->after.id);
	bool ok = call_for(calls, &change->after, &change->before, sure, &touched, why);
	failpoint("calls.activated");
	if (ok) {
		touched = true;
		begin(calls, change, "verify");
		ok = verify(calls, &change->after, &change->before, why);
	}
	if (!ok && touched)
		go_back(calls, change, why);
	return ok;
}

static bool write_ending(struct calls *calls, struct change *change, struct error *err)
{
	_cleanup_buf_ struct buf packed = { 0 };
	const struct journal_generation none = { .number = 0 };
	struct journal_ending ending;

	/* Nothing is said about work in progress once its end can be reported. */
	progress_set(calls->use.progress, NULL, 0, NULL);
	return change_ending(change, &packed, &ending, err) &&
	       journal_commit(calls->use.journal, &none, &ending, 1, err) && journal_sync(calls->use.journal, err);
}

/* To its end, committed or failed. False only when the journal failed. */
static bool run_change(struct calls *calls, struct change *change, struct error *err)
{
	struct error why = { 0 };

	if (change->state == CHANGE_OPEN) {
		if (!bring_about(calls, change, &why)) {
			change_fail(change, &why, NULL);
			return write_ending(calls, change, err);
		}
		failpoint("calls.verified");
		begin(calls, change, "commit");
		steps_end(&change->steps, true, NULL);
		change->state = CHANGE_DONE;
	}
	return write_ending(calls, change, err) &&
	       (change->state != CHANGE_DONE || calls_remember(calls, &change->after, err));
}

static bool prepare_change(struct calls *calls, const struct task *task, struct change *change, struct error *err)
{
	struct object *after = &change->after;
	struct error why = { 0 };

	change->task = task;
	snprintf(after->kind, sizeof(after->kind), "%s", task->kind);
	memcpy(after->id, task->resource_id, sizeof(after->id));
	change->before = *after;
	if (!calls_copy(calls, after->id, &change->before, NULL, &why) && why.code != ERR_NONE) {
		*err = why;
		return false;
	}
	after->generation = task->generation;
	after->state = OBJECT_REMOVED;
	if (strcmp(task->verb, "remove") == 0)
		return true;
	after->state = OBJECT_APPLIED;
	after->desired = malloc(task->desired_size > 0 ? task->desired_size : 1);
	if (!after->desired)
		return error_set(err, ERR_INTERNAL, "out of memory");
	memcpy(after->desired, task->desired, task->desired_size);
	after->desired_size = task->desired_size;
	if (!calls->use.ops->read(calls->use.self, after, &why))
		change_fail(change, &why, NULL);
	return true;
}

static bool run(void *self, const struct task *tasks, size_t n, struct error *err)
{
	struct calls *calls = self;
	struct change *changes = calloc(n + 1, sizeof(*changes));
	bool ok = changes || error_set(err, ERR_INTERNAL, "out of memory");

	calls->use.ops->tend(calls->use.self);
	for (size_t i = 0; ok && i < n; i++)
		ok = prepare_change(calls, &tasks[i], &changes[i], err);
	if (ok)
		changes_supersede(changes, n);
	for (size_t i = 0; ok && i < n; i++)
		ok = run_change(calls, &changes[i], err);
	for (size_t i = 0; changes && i < n; i++)
		change_done(&changes[i]);
	free(changes);
	return ok;
}

/* Tasks that were cut off come next, and say everything once more: all that is needed is a daemon that listens. */
static bool recover(void *self, struct error *err)
{
	struct calls *calls = self;
	int64_t deadline = clock_monotonic_ms() + READY_MS;
	struct adapter_health health;

	(void)err;
	failpoint("calls.recovering");
	do {
		calls->use.ops->tend(calls->use.self);
		calls_ask_health(calls);
		calls_kind(calls).ops->health(calls, &health);
		if (health.alive)
			return true;
		nanosleep(&(struct timespec){ .tv_nsec = READY_PAUSE_NS }, NULL);
	} while (clock_monotonic_ms() < deadline);
	log_write(LOG_WARN_, (struct log_field[]){ { "daemon", health.daemon }, { NULL, NULL } },
	          "it doesn't answer: %s", health.message);
	return true;
}

static void idle(void *self)
{
	const struct calls *calls = self;
	struct error why = { 0 };

	if (!journal_prune(calls->use.journal, &why))
		log_failure(LOG_WARN_, &why, "tidying up");
}

static void watch(void *self)
{
	struct calls *calls = self;

	calls->use.ops->tend(calls->use.self);
	calls_ask_health(calls);
	calls_look_on(calls);
}

static bool read_object(void *self, struct object *object, struct error *err)
{
	const struct calls *calls = self;

	return calls->use.ops->read(calls->use.self, object, err);
}

static size_t served(const void *self)
{
	struct calls *calls = (struct calls *)(uintptr_t)self;
	size_t n = 0;

	pthread_mutex_lock(&calls->memory);
	for (size_t i = 0; i < calls->n; i++)
		n += calls->known[i].object.served;
	pthread_mutex_unlock(&calls->memory);
	return n;
}

static void health(void *self, struct adapter_health *ret)
{
	struct calls *calls = self;

	pthread_mutex_lock(&calls->memory);
	*ret = calls->health;
	pthread_mutex_unlock(&calls->memory);
}

struct kind calls_kind(struct calls *calls)
{
	static const struct kind_ops ops = { .recover = recover,
		                             .run = run,
		                             .idle = idle,
		                             .watch = watch,
		                             .read = read_object,
		                             .served = served,
		                             .health = health,
		                             .drift = calls_drift,
		                             .plan = calls_plan,
		                             .observe = calls_observe };

	return (struct kind){
		.name = calls->use.ops->kind, .capability = calls->use.ops->capability, .ops = &ops, .self = calls
	};
}
