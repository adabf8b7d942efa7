/* EndOtherSessions. All of the caller's own but the one that the request came with. */
#include "authz.h"
#include "authz_sql.h"
#include "own_session.h"

/* Effects: the sessions' rows go, audit session.delete, which names the one that stays. Repeat: safe. */
bool authz_end_other_sessions(struct call *call, const Stralix__V1__EndOtherSessionsRequest *req, struct error *err)
{
	const struct identity *who = call_identity(call);
	_cleanup_(change_freep) struct change *change = NULL;
	_cleanup_(rows_freep) struct rows *rows = NULL;
	Stralix__V1__EndOtherSessionsReply reply;

	(void)req;
	stralix__v1__end_other_sessions_reply__init(&reply);
	if (!change_begin(call, &who->org, &change, err) ||
	    !TX_RUN(change_tx(change), AUTHZ_USER_END_SESSIONS, &rows, err, DB_TEXT(who->user_id),
	            DB_TEXT_OR_NULL(who->session_id)))
		return false;
	reply.ended = rows_affected(rows);
	return own_session_audit(call, change, who->session_id, err) && change_reply(change, &reply.base, err) &&
	       change_commit(change, err);
}
