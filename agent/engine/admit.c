/* admit: whether a frame's token is one of tasks for this node, this action, these bytes and this time. */

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/uuid.h"

#include "agent/engine/engine.h"

enum { LIFE_S = 300 };

static bool check_claims(const struct engine *engine, const Stralix__V1__CommandFrame *frame,
                         const struct token_claims *claims, struct error *err)
{
	uint8_t digest[TOKEN_DIGEST];
	char act[64];
	struct uuid jti;

	snprintf(act, sizeof(act), "%s.%s", frame->kind, frame->verb);
	token_digest(frame->payload.data, frame->payload.len, digest);
	if (strcmp(claims->iss, "tasks") != 0)
		return error_set(err, ERR_UNAUTHENTICATED, "the command token isn't of tasks");
	if (strcmp(claims->aud, engine->node_id) != 0)
		return error_set(err, ERR_UNAUTHENTICATED, "the command token is for another node");
	if (strcmp(claims->act, act) != 0)
		return error_set(err, ERR_UNAUTHENTICATED, "the command token is for another action");
	if (!claims->has_dig || memcmp(claims->dig, digest, sizeof(digest)) != 0)
		return error_set(err, ERR_UNAUTHENTICATED, "the command token is for another payload");
	if (!uuid_parse(claims->jti, &jti))
		return error_set(err, ERR_UNAUTHENTICATED, "the command token has no id");
	return true;
}

/* A clock that is wrong by less than the allowed skew may see a token up to that much after its end. */
static bool check_time(const struct token_claims *claims, struct error *err)
{
	int64_t now = clock_unix_ms() / 1000;

	if (claims->iat > now + ENGINE_SKEW_S || claims->iat < now - ENGINE_SKEW_S)
		return error_set(err, ERR_CLOCK_SKEW, "the token was made %lld s from this node's time",
		                 (long long)(claims->iat - now));
	if (claims->exp <= claims->iat || claims->exp - claims->iat > LIFE_S)
		return error_set(err, ERR_UNAUTHENTICATED, "the command token lives too long");
	if (now > claims->exp + ENGINE_SKEW_S)
		return error_set(err, ERR_UNAUTHENTICATED, "the command token has expired");
	return true;
}

bool engine_admit(const struct engine *engine, const Stralix__V1__CommandFrame *frame, struct token_claims *claims,
                  struct error *err)
{
	const uint8_t *key = keyring_find(engine->keyring, "tasks");

	if (!key)
		return error_set(err, ERR_UNAUTHENTICATED, "the keyring has no key of tasks");
	return token_verify(key, frame->token, claims, err) && check_claims(engine, frame, claims, err) &&
	       check_time(claims, err);
}
