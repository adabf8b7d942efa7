/* calls: the objects in memory, and one call. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/engine/calls_internal.h"

void calls_free(struct calls *calls)
{
	if (!calls)
		return;
	for (size_t i = 0; i < calls->n; i++)
		object_done(&calls->known[i].object);
	free(calls->known);
	pthread_mutex_destroy(&calls->memory);
	free(calls);
}

/* Where it is, or belongs: they are kept in the order of their ids, which is nearly that of their coming. */
static size_t place_of(const struct calls *calls, const char *id)
{
	size_t from = 0, to = calls->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (strcmp(calls->known[middle].object.id, id) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

struct known *calls_find(const struct calls *calls, const char *id)
{
	size_t at = place_of(calls, id);

	return at < calls->n && strcmp(calls->known[at].object.id, id) == 0 ? &calls->known[at] : NULL;
}

static struct known *add(struct calls *calls, const char *id)
{
	size_t at = place_of(calls, id);

	if (calls->n == calls->room) {
		size_t room = calls->room ? 2 * calls->room : 64;
		struct known *longer = reallocarray(calls->known, room, sizeof(*longer));

		if (!longer)
			return NULL;
		calls->known = longer;
		calls->room = room;
	}
	memmove(&calls->known[at + 1], &calls->known[at], (calls->n - at) * sizeof(*calls->known));
	calls->n++;
	calls->known[at] = (struct known){ .sure = false };
	return &calls->known[at];
}

static bool load(struct calls *calls, struct error *err)
{
	const struct calls_ops *ops = calls->use.ops;
	const struct journal_kinds kinds = { ops->kind, NULL };
	struct object *objects = NULL;
	size_t n = 0, i = 0;
	bool ok = journal_objects(calls->use.journal, &kinds, &objects, &n, err);

	for (; ok && i < n; i++) {
		if (objects[i].state == OBJECT_APPLIED && !ops->read(calls->use.self, &objects[i], err)) {
			ok = error_wrap(err, "read %s %s of the journal", objects[i].kind, objects[i].id);
			break;
		}
		struct known *known = add(calls, objects[i].id);

		if (!known) {
			ok = error_set(err, ERR_INTERNAL, "out of memory");
			break;
		}
		known->object = objects[i];
	}
	for (; i < n; i++)
		object_done(&objects[i]);
	free(objects);
	return ok;
}

bool calls_new(const struct calls_options *options, struct calls **ret, struct error *err)
{
	_cleanup_(calls_freep) struct calls *calls = calloc(1, sizeof(*calls));

	if (!calls)
		return error_set(err, ERR_INTERNAL, "out of memory");
	calls->use = *options;
	pthread_mutex_init(&calls->memory, NULL);
	snprintf(calls->health.daemon, sizeof(calls->health.daemon), "%s", options->ops->daemon);
	if (!load(calls, err))
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
		return false;
	*ret = TAKE_PTR(calls);
	return true;
}

bool calls_copy(struct calls *calls, const char *id, struct object *ret, bool *sure, struct error *err)
{
	pthread_mutex_lock(&calls->memory);
	const struct known *known = calls_find(calls, id);
	bool ok = known && object_copy(&known->object, ret, err);
	if (ok && sure)
		*sure = known->sure;
	pthread_mutex_unlock(&calls->memory);
	return ok;
}

static bool remember(struct calls *calls, const struct object *object, struct error *err)
{
	struct known *known = calls_find(calls, object->id);
	struct object copy = { 0 };

	if (!object_copy(object, &copy, err))
		return false;
	if (!known && !(known = add(calls, object->id))) {
		object_done(&copy);
		return error_set(err, ERR_INTERNAL, "out of memory");
	}
	object_done(&known->object);
	known->object = copy;
	known->sure = true;
	known->differences = 0;
	return true;
}

bool calls_remember(struct calls *calls, const struct object *object, struct error *err)
{
	pthread_mutex_lock(&calls->memory);
	bool ok = remember(calls, object, err);
	pthread_mutex_unlock(&calls->memory);
	return ok;
}

void calls_doubt(struct calls *calls, const char *id)
{
	pthread_mutex_lock(&calls->memory);
	struct known *known = calls_find(calls, id);
	if (known)
		known->sure = false;
	pthread_mutex_unlock(&calls->memory);
}

bool calls_name_taken(struct calls *calls, const struct object *object)
{
	bool taken = false;

	pthread_mutex_lock(&calls->memory);
	for (size_t i = 0; i < calls->n && !taken; i++) {
		const struct object *other = &calls->known[i].object;

		taken = other->served && strcmp(other->id, object->id) != 0 && object_shares_name(other, object);
	}
	pthread_mutex_unlock(&calls->memory);
	return taken;
}

static void secrets_done(struct calls_secrets *secrets)
{
	for (size_t i = 0; i < secrets->n; i++)
		if (secrets->list[i].data) {
			explicit_bzero(secrets->list[i].data, secrets->list[i].capacity);
			buf_done(&secrets->list[i]);
		}
	free(secrets->list);
}

static ProtobufCBinaryData bytes(const void *data, size_t size)
{
	return (ProtobufCBinaryData){ .data = (uint8_t *)(uintptr_t)data, .len = size };
}

static void fill_state(const struct calls *calls, const struct calls_call *call, Stralix__V1__CallState *state)
{
	stralix__v1__call_state__init(state);
	state->kind = (char *)(uintptr_t)calls->use.ops->kind;
	state->sure = call->sure;
	state->gone = call->gone;
	state->names = (char **)(uintptr_t)call->names;
	state->n_names = call->n_names;
	if (call->object) {
		state->id = (char *)(uintptr_t)call->object->id;
		state->desired = bytes(call->object->desired, call->object->desired_size);
	}
	if (call->before && call->before->desired)
		state->before = bytes(call->before->desired, call->before->desired_size);
}

static bool send_call(struct calls *calls, const struct calls_call *call, Stralix__V1__CallState *state,
                      struct arena *arena, Stralix__V1__CallReply **ret, struct error *err)
{
	Stralix__V1__CallRequest request;
	Stralix__V1__CallDaemonHealth health;

	stralix__v1__call_request__init(&request);
	stralix__v1__call_daemon_health__init(&health);
	health.kind = state->kind;
	request.patience_ms = call->patience_ms;
	request.body_case = call->verb;
	if (call->verb == STRALIX__V1__CALL_REQUEST__BODY_HEALTH)
		request.health = &health;
	else
		request.apply = state; /* of the other members it is the same place */
	if (!caller_ask(calls->use.caller, &request, arena, ret, err))
		return false;
	return !(*ret)->code[0] || error_set(err, error_code_parse((*ret)->code), "%s", (*ret)->message);
}

bool calls_make(struct calls *calls, const struct calls_call *call, struct arena *arena, Stralix__V1__CallReply **ret,
                struct error *err)
{
	_cleanup_(secrets_done) struct calls_secrets secrets = { 0 };
	Stralix__V1__CallState state;

	*ret = NULL;
	fill_state(calls, call, &state);
	if (call->verb == STRALIX__V1__CALL_REQUEST__BODY_APPLY &&
	    !calls->use.ops->open(calls->use.self, call->object, &secrets, err))
		return false;
	state.secrets = arena_alloc(arena, (secrets.n + 1) * sizeof(ProtobufCBinaryData));
	if (!state.secrets)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (state.n_secrets = 0; state.n_secrets < secrets.n; state.n_secrets++)
		state.secrets[state.n_secrets] =
			bytes(secrets.list[state.n_secrets].data, secrets.list[state.n_secrets].size);
	return send_call(calls, call, &state, arena, ret, err);
}
