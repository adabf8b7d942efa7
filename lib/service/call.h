/* call: one request, as a handler sees it. Token, permission, field rules, deadline and admission are behind it. */
#pragma once

#include "lib/contract/contract.h"
#include "lib/service/service.h"
#include "lib/token/limit.h"

struct call;
struct bus_header;
struct bus_msg;

/* Who calls. For a service token: user_id is the actor (a user id or "system:<service>"), service its issuer. */
struct identity {
	char user_id[80];
	char name[256];
	char session_id[40];
	Stralix__Role role;         /* ROLE_UNSET for public and service calls */
	struct uuid org;            /* the caller's own; nil for service calls */
	bool acting;                /* somebody else's session, which acts for org as one of its people */
	char service[32];           /* the calling service; empty for people */
	const char *const *orgs;    /* staff: the assigned ones, ends with NULL */
	const char *const *scopes;  /* API tokens: the only permissions; ends with NULL; NULL: all of the role's */
	const struct limit *limits; /* API tokens: the only records; NULL: not limited to any. Ask call_limits. */
	size_t n_limits;
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

/*
 * The records that the caller's token is limited to; NULL: it isn't limited. Such a token is admitted to the methods
 * that the contract marks (records) and to no others; these have to ask here, or they can't reply.
 */
const struct limit *call_limits(struct call *call, size_t *ret_n);

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

/*
 * For what may take long: the handler says what is asked and what comes then, and returns true without a reply; no
 * worker waits. then runs on a worker with the answer, or with NULL and why, and ends as a handler does. Everything
 * given is borrowed from the call's arena; the answer is then's for as long as it runs. Not for changes.
 * ERR_UNAVAILABLE: too many calls wait like this.
 */
typedef bool (*call_then_fn)(struct call *call, void *arg, const struct bus_msg *answer, const struct error *why,
                             struct error *err);
struct call_question {
	const char *subject;
	const struct bus_header *headers; /* ends with { NULL, NULL } */
	const void *data;
	size_t size;
	call_then_fn then;
	void *arg;
};
bool call_ask_later(struct call *call, const struct call_question *question, struct error *err) _must_check_;

/* The same with another service, as call_rpc; then reads its answer with call_rpc_answer. */
bool call_rpc_later(struct call *call, const char *service, const char *method, const ProtobufCMessage *request,
                    call_then_fn then, void *arg, struct error *err) _must_check_;
bool call_rpc_answer(struct call *call, const struct bus_msg *answer, const struct error *why,
                     const ProtobufCMessageDescriptor *reply_type, ProtobufCMessage **ret,
                     struct error *err) _must_check_;

/* The same outside a call (janitor, dispatcher): actor "system:<service>" when NULL. */
bool service_rpc(struct service *service, const char *to, const char *method, const char *actor, const char *request_id,
                 const ProtobufCMessage *request, const ProtobufCMessageDescriptor *reply_type, int timeout_ms,
                 struct arena *arena, ProtobufCMessage **ret, struct error *err) _must_check_;
