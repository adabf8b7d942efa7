/* rpc: tokens and envelopes of this service's own words. */
#include "rpc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"

#include "stralix/v1/contract.h"

#include "internal.h"

enum { TOKEN_LIFE_S = 30 };

static const char *given(const char *text)
{
	return text && text[0] ? text : NULL;
}

static bool sign(const struct service *service, const struct rpc *rpc, const void *body, size_t size,
                 char token[static TOKEN_MAX], struct error *err)
{
	struct token_claims claims = { .has_dig = true, .iat = clock_unix_ms() / 1000 };

	claims.exp = claims.iat + TOKEN_LIFE_S;
	snprintf(claims.iss, sizeof(claims.iss), "%s", service->name);
	snprintf(claims.aud, sizeof(claims.aud), "%s.%s", rpc->to, rpc->method);
	if (given(rpc->actor))
		snprintf(claims.sub, sizeof(claims.sub), "%s", rpc->actor);
	else
		snprintf(claims.sub, sizeof(claims.sub), "system:%s", service->name);
	snprintf(claims.rid, sizeof(claims.rid), "%s", rpc->request_id ? rpc->request_id : "");
	token_digest(body, size, claims.dig);
	return token_sign(service->key, &claims, token, err);
}

bool rpc_seal(const struct service *service, const struct rpc *rpc, const void *body, size_t size,
              struct rpc_envelope *ret, struct error *err)
{
	char token[TOKEN_MAX];

	if (!sign(service, rpc, body, size, token, err))
		return error_wrap(err, "sign a word to %s.%s", rpc->to, rpc->method);
	snprintf(ret->authorization, sizeof(ret->authorization), "Bearer %s", token);
	snprintf(ret->deadline, sizeof(ret->deadline), "%" PRId64, rpc->deadline_ms);
	snprintf(ret->subject, sizeof(ret->subject), "rpc.%s.%s", rpc->to, rpc->method);
	ret->headers[0] = (struct bus_header){ BUS_AUTHORIZATION, ret->authorization };
	ret->headers[1] = (struct bus_header){ BUS_DEADLINE, ret->deadline };
	ret->headers[2] = (struct bus_header){ BUS_REQUEST_ID, given(rpc->request_id) };
	ret->headers[3] = (struct bus_header){ BUS_TRACEPARENT, given(rpc->traceparent) };
	ret->headers[4] = (struct bus_header){ BUS_SOURCE_IP, given(rpc->source_ip) };
	ret->headers[5] = (struct bus_header){ NULL, NULL };
	return true;
}

bool rpc_ask(struct service *service, const struct rpc *rpc, const ProtobufCMessage *request,
             const ProtobufCMessageDescriptor *reply_type, struct arena *arena, ProtobufCMessage **ret,
             struct error *err)
{
	_cleanup_(bus_msg_freep) struct bus_msg *reply = NULL;
	int64_t left = rpc->deadline_ms - clock_unix_ms();
	struct rpc_envelope envelope;
	const uint8_t *body;
	size_t size = 0;

	if (left <= 0)
		return error_set(err, ERR_TIMEOUT, "no time is left to ask %s.%s", rpc->to, rpc->method);
	body = contract_pack(request, arena, &size);
	if (!body)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return rpc_seal(service, rpc, body, size, &envelope, err) &&
	       bus_request(service->bus, envelope.subject, envelope.headers, body, size, (int)left, &reply, err) &&
	       answer_read(reply, reply_type, arena, ret, err);
}

const struct contract_method *rpc_contract(const char *service, const char *method)
{
	for (const struct contract_service *const *each = contract_services; *each; each++)
		for (size_t i = 0; strcmp((*each)->name, service) == 0 && i < (*each)->n_methods; i++)
			if (strcmp((*each)->methods[i].name, method) == 0)
				return &(*each)->methods[i];
	return NULL;
}
