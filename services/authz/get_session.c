/* GetSession. Says who is signed in and what they may do. */
#include <stdio.h>

#include "account.h"
#include "authz.h"
#include "authz_sql.h"

static bool read_session(struct tx *tx, const struct identity *who, struct account *account, int64_t *ret_expires_ms,
                         struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct uuid user, session;

	if (!uuid_parse(who->user_id, &user) || !uuid_parse(who->session_id, &session))
		return error_set(err, ERR_CONFLICT, "This token belongs to no session.");
	if (!TX_RUN(tx, AUTHZ_SESSION_SHOW, &rows, err, DB_UUID(&user), DB_UUID(&session)))
		return false;
	if (!rows_count(rows) || !role_parse(rows_text(rows, 0, 3), &account->role))
		return error_set(err, ERR_UNAUTHENTICATED, "Sign in again.");
	account->id = rows_uuid(rows, 0, 0);
	snprintf(account->email, sizeof(account->email), "%s", rows_text(rows, 0, 1));
	snprintf(account->name, sizeof(account->name), "%s", rows_text(rows, 0, 2));
	account->org = rows_uuid(rows, 0, 4);
	snprintf(account->org_name, sizeof(account->org_name), "%s", rows_text(rows, 0, 5));
	account->org_created_ms = rows_int(rows, 0, 6);
	*ret_expires_ms = rows_int(rows, 0, 7);
	account->must_change = rows_bool(rows, 0, 8);
	return true;
}

/* Errors: ERR_CONFLICT for a token without a session, ERR_UNAUTHENTICATED when the session ended meanwhile,
 * ERR_UNAVAILABLE. */
bool authz_get_session(struct call *call, const Stralix__V1__GetSessionRequest *req, struct error *err)
{
	const struct identity *who = call_identity(call);
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct account account = { 0 };
	struct session_view view;
	Stralix__V1__GetSessionReply reply;
	int64_t expires_ms = 0;

	(void)req;
	stralix__v1__get_session_reply__init(&reply);
	reply.session = &view.message;
	return tx_begin(service_db(call_service(call)), &who->org, &tx, err) &&
	       read_session(tx, who, &account, &expires_ms, err) && tx_commit(&tx, err) &&
	       session_view_init(&view, &account, who->scopes, expires_ms, call_arena(call), err) &&
	       call_reply(call, &reply.base, err);
}
