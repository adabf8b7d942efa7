/* RevokeApiToken. The caller's own; for admins, anybody's. */
#include <string.h>

#include "lib/service/change.h"

#include "stralix/v1/authz.contract.h"
#include "stralix/v1/common.pb-c.h"

#include "api_token.h"
#include "authz.h"
#include "authz_sql.h"

static bool absent(struct error *err)
{
	return error_set(err, ERR_NOT_FOUND, "There is no such token.");
}

/* The organisation of a token that the caller may revoke. */
static bool find_org(struct call *call, const char *id, struct uuid *ret, struct error *err)
{
	const struct identity *who = call_identity(call);
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!DB_RUN(service_db_wide(call_service(call)), NULL, AUTHZ_WIDE_TOKEN_OWNER, &rows, err, DB_TEXT(id)))
		return false;
	if (!rows_count(rows) ||
	    (who->role != STRALIX__ROLE__ADMIN && strcmp(rows_text(rows, 0, 0), who->user_id) != 0))
		return absent(err);
	*ret = rows_uuid(rows, 0, 1);
	return true;
}

static bool delete_row(struct call *call, struct change *change, const char *id, Stralix__V1__ApiToken **ret,
                       struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(change_tx(change), AUTHZ_TOKEN_DELETE, &rows, err, DB_TEXT(id)))
		return false;
	return rows_count(rows) ? api_token_read(rows, 0, call_arena(call), ret, err) : absent(err);
}

/* Effects: the token's row goes, audit token.delete. Errors: ERR_NOT_FOUND, the same for absent and another's. */
bool authz_revoke_api_token(struct call *call, const Stralix__V1__RevokeApiTokenRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	char kind[] = "token", text[UUID_TEXT];
	Stralix__V1__ApiToken *token;
	Stralix__V1__Target target;
	Stralix__V1__Empty reply;
	struct uuid org;

	stralix__v1__empty__init(&reply);
	stralix__v1__target__init(&target);
	if (!find_org(call, req->token_id, &org, err) || !change_begin(call, &org, &change, err) ||
	    !delete_row(call, change, req->token_id, &token, err))
		return false;
	target.kind = kind;
	target.id = token->id;
	target.name = token->name;
	target.organisation_id = uuid_format(&org, text);
	return change_audit(change, "token.delete", &target, "success", &stralix__v1__api_token__rules, &token->base,
	                    NULL, err) &&
	       change_reply(change, &reply.base, err) && change_commit(change, err);
}
