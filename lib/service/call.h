/* call: one request, as a handler sees it. Token, permission, field rules, deadline and admission are behind it. */
#pragma once

#include "lib/contract/contract.h"
#include "lib/service/service.h"

struct call;

/* Who calls. For a service token: user_id is the actor (a user id or "system:<service>"), service its issuer. */
struct identity {
	char user_id[80];
	char name[256];
	char session_id[40];
	Stralix__Role role;        /* ROLE_UNSET for public and service calls */
	struct uuid org;           /* the caller's own; nil for service calls */
	char service[32];          /* the calling service; empty for people */
	const char *const *orgs;   /* staff: the assigned ones, ends with NULL */
	const char *const *scopes; /* API tokens: the only permissions; ends with NULL; NULL: all of the role's */
};

struct service *call_service(struct call *call);
void *call_state(struct call *call); /* service_state */
struct arena *call_arena(struct call *call);
const struct contract_method *call_method(const struct call *call);
const struct identity *call_identity(const struct call *call);
const char *call_request_id(const struct call *call);
const char *call_traceparent(const struct call *call);
const char *call_source_ip(const struct call *call); /* "" when unknown */
int call_remaining_ms(const struct call *call);      /* until the deadline; at least 0 */

/* Whether the caller may act in an organisation: own, assigned, or any for an admin. */
bool call_may_see(const struct call *call, const struct uuid *org);

/*
 * The organisation that a request names, or the caller's own when the text is empty; ERR_NOT_FOUND when it isn't for
 * these eyes.
 */
bool call_choose_org(const struct call *call, const char *org_id, struct uuid *ret, struct error *err) _must_check_;

/*
 * The organisations that a list may show, for queries_wide: *ret NULL for an admin (all), else *n texts. A non-empty
 * org_id narrows it to that one. Give them as DB_TEXTS($n::uuid[]), NULL as DB_NULL.
 */
bool call_scope(const struct call *call, const char *org_id, const char *const **ret, size_t *n,
                struct error *err) _must_check_;

/* Keeps the reply, packed now; sent when the handler returns true. */
bool call_reply(struct call *call, const ProtobufCMessage *reply, struct error *err) _must_check_;

/*
 * Calls another service with a service token whose actor is the caller. The reply comes from the call's arena. Errors
 * of the other side arrive as they were (code, message, violations). Waits at most until the call's deadline.
 */
bool call_rpc(struct call *call, const char *service, const char *method, const ProtobufCMessage *request,
              const ProtobufCMessageDescriptor *reply_type, ProtobufCMessage **ret, struct error *err) _must_check_;

/* The same outside a call (janitor, dispatcher): actor "system:<service>" when NULL. */
bool service_rpc(struct service *service, const char *to, const char *method, const char *actor, const char *request_id,
                 const ProtobufCMessage *request, const ProtobufCMessageDescriptor *reply_type, int timeout_ms,
                 struct arena *arena, ProtobufCMessage **ret, struct error *err) _must_check_;
