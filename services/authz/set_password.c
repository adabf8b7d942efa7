/* SetPassword. Gives a user a new password and ends their sessions. */
#include <string.h>

#include "authz.h"
#include "authz_sql.h"
#include "password.h"
#include "person.h"

static bool check(struct call *call, const Stralix__V1__SetPasswordRequest *req, struct error *err)
{
	Stralix__V1__User *user;

	if (!person_find(call, req->user_id, &user, err))
		return false;
	if (strcmp(call_identity(call)->user_id, user->id) == 0)
		return error_set(err, ERR_FORBIDDEN, "Change your own password in your settings.");
	return password_acceptable(req->password, user->email, "password", err);
}

/*
 * Effects  one change: the user's row with an argon2id hash made before it, audit user.password without it; their
 *          sessions go. API tokens stay.
 * Errors   ERR_NOT_FOUND, ERR_INVALID (password), ERR_FORBIDDEN (oneself).
 */
bool authz_set_password(struct call *call, const Stralix__V1__SetPasswordRequest *req, struct error *err)
{
	struct authz *authz = call_state(call);
	_cleanup_(change_freep) struct change *change = NULL;
	char hash[PASSWORD_HASH];
	Stralix__V1__User *before;

	return check(call, req, err) && hasher_hash(authz->hasher, req->password, call_remaining_ms(call), hash, err) &&
	       person_begin(call, req->user_id, NULL, &change, &before, err) &&
	       TX_RUN(change_tx(change), AUTHZ_USER_SET_PASSWORD, NULL, err, DB_TEXT(before->id), DB_TEXT(hash),
	              DB_BOOL(req->must_change)) &&
	       TX_RUN(change_tx(change), AUTHZ_USER_END_SESSIONS, NULL, err, DB_TEXT(before->id), DB_NULL) &&
	       person_finish(call, change, "user.password", before, err);
}
