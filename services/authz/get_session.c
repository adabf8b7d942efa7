/* GetSession. Says who is signed in and what they may do. */
#include <stdio.h>

#include "account.h"
#include "authz.h"
#include "authz_sql.h"
#include "cells.h"

enum {
	USER_ID,
	EMAIL,
	NAME,
	ROLE,
	ORG_ID,
	ORG_NAME,
	ORG_CREATED,
	ENDS,
	MUST_CHANGE,
	ACTING_ID,
	ACTING_NAME,
	ACTING_CREATED,
	REASON,
	UNTIL
};

static void read_organisation(const struct rows *rows, unsigned id, unsigned name, unsigned created,
                              struct account *account)
{
	account->org = rows_uuid(rows, 0, id);
	snprintf(account->org_name, sizeof(account->org_name), "%s", rows_text(rows, 0, name));
	account->org_created_ms = rows_int(rows, 0, created);
}

/* Who acts for an organisation is shown as one of its people. */
static bool read_acting(const struct rows *rows, struct account *account, struct arena *arena,
                        Stralix__V1__Acting **ret, struct error *err)
{
	Stralix__V1__Acting *acting = arena_alloc(arena, sizeof(*acting));

	if (!acting)
		return error_set(err, ERR_TOO_LARGE, "no room for a session");
	stralix__v1__acting__init(acting);
	acting->organisation_id = cell_text(rows, 0, ACTING_ID, arena);
	acting->organisation_name = cell_text(rows, 0, ACTING_NAME, arena);
	acting->reason = cell_text(rows, 0, REASON, arena);
	acting->until = cell_time(rows, 0, UNTIL, arena);
	if (!acting->organisation_id || !acting->organisation_name || !acting->reason || !acting->until)
		return error_set(err, ERR_TOO_LARGE, "no room for a session");
	account->role = STRALIX__ROLE__CUSTOMER;
	read_organisation(rows, ACTING_ID, ACTING_NAME, ACTING_CREATED, account);
	*ret = acting;
	return true;
}

static bool read_session(struct call *call, const struct identity *who, struct account *account,
                         int64_t *ret_expires_ms, Stralix__V1__Acting **ret_acting, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct uuid user, session;

	if (!uuid_parse(who->user_id, &user) || !uuid_parse(who->session_id, &session))
		return error_set(err, ERR_CONFLICT, "This token belongs to no session.");
	if (!DB_RUN(service_db_wide(call_service(call)), NULL, AUTHZ_WIDE_SESSION_SHOW, &rows, err, DB_UUID(&user),
	            DB_UUID(&session)))
		return false;
	if (!rows_count(rows) || !role_parse(rows_text(rows, 0, ROLE), &account->role))
		return error_set(err, ERR_UNAUTHENTICATED, "Sign in again.");
	account->id = rows_uuid(rows, 0, USER_ID);
	snprintf(account->email, sizeof(account->email), "%s", rows_text(rows, 0, EMAIL));
	snprintf(account->name, sizeof(account->name), "%s", rows_text(rows, 0, NAME));
	read_organisation(rows, ORG_ID, ORG_NAME, ORG_CREATED, account);
	*ret_expires_ms = rows_int(rows, 0, ENDS);
	account->must_change = rows_bool(rows, 0, MUST_CHANGE);
	return rows_null(rows, 0, ACTING_ID) || read_acting(rows, account, call_arena(call), ret_acting, err);
}

/* Errors: ERR_CONFLICT for a token without a session, ERR_UNAUTHENTICATED when the session ended meanwhile,
 * ERR_UNAVAILABLE. */
bool authz_get_session(struct call *call, const Stralix__V1__GetSessionRequest *req, struct error *err)
{
	const struct identity *who = call_identity(call);
	struct account account = { 0 };
	struct session_view view;
	Stralix__V1__GetSessionReply reply;
	Stralix__V1__Acting *acting = NULL;
	int64_t expires_ms = 0;

	(void)req;
	stralix__v1__get_session_reply__init(&reply);
	reply.session = &view.message;
	if (!read_session(call, who, &account, &expires_ms, &acting, err) ||
	    !session_view_init(&view, &account, who->scopes, expires_ms, call_arena(call), err))
		return false;
	view.message.acting = acting;
	return call_reply(call, &reply.base, err);
}
