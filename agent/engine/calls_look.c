/* calls: what the daemon has against what the journal says, and what a plan would make of it. */

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "agent/engine/calls_internal.h"
#include "agent/engine/diff.h"
#include "agent/engine/shown.h"

enum { FILES_MAX = 200, SLICE_MS = 200, ALL_MS = 40000, PATH_MOST = 320 };

void calls_ask_health(struct calls *calls)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(CALLS_ARENA);
	const struct calls_call call = { .verb = STRALIX__V1__CALL_REQUEST__BODY_HEALTH, .patience_ms = 2000 };
	Stralix__V1__CallReply *reply;
	struct error why = { 0 };
	bool alive = arena && calls_make(calls, &call, arena, &reply, &why);

	pthread_mutex_lock(&calls->memory);
	if (calls->health.alive && !alive)
		log_failure(LOG_WARN_, &why, calls->use.ops->daemon);
	calls->health.alive = alive;
	snprintf(calls->health.message, sizeof(calls->health.message), "%.255s", alive ? "" : why.message);
	if (alive)
		snprintf(calls->health.version, sizeof(calls->health.version), "%s", reply->version);
	pthread_mutex_unlock(&calls->memory);
}

/* The arena and what is left of an answer. */
struct telling {
	struct arena *arena;
	size_t left; /* bytes that may still be shown */
};

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for the answer");
}

static char *path_of(const Stralix__V1__CallDifference *from, const struct telling *telling)
{
	char path[PATH_MOST];

	snprintf(path, sizeof(path), "%s", from->name);
	return shown_text(path, telling->arena);
}

/* From what, to what. */
static bool fill_diff(struct telling *telling, const char *from, const char *to, char **ret, protobuf_c_boolean *cut,
                      struct error *err)
{
	const struct diff_text was = { from, from ? strlen(from) : 0 }, is = { to, to ? strlen(to) : 0 };
	size_t max = telling->left < SHOWN_FILE ? telling->left : SHOWN_FILE;
	_cleanup_buf_ struct buf diff = { 0 };
	enum diff_result result;

	if (!diff_unified(was, is, max, &diff, &result, err))
		return false;
	*cut = result == DIFF_CUT;
	*ret = shown_text(diff.data ? diff.data : "", telling->arena);
	telling->left -= diff.size < telling->left ? diff.size : telling->left;
	return *ret || no_room(err);
}

static bool tell_plan(struct telling *telling, const Stralix__V1__CallDifference *from, Stralix__V1__PlanAnswer *answer,
                      struct error *err)
{
	Stralix__V1__FilePlan *to = arena_alloc(telling->arena, sizeof(*to));

	if (!to)
		return no_room(err);
	stralix__v1__file_plan__init(to);
	to->path = path_of(from, telling);
	to->change = (char *)(uintptr_t)(!from->there ? "added" : from->wanted ? "changed" : "removed");
	answer->files[answer->n_files++] = to;
	return (to->path || no_room(err)) && fill_diff(telling, from->there ? from->has : NULL,
	                                               from->wanted ? from->wants : NULL, &to->diff, &to->cut, err);
}

static bool plan(struct calls *calls, const struct object *object, struct arena *arena, Stralix__V1__PlanAnswer *answer,
                 struct error *err)
{
	static const char taken[] = "Another resource on this node has this name.";
	const struct calls_call call = { .verb = STRALIX__V1__CALL_REQUEST__BODY_PLAN,
		                         .object = object,
		                         .patience_ms = CALLS_LOOK_MS };
	struct telling telling = { arena, SHOWN_TOTAL };
	Stralix__V1__CallReply *reply;
	bool ok = true;

	if (!calls_make(calls, &call, arena, &reply, err))
		return false;
	answer->passed = !object->served || !calls_name_taken(calls, object);
	if (!answer->passed)
		answer->words = (char *)(uintptr_t)taken;
	answer->files = arena_alloc(arena, (reply->n_differences + 1) * sizeof(void *));
	if (!answer->files)
		return no_room(err);
	for (size_t i = 0; ok && i < reply->n_differences; i++)
		ok = tell_plan(&telling, reply->differences[i], answer, err);
	return ok;
}

bool calls_plan(void *self, const char *id, const Stralix__V1__PlanQuestion *wanted, struct arena *arena,
                Stralix__V1__PlanAnswer *answer, struct error *err)
{
	struct calls *calls = self;
	struct object object = { 0 };

	snprintf(object.kind, sizeof(object.kind), "%s", calls->use.ops->kind);
	snprintf(object.id, sizeof(object.id), "%s", id);
	bool ok = calls->use.ops->planned(wanted, &object, err) &&
	          calls->use.ops->read(calls->use.self, &object, err) && plan(calls, &object, arena, answer, err);
	object_done(&object);
	return ok;
}

/* Looks at one object and keeps how many differences there are. */
static bool look_at(struct calls *calls, const struct object *object, struct arena *arena, Stralix__V1__CallReply **ret,
                    struct error *err)
{
	const struct calls_call call = { .verb = STRALIX__V1__CALL_REQUEST__BODY_OBSERVE,
		                         .object = object,
		                         .patience_ms = CALLS_LOOK_MS };
	struct known *known;

	if (!calls_make(calls, &call, arena, ret, err))
		return false;
	pthread_mutex_lock(&calls->memory);
	known = calls_find(calls, object->id);
	if (known && generation_compare(known->object.generation, object->generation) == 0) {
		known->differences = (*ret)->changes;
		known->sure = known->sure && (*ret)->changes == 0;
	}
	pthread_mutex_unlock(&calls->memory);
	return true;
}

/* The place'th object that is served, as a copy; false: there are no more. */
static bool copy_next(struct calls *calls, size_t *place, struct object *ret)
{
	struct error why = { 0 };
	bool found = false;

	pthread_mutex_lock(&calls->memory);
	for (; !found && *place < calls->n; ++*place)
		found = calls->known[*place].object.served && object_copy(&calls->known[*place].object, ret, &why);
	pthread_mutex_unlock(&calls->memory);
	return found;
}

/* Objects of the daemon that nobody has told it. */
static bool look_for_others(struct calls *calls, struct arena *arena, Stralix__V1__CallReply **ret, struct error *err)
{
	struct calls_call call = { .verb = STRALIX__V1__CALL_REQUEST__BODY_OBSERVE, .patience_ms = CALLS_LOOK_MS };
	const char **names;

	pthread_mutex_lock(&calls->memory);
	names = arena_alloc(arena, (calls->n + 1) * sizeof(char *));
	for (size_t i = 0; names && i < calls->n; i++)
		if (calls->known[i].object.served)
			names[call.n_names++] = arena_strdup(arena, calls->known[i].object.name);
	pthread_mutex_unlock(&calls->memory);
	for (size_t i = 0; names && i < call.n_names; i++)
		if (!names[i])
			names = NULL;
	call.names = names;
	if (!names)
		return no_room(err);
	if (!calls_make(calls, &call, arena, ret, err))
		return false;
	pthread_mutex_lock(&calls->memory);
	calls->foreign = (*ret)->changes;
	pthread_mutex_unlock(&calls->memory);
	return true;
}

static bool tell_drift(struct telling *telling, const char *id, const Stralix__V1__CallDifference *from,
                       Stralix__V1__ObserveAnswer *answer, struct error *err)
{
	Stralix__V1__FileDrift *to;

	if (answer->n_files >= FILES_MAX) {
		answer->more = true;
		return true;
	}
	to = arena_alloc(telling->arena, sizeof(*to));
	if (!to)
		return no_room(err);
	stralix__v1__file_drift__init(to);
	to->path = path_of(from, telling);
	to->state = (char *)(uintptr_t)(!from->there ? "missing" : from->wanted ? "edited" : "foreign");
	to->website_id = arena_strdup(telling->arena, id);
	if (!to->path || !to->website_id)
		return no_room(err);
	answer->files[answer->n_files++] = to;
	if (!*id)
		to->what = (char *)(uintptr_t) "nobody has told this node to serve it";
	return !*id || fill_diff(telling, from->wanted ? from->wants : NULL, from->there ? from->has : NULL, &to->diff,
	                         &to->cut, err);
}

static bool tell_all(struct telling *telling, const char *id, const Stralix__V1__CallReply *reply,
                     Stralix__V1__ObserveAnswer *answer, struct error *err)
{
	bool ok = true;

	answer->more = answer->more || reply->more;
	for (size_t i = 0; ok && i < reply->n_differences; i++)
		ok = tell_drift(telling, id, reply->differences[i], answer, err);
	return ok;
}

/* Room for further ones behind those that another kind has found. */
static bool make_room(struct telling *telling, Stralix__V1__ObserveAnswer *answer, struct error *err)
{
	Stralix__V1__FileDrift **longer =
		arena_alloc(telling->arena, (answer->n_files + FILES_MAX + 1) * sizeof(void *));

	if (!longer)
		return no_room(err);
	if (answer->n_files > 0)
		memcpy(longer, answer->files, answer->n_files * sizeof(void *));
	answer->files = longer;
	return true;
}

static bool observe_one(struct calls *calls, const char *id, struct telling *telling,
                        Stralix__V1__ObserveAnswer *answer, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(CALLS_ARENA);
	_cleanup_(object_done) struct object object = { 0 };
	Stralix__V1__CallReply *reply;

	if (!arena || (!calls_copy(calls, id, &object, NULL, err) && err->code != ERR_NONE))
		return error_set(err, ERR_INTERNAL, "out of memory");
	return !object.served ||
	       (look_at(calls, &object, arena, &reply, err) && tell_all(telling, id, reply, answer, err));
}

static bool observe_all(struct calls *calls, struct telling *telling, Stralix__V1__ObserveAnswer *answer,
                        struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(CALLS_ARENA);
	int64_t deadline = clock_monotonic_ms() + ALL_MS;
	Stralix__V1__CallReply *reply;
	struct object object = { 0 };
	size_t place = 0;
	bool ok = arena && look_for_others(calls, arena, &reply, err) && tell_all(telling, "", reply, answer, err);

	while (ok && copy_next(calls, &place, &object)) {
		answer->more = answer->more || clock_monotonic_ms() > deadline;
		ok = clock_monotonic_ms() > deadline || observe_one(calls, object.id, telling, answer, err);
		object_done(&object);
	}
	return ok;
}

bool calls_observe(void *self, const char *id, struct arena *arena, Stralix__V1__ObserveAnswer *answer,
                   struct error *err)
{
	struct calls *calls = self;
	struct telling telling = { arena, SHOWN_TOTAL / 2 };
	struct kind_drift drift;

	if (!make_room(&telling, answer, err) ||
	    !(id ? observe_one(calls, id, &telling, answer, err) : observe_all(calls, &telling, answer, err)))
		return false;
	calls_drift(calls, &drift);
	answer->drifted += drift.files;
	answer->observed_ms = clock_unix_ms();
	return true;
}

/* Between tasks: not for long, so that those that come needn't wait. */
void calls_look_on(struct calls *calls)
{
	int64_t now = clock_monotonic_ms(), until = now + SLICE_MS;
	struct error why = { 0 };
	bool ok = true, more = true;

	if (calls->use.observe_s == 0 || now < calls->look_ms || !calls->health.alive)
		return;
	while (ok && more && clock_monotonic_ms() < until) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(CALLS_ARENA);
		struct object object = { 0 };
		Stralix__V1__CallReply *reply;

		if (!arena)
			return;
		more = copy_next(calls, &calls->look_next, &object);
		ok = more ? look_at(calls, &object, arena, &reply, &why) : look_for_others(calls, arena, &reply, &why);
		object_done(&object);
	}
	if (!ok)
		log_failure(LOG_WARN_, &why, "observing");
	if (ok && more)
		return; /* the next turn goes on */
	calls->look_next = 0;
	calls->look_ms = now + calls->use.observe_s * 1000;
	pthread_mutex_lock(&calls->memory);
	calls->looked_ms = ok ? clock_unix_ms() : calls->looked_ms;
	pthread_mutex_unlock(&calls->memory);
}

void calls_drift(void *self, struct kind_drift *ret)
{
	struct calls *calls = self;

	*ret = (struct kind_drift){ 0 };
	pthread_mutex_lock(&calls->memory);
	for (size_t i = 0; i < calls->n; i++) {
		ret->files += calls->known[i].differences;
		ret->resources += calls->known[i].differences > 0;
	}
	ret->files += calls->foreign;
	ret->at_ms = calls->looked_ms;
	pthread_mutex_unlock(&calls->memory);
}
