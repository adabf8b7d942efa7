/* apply: the transaction. One round takes all open changes through the steps; what fails drops out and the rest goes
 * round again. */

#include "agent/engine/apply.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/failpoint.h"
#include "lib/base/log.h"

#include "agent/engine/apply_internal.h"
#include "agent/engine/order.h"

enum { KEEP_GENERATIONS = 3 };

static void begin(struct apply *apply, struct change *changes, size_t n, const char *step)
{
	changes_begin(changes, n, step);
	changes_tell(changes, n, apply->use.progress);
}

static void fail_all(struct change *changes, size_t n, const struct error *why, const char *words)
{
	for (size_t i = 0; i < n; i++)
		if (changes[i].state == CHANGE_OPEN)
			change_fail(&changes[i], why, words);
}

/* Whether somebody else has the name in the generation that these changes would make. */
static bool name_taken(const struct apply *apply, const struct change *changes, size_t n, size_t mine)
{
	const struct object *after = &changes[mine].after;

	for (size_t i = 0; i < mine; i++)
		if (changes[i].state == CHANGE_OPEN && changes[i].after.served &&
		    object_shares_name(&changes[i].after, after))
			return true;
	for (size_t i = 0; i < apply->n; i++) {
		const struct object *other = &apply->objects[i];
		bool changed = false;

		if (!other->served || !object_shares_name(other, after))
			continue;
		for (size_t j = 0; j < n && !changed; j++)
			changed = changes[j].state == CHANGE_OPEN && strcmp(changes[j].after.id, other->id) == 0;
		if (!changed)
			return true;
	}
	return false;
}

static void refuse_taken_names(const struct apply *apply, struct change *changes, size_t n)
{
	struct error why = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (changes[i].state != CHANGE_OPEN || !changes[i].after.served || !name_taken(apply, changes, n, i))
			continue;
		error_set(&why, ERR_EXISTS, "another resource on this node has a name of %s", changes[i].after.name);
		change_fail(&changes[i], &why, NULL);
	}
}

static bool run_changes(struct apply *apply, struct change *changes, size_t n, struct error *err);

/* Together they fail and it can't be told why: each for itself. */
static bool split(struct apply *apply, struct change *changes, size_t n, struct error *err)
{
	for (size_t i = 0; i < n; i++)
		if (changes[i].state == CHANGE_OPEN && !run_changes(apply, &changes[i], 1, err))
			return false;
	return true;
}

/* The journal names the generation and its tasks before anything of it can go live. */
static bool stage(struct apply *apply, uint64_t generation, struct change *changes, size_t n, struct staging *staging,
                  struct error *why)
{
	_cleanup_free_ const struct task **tasks = calloc(n + 1, sizeof(const struct task *));
	size_t open = 0;

	if (!tasks)
		return error_set(why, ERR_INTERNAL, "out of memory");
	begin(apply, changes, n, "stage");
	for (size_t i = 0; i < n; i++)
		if (changes[i].state == CHANGE_OPEN)
			tasks[open++] = changes[i].task;
	if (!journal_stage(apply->use.journal, generation, tasks, open, why) ||
	    !apply_stage(apply, generation, changes, n, staging, why))
		return false;
	apply_tell_dropped(apply, changes, n);
	return true;
}

static bool activate(struct apply *apply, uint64_t generation, struct error *why)
{
	const struct adapter *adapter = &apply->use.adapter;

	if (!tree_switch(apply->use.tree, generation, why))
		return false;
	failpoint("engine.activated");
	if (!adapter->ops->reload(adapter->self, why))
		return false;
	failpoint("engine.reloaded");
	return true;
}

/* What a generation that was at work before needs; a part that doesn't come up is no reason not to go back to it. */
static void prepare_known(struct apply *apply, uint64_t generation)
{
	const struct adapter *adapter = &apply->use.adapter;
	struct error why = { 0 };
	char path[TREE_PATH];

	tree_path(apply->use.tree, generation, path);
	if (!adapter->ops->prepare(adapter->self, path, NULL, 0, &why))
		log_failure(LOG_ERROR_, &why, "preparing a generation that was at work");
}

bool apply_roll_back(struct apply *apply, struct error *err)
{
	const struct adapter *adapter = &apply->use.adapter;

	if (apply->committed == 0 || tree_live(apply->use.tree) == apply->committed)
		return true;
	prepare_known(apply, apply->committed);
	return (activate(apply, apply->committed, err) &&
	        adapter->ops->await_generation(adapter->self, apply->committed, err)) ||
	       error_wrap(err, "roll back to generation %llu", (unsigned long long)apply->committed);
}

/* Asks for each open change whether the daemon does what is wanted. */
static void verify_objects(struct apply *apply, struct change *changes, size_t n)
{
	struct error why = { 0 };

	if (!apply_verify_objects(apply, changes, n, &why))
		fail_all(changes, n, &why, NULL);
}

/* Data of removed objects goes after nothing serves it and before the journal calls it removed. */
static void purge(struct apply *apply, struct change *changes, size_t n)
{
	const struct adapter *adapter = &apply->use.adapter;

	for (size_t i = 0; i < n; i++) {
		struct error why = { 0 };

		if (changes[i].state == CHANGE_OPEN && changes[i].after.state == OBJECT_REMOVED &&
		    !adapter->ops->purge(adapter->self, &changes[i].before, &why))
			change_fail(&changes[i], &why, NULL);
	}
}

/* Writes how changes ended: those in `state`. generation 0: no new one. */
static bool write_endings(struct apply *apply, uint64_t generation, const struct change *changes, size_t n, bool done,
                          struct error *err)
{
	struct journal_ending *endings = calloc(n + 1, sizeof(*endings));
	struct buf *packed = calloc(n + 1, sizeof(*packed));
	const struct journal_generation live = { .number = generation,
		                                 .rendered = apply->fingerprint,
		                                 .uses = apply->round.uses,
		                                 .n_uses = apply->round.n };
	size_t count = 0;
	bool ok = endings && packed;

	/* Nothing is said about work in progress once its end can be reported. */
	progress_set(apply->use.progress, NULL, 0, NULL);
	if (!ok)
		error_set(err, ERR_INTERNAL, "out of memory");
	for (size_t i = 0; ok && i < n; i++)
		if (changes[i].state != CHANGE_OPEN && (changes[i].state == CHANGE_DONE) == done) {
			ok = change_ending(&changes[i], &packed[count], &endings[count], err);
			count++;
		}
	if (ok && (count > 0 || generation > 0))
		ok = journal_commit(apply->use.journal, &live, endings, count, err) &&
		     journal_sync(apply->use.journal, err);
	for (size_t i = 0; packed && i < count; i++)
		buf_done(&packed[i]);
	free(packed);
	free(endings);
	return ok;
}

static bool commit(struct apply *apply, uint64_t generation, struct change *changes, size_t n, struct error *err)
{
	begin(apply, changes, n, "commit");
	purge(apply, changes, n);
	changes_end(changes, n, true);
	for (size_t i = 0; i < n; i++)
		if (changes[i].state == CHANGE_OPEN)
			changes[i].state = CHANGE_DONE;
	if (!write_endings(apply, generation, changes, n, true, err))
		return error_wrap(err, "commit generation %llu", (unsigned long long)generation);
	apply->committed = generation;
	memcpy(apply->rendered, apply->fingerprint, sizeof(apply->rendered));
	if (!apply_remember_round(apply, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (changes[i].state == CHANGE_DONE && !apply_remember(apply, &changes[i].after, err))
			return false;
	return true;
}

enum round { ROUND_COMMITTED, ROUND_AGAIN, ROUND_SPLIT, ROUND_FAILED };

/* Whether the refusal is about a file that nobody changes now: somebody broke it by hand, which must not stop the
 * others, so that it is written anew. */
static bool heal(struct apply *apply, const struct change *changes, size_t n, const char *words)
{
	const struct adapter *adapter = &apply->use.adapter;
	struct object *object;
	char id[UUID_TEXT];

	adapter->ops->suspect(adapter->self, words, id);
	for (size_t i = 0; i < n; i++)
		if (changes[i].state == CHANGE_OPEN && strcmp(changes[i].after.id, id) == 0)
			return false;
	object = id[0] ? apply_find(apply, id) : NULL;
	if (!object || !object->served || object->anew)
		return false;
	log_write(LOG_WARN_, (struct log_field[]){ { "resource", id }, { NULL, NULL } },
	          "the daemon refuses a file that was changed by hand; it is written anew");
	object->anew = true;
	return true;
}

static enum round test(struct apply *apply, uint64_t generation, struct change *changes, size_t n, struct error *why)
{
	_cleanup_buf_ struct buf words = { 0 };
	bool passed = false;

	begin(apply, changes, n, "test");
	if (!apply_test(apply, generation, true, &words, &passed, why))
		return ROUND_FAILED;
	if (passed)
		return ROUND_COMMITTED;
	if (heal(apply, changes, n, words.data ? words.data : ""))
		return ROUND_AGAIN;
	error_set(why, ERR_TEST_FAILED, "%s", words.size > 0 ? words.data : "the daemon refused the configuration");
	if (changes_open(changes, n) <= 1) {
		fail_all(changes, n, why, words.data);
		return ROUND_FAILED;
	}
	return apply_quarantine(apply, changes, n, words.data ? words.data : "") ? ROUND_AGAIN : ROUND_SPLIT;
}

/* What is new and has passed its test needn't wait for the reload to be served. */
static void serve_early(struct apply *apply, const struct change *changes, size_t n)
{
	const struct adapter *adapter = &apply->use.adapter;

	for (size_t i = 0; i < n; i++) {
		const struct change *change = &changes[i];
		struct error why = { 0 };

		if (change->state == CHANGE_OPEN && change->after.served && change->after.plain &&
		    !change->before.served && !adapter->ops->serve_early(adapter->self, &change->after, &why))
			log_failure(LOG_WARN_, &why, "serving early");
	}
}

/* When the way back fails as well there is nothing left to try: the daemon goes on with what it has in memory, and who
 * reads the log or the outcome of the task is told. */
static void go_back(struct apply *apply, struct error *why)
{
	struct error back = { 0 };

	if (apply_roll_back(apply, &back))
		return;
	log_failure(LOG_ERROR_, &back, "rolling back");
	error_wrap(why, "%s; before that", back.message);
}

/* Activates and verifies; a failure of the whole is why. */
static enum round reload_and_verify(struct apply *apply, uint64_t generation, struct change *changes, size_t n,
                                    struct error *why)
{
	const struct adapter *adapter = &apply->use.adapter;
	size_t open = changes_open(changes, n);

	begin(apply, changes, n, "activate");
	bool active = activate(apply, generation, why);
	if (active) {
		begin(apply, changes, n, "verify");
		active = adapter->ops->await_generation(adapter->self, generation, why);
	}
	if (!active) {
		go_back(apply, why);
		return open > 1 ? ROUND_SPLIT : ROUND_FAILED;
	}
	verify_objects(apply, changes, n);
	return changes_open(changes, n) == open ? ROUND_COMMITTED : ROUND_AGAIN;
}

static enum round go_live(struct apply *apply, uint64_t generation, struct change *changes, size_t n, struct error *why)
{
	const struct adapter *adapter = &apply->use.adapter;
	struct error late = { 0 };
	enum round round;

	serve_early(apply, changes, n);
	round = reload_and_verify(apply, generation, changes, n, why);
	if (!adapter->ops->serve_early_end(adapter->self, &late))
		log_failure(LOG_ERROR_, &late, "ending what is served early");
	return round;
}

/* Starts what runs beside the daemon for the newest generation. */
static enum round prepare(struct apply *apply, struct change *changes, size_t n, struct error *why)
{
	size_t open = changes_open(changes, n);

	if (!apply_prepare_objects(apply, changes, n, why))
		return open > 1 ? ROUND_SPLIT : ROUND_FAILED;
	return changes_open(changes, n) == open ? ROUND_COMMITTED : ROUND_AGAIN;
}

/* One generation from stage to verify. ROUND_FAILED: why is for all changes that are still open. */
static enum round go_round(struct apply *apply, uint64_t generation, struct change *changes, size_t n,
                           struct error *why)
{
	_cleanup_(staging_done) struct staging staging = STAGING_NONE;
	size_t open;

	refuse_taken_names(apply, changes, n);
	open = changes_open(changes, n);
	if (open == 0 && n > 0)
		return ROUND_AGAIN;
	if (!stage(apply, generation, changes, n, &staging, why))
		return ROUND_FAILED;
	if (changes_open(changes, n) < open)
		return ROUND_AGAIN;
	failpoint("engine.staged");
	enum round tested = test(apply, generation, changes, n, why);
	if (tested != ROUND_COMMITTED)
		return tested;
	if (!staging_check(&staging, why))
		return ROUND_FAILED;
	enum round prepared = prepare(apply, changes, n, why);
	failpoint("engine.prepared");
	return prepared == ROUND_COMMITTED ? go_live(apply, generation, changes, n, why) : prepared;
}

/* To the end of all changes, committed or failed. False only when the journal failed. */
static bool run_changes(struct apply *apply, struct change *changes, size_t n, struct error *err)
{
	while (changes_open(changes, n) > 0) {
		struct error why = { 0 };
		uint64_t generation = ++apply->highest;

		for (size_t i = 0; i < n; i++)
			if (changes[i].state == CHANGE_OPEN)
				steps_done(&changes[i].steps);
		enum round round = go_round(apply, generation, changes, n, &why);
		if (round == ROUND_COMMITTED) {
			failpoint("engine.verified");
			return commit(apply, generation, changes, n, err);
		}
		if (round == ROUND_FAILED)
			fail_all(changes, n, &why, NULL);
		if (tree_live(apply->use.tree) != generation && !tree_remove(apply->use.tree, generation, &why))
			log_failure(LOG_WARN_, &why, "dropping a generation");
		if (round == ROUND_SPLIT)
			return split(apply, changes, n, err);
	}
	return true;
}

/* A generation with no change in it: the same objects, rendered anew. */
static bool refresh(struct apply *apply, struct error *err)
{
	uint64_t generation = ++apply->highest;
	struct error why = { 0 };

	if (go_round(apply, generation, NULL, 0, &why) == ROUND_COMMITTED)
		return commit(apply, generation, NULL, 0, err);
	*err = why;
	return error_wrap(err, "render generation %llu", (unsigned long long)generation);
}

static bool prepare_change(struct apply *apply, const struct task *task, struct change *change, struct error *err)
{
	const struct adapter *adapter = &apply->use.adapter;
	const struct object *known = apply_find(apply, task->resource_id);
	struct object *after = &change->after;
	struct error why = { 0 };

	change->task = task;
	snprintf(after->kind, sizeof(after->kind), "%s", task->kind);
	memcpy(after->id, task->resource_id, sizeof(after->id));
	change->before = *after;
	if (known && !object_copy(known, &change->before, err))
		return false;
	after->generation = task->generation;
	after->state = OBJECT_REMOVED;
	if (strcmp(task->verb, "remove") == 0)
		return true;
	after->state = OBJECT_APPLIED;
	if (order_is_one(task->verb)) {
		if (!apply_read_order(apply, change, &why))
			change_fail(change, &why, NULL);
		return true;
	}
	after->desired = malloc(task->desired_size > 0 ? task->desired_size : 1);
	if (!after->desired)
		return error_set(err, ERR_INTERNAL, "out of memory");
	memcpy(after->desired, task->desired, task->desired_size);
	after->desired_size = task->desired_size;
	if (!adapter->ops->read(adapter->self, after, &why))
		change_fail(change, &why, NULL);
	return true;
}

/* What failed doesn't stay live. When it has to, because the way back failed, its outcome says so. */
static void leave_failed(struct apply *apply, struct change *changes, size_t n)
{
	struct error back = { 0 };

	if (apply_roll_back(apply, &back))
		return;
	log_failure(LOG_ERROR_, &back, "rolling back");
	for (size_t i = 0; i < n; i++) {
		if (changes[i].state != CHANGE_FAILED)
			continue;
		error_wrap(&changes[i].why, "%s; before that", back.message);
		if (changes[i].words.size > 0)
			buf_printf(&changes[i].words, "\n%s", back.message);
	}
}

static bool run_tasks(struct apply *apply, const struct task *tasks, size_t n, struct error *err)
{
	struct change *changes = calloc(n + 1, sizeof(*changes));
	bool ok = changes || error_set(err, ERR_INTERNAL, "out of memory");

	for (size_t i = 0; ok && i < n; i++)
		ok = prepare_change(apply, &tasks[i], &changes[i], err);
	if (ok)
		changes_supersede(changes, n);
	ok = ok && run_changes(apply, changes, n, err);
	leave_failed(apply, changes, ok ? n : 0);
	ok = ok && write_endings(apply, 0, changes, n, false, err);
	for (size_t i = 0; changes && i < n; i++)
		change_done(&changes[i]);
	free(changes);
	return ok;
}

bool apply_run(struct apply *apply, const struct task *tasks, size_t n, struct error *err)
{
	pthread_mutex_lock(&apply->busy);
	bool ok = run_tasks(apply, tasks, n, err);
	for (size_t i = 0; i < apply->n; i++)
		apply->objects[i].anew = false;
	for (size_t i = 0; i < n; i++)
		if (order_is_one(tasks[i].verb))
			apply->observe_ms = 0; /* the next look is news */
	pthread_mutex_unlock(&apply->busy);
	return ok;
}

static bool recover(struct apply *apply, struct error *err)
{
	const struct adapter *adapter = &apply->use.adapter;
	uint64_t live = tree_live(apply->use.tree);
	struct error why = { 0 };

	if (!tree_remove(apply->use.tree, TREE_PLAN, &why))
		log_failure(LOG_WARN_, &why, "removing what a plan left");
	if (apply->committed == 0 || !tree_has(apply->use.tree, apply->committed))
		return refresh(apply, err);
	/* What was live when it was cut off had passed its test; the tasks that made it run again, on top of it. */
	if (!tree_has(apply->use.tree, live))
		live = 0;
	if (live == 0 && !tree_switch(apply->use.tree, live = apply->committed, err))
		return false;
	prepare_known(apply, live);
	if (!adapter->ops->reload(adapter->self, &why) || !adapter->ops->await_generation(adapter->self, live, &why)) {
		log_failure(LOG_WARN_, &why, "serving the live generation");
		if (!apply_roll_back(apply, err))
			return false;
	}
	return strcmp(apply->rendered, apply->fingerprint) == 0 || refresh(apply, err);
}

bool apply_recover(struct apply *apply, struct error *err)
{
	pthread_mutex_lock(&apply->busy);
	bool ok = recover(apply, err);
	pthread_mutex_unlock(&apply->busy);
	return ok;
}

/* Nothing is ended while it isn't sure what is at work. */
static void tend(struct apply *apply)
{
	const struct adapter *adapter = &apply->use.adapter;
	char path[TREE_PATH];

	if (apply->committed == 0 || tree_live(apply->use.tree) != apply->committed)
		return;
	tree_path(apply->use.tree, apply->committed, path);
	adapter->ops->tend(adapter->self, path);
}

void apply_idle(struct apply *apply)
{
	const struct adapter *adapter = &apply->use.adapter;
	struct error why = { 0 };

	adapter->ops->ready(adapter->self);
	tend(apply);
	apply_sweep_keys(apply);
	if (!tree_tidy(apply->use.tree, KEEP_GENERATIONS, &why) || !journal_prune(apply->use.journal, &why))
		log_failure(LOG_WARN_, &why, "tidying up");
}

void apply_watch(struct apply *apply)
{
	const struct adapter *adapter = &apply->use.adapter;
	struct adapter_health health = { 0 };
	struct error why = { 0 };

	tend(apply);
	adapter->ops->health(adapter->self, &health);
	if (health.alive || tree_live(apply->use.tree) == 0) {
		apply_observe_due(apply);
		return;
	}
	log_write(LOG_WARN_, (struct log_field[]){ { "daemon", health.daemon }, { NULL, NULL } },
	          "the daemon is gone, starting it");
	if (!adapter->ops->reload(adapter->self, &why))
		log_failure(LOG_ERROR_, &why, "starting the daemon");
}
