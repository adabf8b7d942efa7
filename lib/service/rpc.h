/* rpc: a word to another service, with a token made for it alone. */
#pragma once

#include "lib/bus/bus.h"
#include "lib/service/call.h"
#include "lib/token/token.h"

struct rpc {
	const char *to, *method;
	const char *actor;                                /* NULL or "": the service itself */
	const char *request_id, *traceparent, *source_ip; /* NULL or "": none */
	int64_t deadline_ms;                              /* Unix time */
};

enum { RPC_HEADERS = 7 };

/* The headers of one word; headers points into it, so it stays where it is. */
struct rpc_envelope {
	char authorization[TOKEN_MAX + 8], deadline[24], subject[160];
	struct bus_header headers[RPC_HEADERS];
};

bool rpc_seal(const struct service *service, const struct rpc *rpc, const void *body, size_t size,
              struct rpc_envelope *ret, struct error *err) _must_check_;

/* Asks and waits until the deadline; reply_type NULL: any answer that is no error will do. */
bool rpc_ask(struct service *service, const struct rpc *rpc, const ProtobufCMessage *request,
             const ProtobufCMessageDescriptor *reply_type, struct arena *arena, ProtobufCMessage **ret,
             struct error *err) _must_check_;

/* The contract of a method by names; NULL when there is none. */
const struct contract_method *rpc_contract(const char *service, const char *method);
