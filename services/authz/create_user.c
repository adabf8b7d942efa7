/* CreateUser. Creates a user in an organisation, with a role no higher than the caller's. */
#include "lib/service/change.h"

#include "stralix/v1/authz.contract.h"

#include "account.h"
#include "authz.h"
#include "authz_sql.h"
#include "person.h"
#include "taken.h"

static bool choose_role(const struct call *call, const Stralix__V1__CreateUserRequest *req, Stralix__Role *ret,
                        struct error *err)
{
	*ret = req->role ? req->role : STRALIX__ROLE__CUSTOMER;
	return !role_above(*ret, call_identity(call)->role) ||
	       error_set(err, ERR_FORBIDDEN, "Nobody makes a user with a higher role than their own.");
}

static bool insert(struct tx *tx, const struct uuid *id, const struct uuid *org,
                   const Stralix__V1__CreateUserRequest *req, Stralix__Role role, const char *hash, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct error why = { 0 };

	if (!TX_RUN(tx, AUTHZ_USER_ORGANISATION, &rows, err, DB_UUID(org)))
		return false;
	if (!rows_count(rows))
		return error_set(err, ERR_NOT_FOUND, "no such organisation");
	if (TX_RUN(tx, AUTHZ_USER_INSERT, NULL, &why, DB_UUID(id), DB_UUID(org), DB_TEXT(req->email),
	           DB_TEXT(req->name), DB_TEXT(role_name(role)), DB_TEXT(hash), DB_BOOL(req->must_change_password)))
		return true;
	if (why.code == ERR_EXISTS)
		return taken(err, "email", "Somebody has this address already.");
	*err = why;
	return false;
}

/* Reads what was made, tells audit and screens, replies and commits. */
static bool finish(struct call *call, struct change *change, const struct uuid *id, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	Stralix__V1__CreateUserReply reply;
	Stralix__V1__Target target;

	stralix__v1__create_user_reply__init(&reply);
	if (!TX_RUN(change_tx(change), AUTHZ_USER_SHOW, &rows, err, DB_UUID(id)))
		return false;
	if (!rows_count(rows))
		return error_set(err, ERR_INTERNAL, "a user isn't there");
	if (!person_read(rows, 0, call_arena(call), &reply.user, err))
		return false;
	person_target(reply.user, &target);
	return change_audit(change, "user.create", &target, "success", &stralix__v1__user__rules, NULL,
	                    &reply.user->base, err) &&
	       change_event(change, "user", "created", reply.user->id, err) && change_reply(change, &reply.base, err) &&
	       change_commit(change, err);
}

/*
 * Effects  a user row with an argon2id hash, audit user.create. The hash is made before the transaction.
 * Errors   ERR_INVALID (password, assigned), ERR_FORBIDDEN (role), ERR_NOT_FOUND (organisation), ERR_EXISTS (email).
 */
bool authz_create_user(struct call *call, const Stralix__V1__CreateUserRequest *req, struct error *err)
{
	struct authz *authz = call_state(call);
	_cleanup_(change_freep) struct change *change = NULL;
	struct uuid id = uuid_v7(), org;
	char text[UUID_TEXT], hash[PASSWORD_HASH];
	Stralix__Role role;

	uuid_format(&id, text);
	if (!choose_role(call, req, &role, err) || !call_choose_org(call, req->organisation_id, &org, err) ||
	    !person_check_assigned(call, role, req->organisation_ids, req->n_organisation_ids, "organisationIds",
	                           err) ||
	    !password_acceptable(req->password, req->email, "password", err) ||
	    !hasher_hash(authz->hasher, req->password, call_remaining_ms(call), hash, err))
		return false;
	return change_begin(call, &org, &change, err) && insert(change_tx(change), &id, &org, req, role, hash, err) &&
	       person_assign(change, text, req->organisation_ids, req->n_organisation_ids, err) &&
	       finish(call, change, &id, err);
}
