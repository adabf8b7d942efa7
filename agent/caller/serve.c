/* serve: the table of what may be asked. */

#include "agent/caller/serve.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/failpoint.h"
#include "lib/contract/contract.h"

#include "stralix/v1/caller.contract.h"

#include "agent/caller/frame.h"
#include "agent/caller/ops.h"

enum { KINDS = 4, ARENA = 64 << 20, DIFFERENCES = 200, TEXT_MOST = 16000, TEXTS_MOST = 512 * 1024 };

struct caller {
	void *self[KINDS]; /* of call_kinds; NULL: nobody has said who the daemon is */
};

struct caller *caller_open(void)
{
	return calloc(1, sizeof(struct caller));
}

void caller_close(struct caller *caller)
{
	if (!caller)
		return;
	for (size_t i = 0; call_kinds[i]; i++)
		if (caller->self[i])
			call_kinds[i]->close(caller->self[i]);
	free(caller);
}

/* A text that is too long ends with what says so. */
static char *cut(const char *text, struct arena *arena)
{
	size_t size = strlen(text);

	return size <= TEXT_MOST ? arena_strdup(arena, text) : arena_printf(arena, "%.*s\n...\n", TEXT_MOST, text);
}

bool call_differs(struct call *call, const char *name, const char *has, const char *wants)
{
	Stralix__V1__CallReply *reply = call->reply;
	Stralix__V1__CallDifference *one;
	size_t used = 0;

	reply->changes++;
	for (size_t i = 0; i < reply->n_differences; i++)
		used += strlen(reply->differences[i]->has) + strlen(reply->differences[i]->wants);
	if (reply->n_differences == DIFFERENCES || used > TEXTS_MOST) {
		reply->more = true;
		return true;
	}
	if (!reply->differences)
		reply->differences = arena_alloc(call->arena, DIFFERENCES * sizeof(void *));
	one = reply->differences ? arena_alloc(call->arena, sizeof(*one)) : NULL;
	if (!one)
		return false;
	stralix__v1__call_difference__init(one);
	one->name = arena_strdup(call->arena, name);
	one->there = has != NULL;
	one->has = cut(has ? has : "", call->arena);
	one->wanted = wants != NULL;
	one->wants = cut(wants ? wants : "", call->arena);
	if (!one->name || !one->has || !one->wants)
		return false;
	reply->differences[reply->n_differences++] = one;
	return true;
}

static size_t find_kind(const char *kind)
{
	size_t i = 0;

	while (call_kinds[i] && strcmp(call_kinds[i]->kind, kind) != 0)
		i++;
	return i;
}

static bool open_daemon(struct caller *caller, const Stralix__V1__CallDaemon *daemon, struct error *err)
{
	size_t i = find_kind(daemon->kind);

	if (!call_kinds[i])
		return error_set(err, ERR_INTERNAL, "nobody knows how to call for a %s", daemon->kind);
	if (caller->self[i])
		call_kinds[i]->close(caller->self[i]);
	caller->self[i] = NULL;
	return call_kinds[i]->open(daemon, &caller->self[i], err);
}

typedef bool call_fn(void *self, struct call *call, struct error *err);

static call_fn *function_of(const struct call_ops *ops, Stralix__V1__CallRequest__BodyCase body)
{
	switch (body) {
	case STRALIX__V1__CALL_REQUEST__BODY_APPLY:
		return ops->apply;
	case STRALIX__V1__CALL_REQUEST__BODY_VERIFY:
		return ops->verify;
	case STRALIX__V1__CALL_REQUEST__BODY_REMOVE:
		return ops->remove;
	case STRALIX__V1__CALL_REQUEST__BODY_HEALTH:
		return ops->health;
	case STRALIX__V1__CALL_REQUEST__BODY_PLAN:
		return ops->plan;
	case STRALIX__V1__CALL_REQUEST__BODY_OBSERVE:
		return ops->observe;
	case STRALIX__V1__CALL_REQUEST__BODY_DAEMON:
	case STRALIX__V1__CALL_REQUEST__BODY__NOT_SET:
	default:
		return NULL;
	}
}

static bool answer(struct caller *caller, const Stralix__V1__CallRequest *request, struct call *call, struct error *err)
{
	const char *kind;
	size_t i;

	if (request->body_case == STRALIX__V1__CALL_REQUEST__BODY_DAEMON)
		return open_daemon(caller, request->daemon, err);
	if (request->body_case == STRALIX__V1__CALL_REQUEST__BODY__NOT_SET)
		return error_set(err, ERR_MALFORMED, "a call of no known kind");
	/* All of them but health hold a CallState. */
	call->state = request->body_case == STRALIX__V1__CALL_REQUEST__BODY_HEALTH ? NULL : request->apply;
	kind = call->state ? call->state->kind : request->health->kind;
	i = find_kind(kind);
	if (!call_kinds[i] || !caller->self[i])
		return error_set(err, ERR_INTERNAL, "there is no daemon for a %s", kind);
	return function_of(call_kinds[i], request->body_case)(caller->self[i], call, err);
}

static bool read_request(const void *data, size_t size, struct arena *arena, Stralix__V1__CallRequest **ret)
{
	struct error err = { 0 };
	ProtobufCMessage *message;

	if (!contract_unpack(&stralix__v1__call_request__descriptor, data, size, CALL_FRAME, arena, &message, &err) ||
	    contract_has_unknown(message) ||
	    !contract_validate(&stralix__v1__call_request__rules, message, arena, &err)) {
		fprintf(stderr, "stralix-agent-caller: %s\n", err.message);
		return false;
	}
	*ret = (Stralix__V1__CallRequest *)message;
	return true;
}

static bool pack(const Stralix__V1__CallReply *reply, struct buf *out)
{
	size_t size = protobuf_c_message_get_packed_size(&reply->base);
	char *room = size <= CALL_FRAME ? buf_room(out, size) : NULL;

	if (!room)
		return false;
	out->size += protobuf_c_message_pack(&reply->base, (uint8_t *)room);
	return true;
}

bool caller_serve(struct caller *caller, const void *data, size_t size, struct buf *reply)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA);
	Stralix__V1__CallRequest *request;
	Stralix__V1__CallReply wire;
	struct call call = { .arena = arena, .reply = &wire };
	struct error err = { 0 };

	if (!arena || !read_request(data, size, arena, &request))
		return false;
	stralix__v1__call_reply__init(&wire);
	wire.ref = request->ref;
	call.deadline_ms = clock_monotonic_ms() + request->patience_ms;
	if (!answer(caller, request, &call, &err)) {
		wire.code = (char *)(uintptr_t)error_code_name(err.code);
		wire.message = err.message;
	}
	if (request->body_case == STRALIX__V1__CALL_REQUEST__BODY_APPLY ||
	    request->body_case == STRALIX__V1__CALL_REQUEST__BODY_REMOVE)
		failpoint("caller.called");
	return pack(&wire, reply);
}
