/* IssueIdentity. Exchanges a session or API token for an identity token that one service accepts for five
 * seconds, and for up to thirty beside a pulse. */
#include <string.h>

#include "lib/token/token.h"

#include "stralix/v1/contract.h"

#include "authz.h"
#include "authz_sql.h"
#include "cells.h"
#include "opaque.h"
#include "role.h"
#include "seen.h"
#include "signer_client.h"

/* The statements that know the two kinds of token. */
static const unsigned sources[] = {
	[OPAQUE_SESSION] = AUTHZ_WIDE_SESSION_IDENTITY,
	[OPAQUE_API] = AUTHZ_WIDE_TOKEN_IDENTITY,
};

/* Their columns. */
enum { SESSION_ID, USER_ID, ORG_ID, EMAIL, ROLE, SCOPES, ORGS, STALE, ENDS, MUST_CHANGE, ACTING, RECORDS };

static bool refuse(struct error *err)
{
	return error_set(err, ERR_UNAUTHENTICATED, "Sign in again.");
}

static bool known_audience(const char *name)
{
	for (const struct contract_service *const *service = contract_services; *service; service++)
		if (!strcmp((*service)->name, name))
			return true;
	return false;
}

/* Who has to change their password may do that and little else. */
static void narrow(Stralix__V1__SignIdentity *ret)
{
	ret->scopes = (char **)(uintptr_t)role_must_change;
	for (ret->n_scopes = 0; role_must_change[ret->n_scopes]; ret->n_scopes++)
		;
}

/* Who holds the token, into what the signer is asked to sign; that it was seen is noted at most once a minute. */
static bool find(struct call *call, enum opaque_kind kind, const char *token, Stralix__V1__SignIdentity *ret,
                 struct error *err)
{
	const struct authz *authz = call_state(call);
	struct arena *arena = call_arena(call);
	_cleanup_(rows_freep) struct rows *rows = NULL;
	uint8_t digest[OPAQUE_DIGEST];
	struct uuid id;

	opaque_digest(token, digest);
	if (!DB_RUN(service_db_wide(call_service(call)), NULL, sources[kind], &rows, err,
	            DB_BYTES(digest, sizeof(digest))))
		return false;
	if (!rows_count(rows))
		return refuse(err);
	ret->session_id = arena_strdup(arena, rows_text(rows, 0, SESSION_ID));
	ret->user_id = arena_strdup(arena, rows_text(rows, 0, USER_ID));
	ret->organisation_id = arena_strdup(arena, rows_text(rows, 0, ORG_ID));
	ret->name = arena_strdup(arena, rows_text(rows, 0, EMAIL));
	ret->role = arena_strdup(arena, rows_text(rows, 0, ROLE));
	ret->acting = arena_strdup(arena, rows_text(rows, 0, ACTING));
	if (!ret->acting || !ret->session_id || !ret->user_id || !ret->organisation_id || !ret->name || !ret->role)
		return error_set(err, ERR_TOO_LARGE, "no room for an identity");
	if (!words_split(rows_text(rows, 0, SCOPES), arena, &ret->scopes, &ret->n_scopes, err) ||
	    !words_split(rows_text(rows, 0, ORGS), arena, &ret->organisations, &ret->n_organisations, err) ||
	    !words_split(rows_text(rows, 0, RECORDS), arena, &ret->records, &ret->n_records, err))
		return false;
	if (rows_bool(rows, 0, MUST_CHANGE))
		narrow(ret);
	ret->ends_s = rows_int(rows, 0, ENDS);
	id = rows_uuid(rows, 0, SESSION_ID);
	if (rows_bool(rows, 0, STALE))
		seen_note(authz->seen, kind, &id);
	return true;
}

static bool reply_with(struct call *call, const Stralix__V1__SignIdentity *who, char *identity, struct error *err)
{
	Stralix__V1__IssueIdentityReply reply;
	struct token_claims claims;

	if (!token_peek(identity, &claims))
		return error_set(err, ERR_INTERNAL, "the signer's token can't be read");
	stralix__v1__issue_identity_reply__init(&reply);
	reply.identity = identity;
	reply.expires_ms = claims.exp * 1000;
	reply.user_id = who->user_id;
	reply.organisation_id = who->organisation_id;
	reply.role = who->role;
	reply.session_id = who->session_id;
	reply.scopes = who->scopes;
	reply.n_scopes = who->n_scopes;
	reply.organisations = who->organisations;
	reply.n_organisations = who->n_organisations;
	return call_reply(call, &reply.base, err);
}

/*
 * Effects  last_seen of the session, written down some seconds later, at most once a minute.
 * Errors   ERR_UNAUTHENTICATED (unknown, expired, disabled: the same words), ERR_INVALID (audience), ERR_UNAVAILABLE.
 */
bool authz_issue_identity(struct call *call, const Stralix__V1__IssueIdentityRequest *req, struct error *err)
{
	struct authz *authz = call_state(call);
	enum opaque_kind kind = opaque_kind(req->token);
	Stralix__V1__SignIdentity who;
	char identity[TOKEN_MAX];

	if (kind == OPAQUE_NONE)
		return refuse(err);
	if (!known_audience(req->audience))
		return error_field(err, "audience", "ID", "There is no such service.");
	stralix__v1__sign_identity__init(&who);
	who.audience = req->audience;
	return find(call, kind, req->token, &who, err) &&
	       signer_client_identity(authz->signer, &who, call_arena(call), identity, err) &&
	       reply_with(call, &who, identity, err);
}
