/* SignOut. Ends the session that the request came with. */
#include "stralix/v1/common.pb-c.h"

#include "authz.h"
#include "authz_sql.h"
#include "own_session.h"

/* An API token is no session: it isn't signed out of. */
static bool end_session(struct tx *tx, const struct identity *who, struct error *err)
{
	_cleanup_(rows_freep) struct rows *deleted = NULL, *token = NULL;

	if (!TX_RUN(tx, AUTHZ_SESSION_DELETE, &deleted, err, DB_TEXT(who->session_id), DB_TEXT(who->user_id)))
		return false;
	if (rows_affected(deleted))
		return true;
	if (!TX_RUN(tx, AUTHZ_TOKEN_SHOW, &token, err, DB_TEXT(who->session_id), DB_TEXT(who->user_id)))
		return false;
	return !rows_count(token) || error_set(err, ERR_CONFLICT, "An API token has no session to end.");
}

/*
 * Effects  the session's row goes: its token is good for nothing from the next exchange on; audit session.delete.
 * Errors   ERR_CONFLICT for an API token, ERR_UNAVAILABLE. Repeat: safe.
 */
bool authz_sign_out(struct call *call, const Stralix__V1__SignOutRequest *req, struct error *err)
{
	const struct identity *who = call_identity(call);
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__Empty reply;
	struct uuid home;

	(void)req;
	stralix__v1__empty__init(&reply);
	return own_session_home(call, &home, err) && change_begin(call, &home, &change, err) &&
	       end_session(change_tx(change), who, err) && own_session_audit(call, change, who->session_id, err) &&
	       change_reply(change, &reply.base, err) && change_commit(change, err);
}
