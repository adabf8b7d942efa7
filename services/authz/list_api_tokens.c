/* ListApiTokens. The caller's own; for admins, anybody's. The newest first. */
#include <string.h>

#include "api_token.h"
#include "authz.h"
#include "authz_sql.h"
#include "person.h"

/* Whose, and in which organisation. */
static bool choose(struct call *call, const char *user_id, const char **ret_user, struct uuid *ret_org,
                   struct error *err)
{
	const struct identity *who = call_identity(call);
	Stralix__V1__User *user;

	*ret_user = who->user_id;
	*ret_org = who->org;
	if (!*user_id || strcmp(user_id, who->user_id) == 0)
		return true;
	if (who->role != STRALIX__ROLE__ADMIN)
		return error_set(err, ERR_NOT_FOUND, "There is no such user.");
	if (!person_find(call, user_id, &user, err))
		return false;
	*ret_user = user->id;
	return id_read(user->organisation_id, ret_org, err);
}

/* Errors: ERR_NOT_FOUND (a user not for these eyes), ERR_UNAVAILABLE. */
bool authz_list_api_tokens(struct call *call, const Stralix__V1__ListApiTokensRequest *req, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	Stralix__V1__ListApiTokensReply reply;
	const char *user;
	struct uuid org;

	stralix__v1__list_api_tokens_reply__init(&reply);
	if (!choose(call, req->user_id, &user, &org, err) ||
	    !DB_RUN(service_db(call_service(call)), &org, AUTHZ_TOKEN_LIST, &rows, err, DB_TEXT(user)))
		return error_wrap(err, "list API tokens");
	reply.tokens = arena_alloc(call_arena(call), (rows_count(rows) + 1) * sizeof(Stralix__V1__ApiToken *));
	if (!reply.tokens)
		return error_set(err, ERR_TOO_LARGE, "no room for the list");
	for (; reply.n_tokens < rows_count(rows); reply.n_tokens++)
		if (!api_token_read(rows, (unsigned)reply.n_tokens, call_arena(call), &reply.tokens[reply.n_tokens],
		                    err))
			return false;
	return call_reply(call, &reply.base, err);
}
