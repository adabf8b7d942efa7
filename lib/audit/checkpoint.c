/* checkpoint: see checkpoint.h. */
#include "checkpoint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ISSUER "audit"
#define AUDIENCE "checkpoint" /* no method of a service: this is no service token */

bool checkpoint_sign(const struct token_key *key, const struct checkpoint *checkpoint, char out[static TOKEN_MAX],
                     struct error *err)
{
	/* It never ends; a token has to say when, so it says at once. */
	struct token_claims claims = {
		.aud = AUDIENCE, .iss = ISSUER, .iat = checkpoint->at, .exp = checkpoint->at, .has_dig = true
	};

	snprintf(claims.jti, sizeof(claims.jti), "%" PRId64, checkpoint->position);
	memcpy(claims.dig, checkpoint->hash, CHAIN_HASH);
	return token_sign(key, &claims, out, err) || error_wrap(err, "sign a checkpoint");
}

bool checkpoint_read(const uint8_t key[static TOKEN_KEY], const char *token, struct checkpoint *ret, struct error *err)
{
	struct token_claims claims;
	size_t digits;

	if (!token_verify(key, token, &claims, err))
		return error_wrap(err, "checkpoint");
	digits = strspn(claims.jti, "0123456789");
	if (strcmp(claims.iss, ISSUER) != 0 || strcmp(claims.aud, AUDIENCE) != 0 || !claims.has_dig || digits == 0 ||
	    digits > 18 || claims.jti[digits] != '\0')
		return error_set(err, ERR_UNAUTHENTICATED, "the token is no checkpoint");
	ret->position = strtoll(claims.jti, NULL, 10);
	ret->at = claims.iat;
	memcpy(ret->hash, claims.dig, CHAIN_HASH);
	return true;
}
