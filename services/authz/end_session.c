/* EndSession. One of the caller's own. */
#include "stralix/v1/common.pb-c.h"

#include "authz.h"
#include "authz_sql.h"
#include "own_session.h"

static bool delete_row(struct change *change, const char *id, const char *user_id, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(change_tx(change), AUTHZ_SESSION_DELETE, &rows, err, DB_TEXT(id), DB_TEXT(user_id)))
		return false;
	return rows_affected(rows) || error_set(err, ERR_NOT_FOUND, "There is no such session.");
}

/* Effects: the session's row goes, audit session.delete. Errors: ERR_NOT_FOUND, the same for absent and another's. */
bool authz_end_session(struct call *call, const Stralix__V1__EndSessionRequest *req, struct error *err)
{
	const struct identity *who = call_identity(call);
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__Empty reply;

	stralix__v1__empty__init(&reply);
	return change_begin(call, &who->org, &change, err) && delete_row(change, req->session_id, who->user_id, err) &&
	       own_session_audit(call, change, req->session_id, err) && change_reply(change, &reply.base, err) &&
	       change_commit(change, err);
}
