/* SignIn. Checks a password, within limits, and opens a session. */
#include "lib/service/change.h"

#include "account.h"
#include "authz.h"
#include "authz_sql.h"
#include "login.h"
#include "opaque.h"

/* How long a session lives untouched, and at most. */
struct lifetime {
	int idle_s, absolute_s;
};

static struct lifetime lifetime_of(Stralix__Role role)
{
	if (role == STRALIX__ROLE__CUSTOMER)
		return (struct lifetime){ .idle_s = 30 * 60, .absolute_s = 12 * 3600 };
	return (struct lifetime){ .idle_s = 15 * 60, .absolute_s = 8 * 3600 };
}

/* account NULL: nobody has the address; the record then belongs to no organisation. */
static bool audit(struct change *change, const struct uuid *session, const struct account *account, char *email,
                  const char *outcome, const Stralix__V1__Session *after, struct error *err)
{
	static const struct uuid nobodys;
	char id[UUID_TEXT], org[UUID_TEXT];
	char kind[] = "session";
	Stralix__V1__Target target;

	stralix__v1__target__init(&target);
	target.kind = kind;
	target.id = uuid_format(session, id);
	target.name = email;
	target.organisation_id = uuid_format(account ? &account->org : &nobodys, org);
	return change_audit(change, "session.create", &target, outcome, &stralix__v1__session__rules, NULL,
	                    after ? &after->base : NULL, err);
}

/* Records what became of an attempt that opened no session. */
static bool record(struct call *call, const struct account *account, char *email, const char *outcome,
                   struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct uuid attempt = uuid_v7();

	if (!change_begin(call, account ? &account->org : NULL, &change, err) ||
	    !audit(change, &attempt, account, email, outcome, NULL, err) || !change_commit(change, err))
		return error_wrap(err, "record a failed sign-in");
	return true;
}

/* The same words whether the account exists or not. */
static bool refuse(struct call *call, const struct account *account, char *email, struct error *err)
{
	if (!record(call, account, email, "failed", err))
		return false;
	return error_set(err, ERR_UNAUTHENTICATED, "E-mail address or password is wrong.");
}

static bool insert(const struct call *call, struct change *change, const struct uuid *session,
                   const struct account *account, const char *token, int64_t *ret_expires_ms, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct lifetime lifetime = lifetime_of(account->role);
	uint8_t digest[OPAQUE_DIGEST];

	opaque_digest(token, digest);
	if (!TX_RUN(change_tx(change), AUTHZ_SESSION_INSERT, &rows, err, DB_UUID(session), DB_UUID(&account->org),
	            DB_UUID(&account->id), DB_BYTES(digest, sizeof(digest)), DB_INT(lifetime.idle_s),
	            DB_INT(lifetime.absolute_s), DB_TEXT(call_source_ip(call))))
		return false;
	*ret_expires_ms = rows_int(rows, 0, 0);
	return true;
}

static bool open_session(struct call *call, struct account *account, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct uuid session = uuid_v7();
	char token[OPAQUE_TEXT], user_id[UUID_TEXT];
	struct session_view view;
	Stralix__V1__SignInReply reply;
	int64_t expires_ms;

	stralix__v1__sign_in_reply__init(&reply);
	opaque_new(OPAQUE_SESSION, token);
	reply.session = &view.message;
	reply.token = token;
	if (!change_begin(call, &account->org, &change, err) ||
	    !change_actor(change, uuid_format(&account->id, user_id), account->email, err) ||
	    !insert(call, change, &session, account, token, &expires_ms, err) ||
	    !session_view_init(&view, account, NULL, expires_ms, call_arena(call), err) ||
	    !audit(change, &session, account, account->email, "success", &view.message, err) ||
	    !change_reply(change, &reply.base, err) || !change_commit(change, err))
		return error_wrap(err, "open a session");
	return true;
}

/*
 * Effects  counts the attempt before it hashes; a session and an audit record, or only the record.
 * Errors   ERR_RATE_LIMITED, ERR_UNAUTHENTICATED (same words and time for everything that is wrong), ERR_UNAVAILABLE.
 */
bool authz_sign_in(struct call *call, const Stralix__V1__SignInRequest *req, struct error *err)
{
	struct authz *authz = call_state(call);
	struct db *wide = service_db_wide(call_service(call));
	const struct authz_settings *settings = service_settings(call_service(call));
	const struct login_limits limits = { .per_ip = settings->limit_per_ip,
		                             .per_account = settings->limit_per_account };
	struct account account = { 0 };
	bool found, first, right;
	struct error why = { 0 };

	if (!account_by_email(wide, req->email, &account, &found, err))
		return false;
	if (!login_admit(wide, &limits, call_source_ip(call), req->email, &first, &why)) {
		if (first && !record(call, found ? &account : NULL, req->email, "denied", err))
			return false;
		*err = why;
		return false;
	}
	if (!hasher_verify(authz->hasher, found ? account.hash : NULL, req->password, call_remaining_ms(call), &right,
	                   err))
		return false;
	if (!right || !account.active)
		return refuse(call, found ? &account : NULL, req->email, err);
	return login_forgive(wide, call_source_ip(call), req->email, err) && open_session(call, &account, err);
}
