/* UpdateUser. Name, address, role, whose they are, whether they may sign in, and of staff whom they look after. */
#include <string.h>

#include "authz.h"
#include "authz_sql.h"
#include "mask.h"
#include "organisation.h"
#include "person.h"
#include "taken.h"

/* What a user is to be. */
struct wanted {
	const char *name, *email, *org;
	Stralix__Role role;
	bool disabled, must_change;
	char **orgs;
	size_t n_orgs;
};

static bool want(const Stralix__V1__User *is, const Stralix__V1__UserSettings *given, const struct mask *mask,
                 struct wanted *ret, struct error *err)
{
	*ret = (struct wanted){ .name = is->name,
		                .email = is->email,
		                .org = is->organisation_id,
		                .disabled = strcmp(is->state, "disabled") == 0,
		                .must_change = is->must_change_password,
		                .orgs = is->organisation_ids,
		                .n_orgs = is->n_organisation_ids };
	if (!role_parse(is->role, &ret->role))
		return error_set(err, ERR_INTERNAL, "role '%s' of a user isn't known", is->role);
	if (mask_has(mask, "role"))
		ret->role = given->role;
	if (!*role_name(ret->role))
		return error_field(err, "settings.role", "required", "Choose a role.");
	if (mask_has(mask, "email"))
		ret->email = given->email;
	if (!*ret->email)
		return error_field(err, "settings.email", "required", "Enter an address.");
	if (mask_has(mask, "organisation_id"))
		ret->org = given->organisation_id;
	if (mask_has(mask, "disabled"))
		ret->disabled = given->disabled;
	if (mask_has(mask, "must_change_password"))
		ret->must_change = given->must_change_password;
	if (mask_has(mask, "organisation_ids")) {
		ret->orgs = given->organisation_ids;
		ret->n_orgs = given->n_organisation_ids;
	} else if (ret->role != STRALIX__ROLE__STAFF) {
		ret->n_orgs = 0;
	}
	return mask_name(mask, given->name, &ret->name, err);
}

static bool is_moved(const Stralix__V1__User *is, const struct wanted *wanted)
{
	return strcmp(is->organisation_id, wanted->org) != 0;
}

/* Nobody makes themselves more or less than they are. */
static bool check_self(struct call *call, const Stralix__V1__User *is, const struct wanted *wanted, struct error *err)
{
	if (strcmp(call_identity(call)->user_id, is->id) != 0)
		return true;
	if (strcmp(role_name(wanted->role), is->role) != 0)
		return error_set(err, ERR_FORBIDDEN, "Nobody changes their own role.");
	if (is_moved(is, wanted))
		return error_set(err, ERR_FORBIDDEN, "Nobody moves themselves to another organisation.");
	return !wanted->disabled || error_set(err, ERR_FORBIDDEN, "Nobody disables themselves.");
}

/* Another one, which is there and may have people. */
static bool check_organisation(struct call *call, const Stralix__V1__User *is, const struct wanted *wanted,
                               struct error *err)
{
	Stralix__V1__Organisation *org;
	struct error why = { 0 };

	if (!is_moved(is, wanted))
		return true;
	if (!*wanted->org)
		return error_field(err, "settings.organisationId", "required", "Choose an organisation.");
	if (!organisation_find(call, wanted->org, &org, &why)) {
		if (why.code == ERR_NOT_FOUND)
			return error_field(err, "settings.organisationId", "unknown", "There is no such organisation.");
		*err = why;
		return false;
	}
	return strcmp(org->state, "active") == 0 ||
	       error_field(err, "settings.organisationId", "suspended", "This organisation is suspended.");
}

static bool write_row(struct change *change, const Stralix__V1__User *is, const struct wanted *wanted,
                      struct error *err)
{
	struct error why = { 0 };

	if (TX_RUN(change_tx(change), AUTHZ_USER_UPDATE, NULL, &why, DB_TEXT(is->id), DB_TEXT(wanted->name),
	           DB_TEXT(role_name(wanted->role)), DB_TEXT(wanted->disabled ? "disabled" : "active"),
	           DB_BOOL(wanted->must_change), DB_TEXT(wanted->email)))
		return true;
	if (why.code == ERR_EXISTS)
		return taken(err, "settings.email", "Somebody has this address already.");
	*err = why;
	return false;
}

static bool write_user(struct change *change, const Stralix__V1__User *is, const struct wanted *wanted,
                       struct error *err)
{
	return write_row(change, is, wanted, err) && person_assign(change, is->id, wanted->orgs, wanted->n_orgs, err) &&
	       ((!wanted->disabled && !is_moved(is, wanted)) ||
	        (TX_RUN(change_tx(change), AUTHZ_USER_END_SESSIONS, NULL, err, DB_TEXT(is->id), DB_NULL) &&
	         TX_RUN(change_tx(change), AUTHZ_USER_END_TOKENS, NULL, err, DB_TEXT(is->id))));
}

/* The last look at the row: afterwards it is another organisation's. */
static bool move(struct call *call, struct change *change, const Stralix__V1__User *before, const struct wanted *wanted,
                 struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	Stralix__V1__User *after;

	return TX_RUN(change_tx(change), AUTHZ_USER_MOVE, &rows, err, DB_TEXT(before->id), DB_TEXT(wanted->org)) &&
	       person_read(rows, 0, call_arena(call), &after, err) && person_admin_remains(change, err) &&
	       person_finish_moved(change, before, after, err);
}

static bool finish(struct call *call, struct change *change, const Stralix__V1__User *before,
                   const struct wanted *wanted, struct error *err)
{
	if (is_moved(before, wanted))
		return move(call, change, before, wanted, err);
	return person_admin_remains(change, err) && person_finish(call, change, "user.update", before, err);
}

/*
 * Effects  one change: the user's row and assignments, audit user.update; of who is disabled or moved sessions and API
 *          tokens go. The tables revoke the identities made before.
 * Errors   ERR_NOT_FOUND, ERR_PRECONDITION (If-Match), ERR_INVALID, ERR_EXISTS (address), ERR_FORBIDDEN (oneself),
 *          ERR_CONFLICT (last admin).
 */
bool authz_update_user(struct call *call, const Stralix__V1__UpdateUserRequest *req, struct error *err)
{
	const struct mask mask = MASK_OF(req);
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__UserSettings none;
	const Stralix__V1__UserSettings *given = req->settings ? req->settings : &none;
	Stralix__V1__User *before;
	struct wanted wanted;

	stralix__v1__user_settings__init(&none);
	return mask_check(&mask, err) && person_begin(call, req->user_id, req->if_match, &change, &before, err) &&
	       want(before, given, &mask, &wanted, err) && check_self(call, before, &wanted, err) &&
	       person_check_assigned(call, wanted.role, wanted.orgs, wanted.n_orgs, "settings.organisationIds", err) &&
	       check_organisation(call, before, &wanted, err) && write_user(change, before, &wanted, err) &&
	       finish(call, change, before, &wanted, err);
}
