/* ask: see ask.h. */

#include "ask.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"

enum { SERVICE_TOKEN_S = 30, ARENA_MAX = 64 << 10 };

#define BEARER "Bearer "

/* That it is the gateway that asks for exactly this. */
static bool sign(const struct token_key *key, const char *method, const void *body, size_t size, const char *request_id,
                 char out[static TOKEN_MAX], struct error *err)
{
	struct token_claims claims = { .iss = "gateway", .sub = "system:gateway", .has_dig = true };

	snprintf(claims.aud, sizeof(claims.aud), "authz.%s", method);
	snprintf(claims.rid, sizeof(claims.rid), "%s", request_id);
	token_digest(body, size, claims.dig);
	claims.iat = clock_unix_ms() / 1000;
	claims.exp = claims.iat + SERVICE_TOKEN_S;
	return token_sign(key, &claims, out, err);
}

bool ask_authz(struct bus *bus, const struct token_key *key, const char *method, const ProtobufCMessage *message,
               const char *request_id, int timeout_ms, bus_reply_fn done, void *arg, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	char authorization[sizeof(BEARER) + TOKEN_MAX] = BEARER, deadline[24], subject[64];
	const struct bus_header headers[] = { { BUS_REQUEST_ID, request_id },
		                              { BUS_AUTHORIZATION, authorization },
		                              { BUS_DEADLINE, deadline },
		                              { NULL, NULL } };
	size_t size;
	uint8_t *body = arena ? contract_pack(message, arena, &size) : NULL;

	if (!body)
		return error_set(err, ERR_INTERNAL, "out of memory");
	snprintf(subject, sizeof(subject), "rpc.authz.%s", method);
	snprintf(deadline, sizeof(deadline), "%" PRId64, clock_unix_ms() + timeout_ms);
	return sign(key, method, body, size, request_id, authorization + strlen(BEARER), err) &&
	       bus_request_async(bus, subject, headers, body, size, timeout_ms, done, arg, err);
}
