/* CreateUser. Creates a user in an organisation, with a role no higher than the caller's. */
#include "lib/service/change.h"

#include "account.h"
#include "authz.h"
#include "authz_sql.h"
#include "taken.h"

static bool choose_role(const struct call *call, const Stralix__V1__CreateUserRequest *req, Stralix__Role *ret,
                        struct error *err)
{
	*ret = req->role ? req->role : STRALIX__ROLE__CUSTOMER;
	return !role_above(*ret, call_identity(call)->role) ||
	       error_set(err, ERR_FORBIDDEN, "Nobody makes a user with a higher role than their own.");
}

static bool insert(struct tx *tx, const struct uuid *id, const struct uuid *org, const Stralix__V1__User *user,
                   const char *hash, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct error why = { 0 };

	if (!TX_RUN(tx, AUTHZ_USER_ORGANISATION, &rows, err, DB_UUID(org)))
		return false;
	if (!rows_count(rows))
		return error_set(err, ERR_NOT_FOUND, "no such organisation");
	if (TX_RUN(tx, AUTHZ_USER_INSERT, NULL, &why, DB_UUID(id), DB_UUID(org), DB_TEXT(user->email),
	           DB_TEXT(user->name), DB_TEXT(user->role), DB_TEXT(hash)))
		return true;
	if (why.code == ERR_EXISTS)
		return taken(err, "email", "Somebody has this address already.");
	*err = why;
	return false;
}

static bool audit(struct change *change, Stralix__V1__User *user, struct error *err)
{
	char kind[] = "user";
	Stralix__V1__Target target;

	stralix__v1__target__init(&target);
	target.kind = kind;
	target.id = user->id;
	target.name = user->email;
	target.organisation_id = user->organisation_id;
	return change_audit(change, "user.create", &target, "success", &stralix__v1__user__rules, NULL, &user->base,
	                    err);
}

/*
 * Effects  a user row with an argon2id hash, audit user.create. The hash is made before the transaction.
 * Errors   ERR_INVALID (password), ERR_FORBIDDEN (role), ERR_NOT_FOUND (organisation), ERR_EXISTS (email).
 */
bool authz_create_user(struct call *call, const Stralix__V1__CreateUserRequest *req, struct error *err)
{
	struct authz *authz = call_state(call);
	_cleanup_(change_freep) struct change *change = NULL;
	struct uuid id = uuid_v7(), org;
	char id_text[UUID_TEXT], hash[PASSWORD_HASH];
	Stralix__V1__CreateUserReply reply;
	Stralix__V1__User user;
	Stralix__Role role;

	if (!choose_role(call, req, &role, err) || !call_choose_org(call, req->organisation_id, &org, err) ||
	    !password_acceptable(req->password, req->email, "password", err) ||
	    !hasher_hash(authz->hasher, req->password, call_remaining_ms(call), hash, err))
		return false;
	stralix__v1__create_user_reply__init(&reply);
	stralix__v1__user__init(&user);
	reply.user = &user;
	user.id = uuid_format(&id, id_text);
	user.email = req->email;
	user.name = req->name;
	user.role = arena_strdup(call_arena(call), role_name(role));
	user.organisation_id = req->organisation_id;
	if (!user.role)
		return error_set(err, ERR_TOO_LARGE, "no room for a user");
	return change_begin(call, &org, &change, err) && insert(change_tx(change), &id, &org, &user, hash, err) &&
	       audit(change, &user, err) && change_reply(change, &reply.base, err) && change_commit(change, err);
}
