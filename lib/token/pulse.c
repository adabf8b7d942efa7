/* pulse: see pulse.h. */
#include "pulse.h"

#include <string.h>

#define ISSUER "authz"

bool pulse_read(const struct keyring *keyring, const char *token, struct pulse *ret, struct error *err)
{
	const uint8_t *key = keyring_find(keyring, ISSUER);
	struct token_claims claims;

	if (!key)
		return error_set(err, ERR_INTERNAL, "the keyring has no key of " ISSUER);
	if (!token_verify(key, token, &claims, err))
		return false;
	if (strcmp(claims.iss, ISSUER) != 0 || strcmp(claims.aud, PULSE_AUDIENCE) != 0)
		return error_set(err, ERR_UNAUTHENTICATED, "the token is no pulse");
	if (claims.exp - claims.iat > PULSE_LIFE_S)
		return error_set(err, ERR_UNAUTHENTICATED, "the pulse lives too long");
	*ret = (struct pulse){ .n_revoked = claims.n_rev, .iat = claims.iat, .exp = claims.exp };
	memcpy(ret->token, token, strlen(token));
	memcpy(ret->revoked, claims.rev, sizeof(ret->revoked));
	return true;
}

bool pulse_alive(const struct pulse *pulse, int64_t now_s, int early_s)
{
	return pulse->token[0] && pulse->iat <= now_s + early_s && now_s < pulse->exp;
}

bool pulse_revokes(const struct pulse *pulse, const char *user_id, const char *session_id, const char *organisation_id)
{
	for (unsigned i = 0; i < pulse->n_revoked; i++)
		if (!strcmp(pulse->revoked[i], user_id) || !strcmp(pulse->revoked[i], session_id) ||
		    !strcmp(pulse->revoked[i], organisation_id))
			return true;
	return false;
}
