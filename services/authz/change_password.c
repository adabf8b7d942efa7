/* ChangePassword. A person's own: asks for the one that is, within the limits of signing in. */
#include <string.h>

#include "stralix/v1/authz.contract.h"
#include "stralix/v1/common.pb-c.h"

#include "authz.h"
#include "authz_sql.h"
#include "login.h"
#include "password.h"
#include "person.h"

/* Records an attempt that changed nothing. */
static bool record(struct call *call, const char *outcome, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__User *user;
	Stralix__V1__Target target;

	if (!person_begin(call, call_identity(call)->user_id, NULL, &change, &user, err))
		return false;
	person_target(user, &target);
	return change_audit(change, "user.password", &target, outcome, &stralix__v1__user__rules, NULL, NULL, err) &&
	       change_commit(change, err);
}

static bool admit(struct call *call, const char *email, struct error *err)
{
	const struct authz_settings *settings = service_settings(call_service(call));
	const struct login_limits limits = { .per_ip = settings->limit_per_ip,
		                             .per_account = settings->limit_per_account };
	struct error why = { 0 };
	bool first;

	if (login_admit(service_db_wide(call_service(call)), &limits, call_source_ip(call), email, &first, &why))
		return true;
	if (first && !record(call, "denied", err))
		return false;
	*err = why;
	return false;
}

/* Whether the password that is was given; takes the attempt back then. */
static bool verify(struct call *call, const struct account *account, const char *given, struct error *err)
{
	struct authz *authz = call_state(call);
	bool right;

	if (!hasher_verify(authz->hasher, account->hash, given, call_remaining_ms(call), &right, err))
		return false;
	if (right)
		return login_forgive(service_db_wide(call_service(call)), call_source_ip(call), account->email, err);
	return record(call, "failed", err) &&
	       error_field(err, "currentPassword", "wrong", "This isn't your current password.");
}

/* Nobody changed it while this one was thinking about hashes. */
static bool unchanged(struct change *change, const char *id, const char *hash, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(change_tx(change), AUTHZ_USER_PASSWORD, &rows, err, DB_TEXT(id)))
		return false;
	return (rows_count(rows) && strcmp(rows_text(rows, 0, 0), hash) == 0) ||
	       error_set(err, ERR_CONFLICT, "Your password was changed meanwhile. Sign in again.");
}

static bool write_change(struct call *call, const struct account *account, const char *hash, struct error *err)
{
	const struct identity *who = call_identity(call);
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__User *user;
	Stralix__V1__Target target;
	Stralix__V1__Empty reply;

	stralix__v1__empty__init(&reply);
	if (!person_begin(call, who->user_id, NULL, &change, &user, err))
		return false;
	person_target(user, &target);
	return unchanged(change, user->id, account->hash, err) &&
	       TX_RUN(change_tx(change), AUTHZ_USER_SET_PASSWORD, NULL, err, DB_TEXT(user->id), DB_TEXT(hash),
	              DB_BOOL(false)) &&
	       TX_RUN(change_tx(change), AUTHZ_USER_END_SESSIONS, NULL, err, DB_TEXT(user->id),
	              DB_TEXT_OR_NULL(who->session_id)) &&
	       change_audit(change, "user.password", &target, "success", &stralix__v1__user__rules, NULL, NULL, err) &&
	       change_reply(change, &reply.base, err) && change_commit(change, err);
}

/*
 * Effects  one change: the user's row with an argon2id hash made before it, audit user.password without it; their other
 *          sessions go.
 * Errors   ERR_INVALID (either password), ERR_RATE_LIMITED, ERR_CONFLICT.
 */
bool authz_change_password(struct call *call, const Stralix__V1__ChangePasswordRequest *req, struct error *err)
{
	struct authz *authz = call_state(call);
	struct account account = { 0 };
	char hash[PASSWORD_HASH];
	Stralix__V1__User *user;
	bool found = false;

	if (!person_find(call, call_identity(call)->user_id, &user, err) || !admit(call, user->email, err) ||
	    !account_by_email(service_db_wide(call_service(call)), user->email, &account, &found, err))
		return false;
	if (!found)
		return error_set(err, ERR_CONFLICT, "Your account was changed meanwhile. Sign in again.");
	if (!verify(call, &account, req->current_password, err) ||
	    !password_acceptable(req->password, account.email, "password", err))
		return false;
	if (strcmp(req->password, req->current_password) == 0)
		return error_field(err, "password", "same", "Choose a password other than the current one.");
	return hasher_hash(authz->hasher, req->password, call_remaining_ms(call), hash, err) &&
	       write_change(call, &account, hash, err);
}
