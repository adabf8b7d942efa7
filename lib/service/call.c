/* call: what a handler sees of a request, and its words to other services. */
#include "lib/service/call.h"

#include <string.h>

#include "lib/base/clock.h"

#include "internal.h"
#include "rpc.h"

struct service *call_service(struct call *call)
{
	return call->service;
}

void *call_state(struct call *call)
{
	return call->service->state;
}

struct arena *call_arena(struct call *call)
{
	return call->arena;
}

const struct contract_method *call_method(const struct call *call)
{
	return call->method;
}

const struct identity *call_identity(const struct call *call)
{
	return &call->identity;
}

const struct limit *call_limits(struct call *call, size_t *ret_n)
{
	call->limits_asked = true;
	*ret_n = call->identity.n_limits;
	return call->identity.limits;
}

const char *call_request_id(const struct call *call)
{
	return call->request_id;
}

const char *call_traceparent(const struct call *call)
{
	return call->traceparent;
}

const char *call_source_ip(const struct call *call)
{
	return call->source_ip;
}

int call_remaining_ms(const struct call *call)
{
	int64_t left = call->deadline_ms - clock_unix_ms();

	return left > 0 ? (int)left : 0;
}

static bool assigned(const struct identity *identity, const struct uuid *org)
{
	struct uuid each;

	for (const char *const *text = identity->orgs; text && *text; text++)
		if (uuid_parse(*text, &each) && uuid_equal(&each, org))
			return true;
	return false;
}

/* Other services have looked already, and admins see all. */
static bool sees_all(const struct identity *identity)
{
	return identity->service[0] || identity->role == STRALIX__ROLE__ADMIN;
}

bool call_may_see(const struct call *call, const struct uuid *org)
{
	const struct identity *identity = &call->identity;

	if (sees_all(identity))
		return true;
	if (identity->role == STRALIX__ROLE__ROLE_UNSET || uuid_is_nil(org))
		return false;
	return uuid_equal(&identity->org, org) || (identity->role == STRALIX__ROLE__STAFF && assigned(identity, org));
}

bool call_choose_org(const struct call *call, const char *org_id, struct uuid *ret, struct error *err)
{
	struct uuid org = call->identity.org;

	if (org_id && org_id[0] && !uuid_parse(org_id, &org))
		return error_field(err, "organisationId", "UUID", "This is no organisation's id.");
	if (uuid_is_nil(&org))
		return error_field(err, "organisationId", "required", "Choose an organisation.");
	if (!call_may_see(call, &org))
		return error_set(err, ERR_NOT_FOUND, "There is no such organisation.");
	*ret = org;
	return true;
}

/* One id as a list. */
static bool narrow(const struct call *call, const char *org_id, const char *const **ret, size_t *n, struct error *err)
{
	struct uuid org;
	const char **list;
	char *text;

	if (!call_choose_org(call, org_id, &org, err))
		return false;
	list = arena_alloc(call->arena, sizeof(*list));
	text = arena_alloc(call->arena, UUID_TEXT);
	if (!list || !text)
		return error_set(err, ERR_INTERNAL, "out of memory");
	list[0] = uuid_format(&org, text);
	*ret = list;
	*n = 1;
	return true;
}

/* The caller's own, then the assigned ones. */
static bool own_orgs(const struct call *call, const char *const **ret, size_t *n, struct error *err)
{
	const struct identity *identity = &call->identity;
	const char *const *assigned_orgs = identity->role == STRALIX__ROLE__STAFF ? identity->orgs : NULL;
	const char **list;
	char *own;
	size_t count = 0;

	while (assigned_orgs && assigned_orgs[count])
		count++;
	list = arena_alloc(call->arena, (count + 1) * sizeof(*list));
	if (!list || !(own = arena_alloc(call->arena, UUID_TEXT)))
		return error_set(err, ERR_INTERNAL, "out of memory");
	list[0] = uuid_format(&identity->org, own);
	for (size_t i = 0; i < count; i++)
		list[i + 1] = assigned_orgs[i];
	*ret = list;
	*n = count + 1;
	return true;
}

bool call_scope(const struct call *call, const char *org_id, const char *const **ret, size_t *n, struct error *err)
{
	if (org_id && org_id[0])
		return narrow(call, org_id, ret, n, err);
	if (sees_all(&call->identity)) {
		*ret = NULL;
		*n = 0;
		return true;
	}
	return own_orgs(call, ret, n, err);
}

bool call_reply(struct call *call, const ProtobufCMessage *reply, struct error *err)
{
	if (reply->descriptor != call->method->reply->descriptor)
		return error_set(err, ERR_INTERNAL, "%s answers %s, not %s", call->method->name,
		                 call->method->reply->descriptor->name, reply->descriptor->name);
	if (call->identity.limits && !call->limits_asked)
		return error_set(err, ERR_INTERNAL, "%s never asked which records its caller is limited to",
		                 call->method->name);
	call->reply = contract_pack(reply, call->arena, &call->reply_size);
	call->replied = call->reply;
	return call->replied || error_set(err, ERR_INTERNAL, "the reply of %s is too large", call->method->name);
}

bool call_rpc(struct call *call, const char *service, const char *method, const ProtobufCMessage *request,
              const ProtobufCMessageDescriptor *reply_type, ProtobufCMessage **ret, struct error *err)
{
	const struct rpc rpc = {
		.to = service,
		.method = method,
		.actor = call->identity.user_id,
		.request_id = call->request_id,
		.traceparent = call->traceparent,
		.source_ip = call->source_ip,
		.deadline_ms = call->deadline_ms,
	};

	return rpc_ask(call->service, &rpc, request, reply_type, call->arena, ret, err);
}

bool service_rpc(struct service *service, const char *to, const char *method, const char *actor, const char *request_id,
                 const ProtobufCMessage *request, const ProtobufCMessageDescriptor *reply_type, int timeout_ms,
                 struct arena *arena, ProtobufCMessage **ret, struct error *err)
{
	const struct rpc rpc = {
		.to = to,
		.method = method,
		.actor = actor,
		.request_id = request_id,
		.deadline_ms = clock_unix_ms() + timeout_ms,
	};

	return rpc_ask(service, &rpc, request, reply_type, arena, ret, err);
}
