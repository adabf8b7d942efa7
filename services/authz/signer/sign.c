/* The signer's one answer. */
#include "sign.h"

#include <stdio.h>
#include <string.h>

#include "lib/contract/contract.h"
#include "lib/token/pulse.h"

#include "stralix/v1/signer.contract.h"

/* false when it doesn't fit. */
static bool put(char *to, size_t size, const char *text)
{
	size_t length = strlen(text);

	if (length >= size)
		return false;
	memcpy(to, text, length + 1);
	return true;
}

static bool put_list(void *rows, size_t row_size, size_t max, char **list, size_t n, unsigned *ret_n)
{
	if (n > max)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!put((char *)rows + i * row_size, row_size, list[i]))
			return false;
	*ret_n = (unsigned)n;
	return true;
}

static bool claims_of(const Stralix__V1__SignIdentity *who, int64_t now_s, struct token_claims *claims,
                      struct error *err)
{
	*claims = (struct token_claims){ .iat = now_s, .exp = now_s + IDENTITY_LIFE_S };
	if (who->by_hand) {
		if (!who->n_scopes)
			return error_set(err, ERR_INVALID, "a token by hand names what it is for");
		claims->exp = who->ends_s < now_s + IDENTITY_BY_HAND_S ? who->ends_s : now_s + IDENTITY_BY_HAND_S;
	} else if (who->ends_s > claims->exp) {
		claims->ext = who->ends_s < now_s + IDENTITY_EXTENDED_S ? who->ends_s : now_s + IDENTITY_EXTENDED_S;
	}
	if (!put(claims->iss, sizeof(claims->iss), "authz") || !put(claims->aud, sizeof(claims->aud), who->audience) ||
	    !put(claims->sub, sizeof(claims->sub), who->user_id) ||
	    !put(claims->org, sizeof(claims->org), who->organisation_id) ||
	    !put(claims->role, sizeof(claims->role), who->role) ||
	    !put(claims->sid, sizeof(claims->sid), who->session_id) ||
	    !put(claims->act, sizeof(claims->act), who->acting) || !put(claims->name, sizeof(claims->name), who->name))
		return error_set(err, ERR_TOO_LARGE, "a value is too long for a token");
	if (!put_list(claims->scp, sizeof(claims->scp[0]), ARRAY_SIZE(claims->scp), who->scopes, who->n_scopes,
	              &claims->n_scp) ||
	    !put_list(claims->orgs, sizeof(claims->orgs[0]), ARRAY_SIZE(claims->orgs), who->organisations,
	              who->n_organisations, &claims->n_orgs) ||
	    !put_list(claims->rec, sizeof(claims->rec[0]), ARRAY_SIZE(claims->rec), who->records, who->n_records,
	              &claims->n_rec))
		return error_set(err, ERR_TOO_LARGE, "more scopes, organisations or records than a token holds");
	return true;
}

static bool claims_of_pulse(const Stralix__V1__SignPulse *pulse, int64_t now_s, struct token_claims *claims,
                            struct error *err)
{
	*claims = (struct token_claims){
		.iss = "authz", .aud = PULSE_AUDIENCE, .iat = now_s, .exp = now_s + PULSE_LIFE_S
	};
	return put_list(claims->rev, sizeof(claims->rev[0]), ARRAY_SIZE(claims->rev), pulse->revoked, pulse->n_revoked,
	                &claims->n_rev) ||
	       error_set(err, ERR_TOO_LARGE, "more revoked than a pulse holds");
}

static bool sign(const struct token_key *key, int64_t now_s, const Stralix__V1__SignerRequest *request,
                 char token[static TOKEN_MAX], struct error *err)
{
	struct token_claims claims;

	switch (request->body_case) {
	case STRALIX__V1__SIGNER_REQUEST__BODY_IDENTITY:
		return claims_of(request->identity, now_s, &claims, err) && token_sign(key, &claims, token, err);
	case STRALIX__V1__SIGNER_REQUEST__BODY_PULSE:
		return claims_of_pulse(request->pulse, now_s, &claims, err) && token_sign(key, &claims, token, err);
	default:
		return error_set(err, ERR_INVALID, "nothing that this signer signs");
	}
}

bool sign_answer(const struct token_key *key, int64_t now_s, const void *frame, size_t size, struct arena *arena,
                 Stralix__V1__SignerReply *reply, struct error *err)
{
	char token[TOKEN_MAX] = "";
	ProtobufCMessage *message;
	struct error why = { 0 };
	bool signed_ = false;

	stralix__v1__signer_reply__init(reply);
	if (contract_unpack(&stralix__v1__signer_request__descriptor, frame, size, SIGN_FRAME_MAX, arena, &message,
	                    &why)) {
		reply->ref = ((const Stralix__V1__SignerRequest *)message)->ref;
		signed_ = contract_validate(&stralix__v1__signer_request__rules, message, arena, &why) &&
		          sign(key, now_s, (const Stralix__V1__SignerRequest *)message, token, &why);
	}
	reply->token = arena_strdup(arena, signed_ ? token : "");
	reply->error = arena_strdup(arena, signed_ ? "" : why.message);
	return (reply->token && reply->error) || error_set(err, ERR_TOO_LARGE, "no room for an answer");
}
