/* person: see person.h. */
#include "person.h"

#include <string.h>

#include "stralix/v1/authz.contract.h"

#include "authz.h"
#include "authz_sql.h"
#include "cells.h"

enum { ID, ORG, EMAIL, NAME, ROLE, STATE, MUST_CHANGE, N, CREATED_AT, ORG_NAME, ASSIGNED };

bool person_read(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__User **ret, struct error *err)
{
	Stralix__V1__User *it = arena_alloc(arena, sizeof(*it));

	if (!it)
		return error_set(err, ERR_TOO_LARGE, "no room for a user");
	stralix__v1__user__init(it);
	it->must_change_password = rows_bool(rows, row, MUST_CHANGE);
	if (!(it->id = cell_text(rows, row, ID, arena)) || !(it->email = cell_text(rows, row, EMAIL, arena)) ||
	    !(it->name = cell_text(rows, row, NAME, arena)) || !(it->role = cell_text(rows, row, ROLE, arena)) ||
	    !(it->organisation_id = cell_text(rows, row, ORG, arena)) ||
	    !(it->organisation_name = cell_text(rows, row, ORG_NAME, arena)) ||
	    !(it->state = cell_text(rows, row, STATE, arena)) ||
	    !(it->created_at = cell_time(rows, row, CREATED_AT, arena)) ||
	    !(it->etag = cell_number(rows, row, N, arena)))
		return error_set(err, ERR_TOO_LARGE, "no room for a user");
	*ret = it;
	return words_split(rows_text(rows, row, ASSIGNED), arena, &it->organisation_ids, &it->n_organisation_ids, err);
}

static bool absent(struct error *err)
{
	return error_set(err, ERR_NOT_FOUND, "There is no such user.");
}

bool person_find(struct call *call, const char *id, Stralix__V1__User **ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct uuid org;

	if (!DB_RUN(service_db_wide(call_service(call)), NULL, AUTHZ_WIDE_USER_FIND, &rows, err, DB_TEXT(id)))
		return false;
	if (!rows_count(rows))
		return absent(err);
	org = rows_uuid(rows, 0, ORG);
	if (!call_may_see(call, &org))
		return absent(err);
	return person_read(rows, 0, call_arena(call), ret, err);
}

static bool show(struct call *call, struct change *change, const char *id, Stralix__V1__User **ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(change_tx(change), AUTHZ_USER_SHOW, &rows, err, DB_TEXT(id)))
		return false;
	return rows_count(rows) ? person_read(rows, 0, call_arena(call), ret, err) : absent(err);
}

bool person_begin(struct call *call, const char *id, const char *if_match, struct change **ret,
                  Stralix__V1__User **before, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct uuid org;

	if (!person_find(call, id, before, err) || !id_read((*before)->organisation_id, &org, err) ||
	    !change_begin(call, &org, &change, err) ||
	    !TX_RUN(change_tx(change), AUTHZ_USER_LOCK, NULL, err, DB_TEXT((*before)->id)) ||
	    !show(call, change, (*before)->id, before, err))
		return false;
	if (if_match && strcmp((*before)->etag, if_match) != 0)
		return error_set(err, ERR_PRECONDITION,
		                 "The user was changed meanwhile. Look at it again, then repeat your change.");
	*ret = TAKE_PTR(change);
	return true;
}

void person_target(Stralix__V1__User *user, Stralix__V1__Target *ret)
{
	static char kind[] = "user";

	stralix__v1__target__init(ret);
	ret->kind = kind;
	ret->id = user->id;
	ret->name = user->email;
	ret->organisation_id = user->organisation_id;
}

static bool finish(struct change *change, const char *action, const Stralix__V1__User *before,
                   const Stralix__V1__Target *target, Stralix__V1__User *after, struct error *err)
{
	Stralix__V1__UserReply reply;

	stralix__v1__user_reply__init(&reply);
	reply.user = after;
	return change_audit(change, action, target, "success", &stralix__v1__user__rules, &before->base, &after->base,
	                    err) &&
	       change_event(change, "user", "updated", after->id, err) && change_reply(change, &reply.base, err) &&
	       change_commit(change, err);
}

bool person_finish(struct call *call, struct change *change, const char *action, const Stralix__V1__User *before,
                   struct error *err)
{
	Stralix__V1__Target target;
	Stralix__V1__User *after;

	if (!show(call, change, before->id, &after, err))
		return false;
	person_target(after, &target);
	return finish(change, action, before, &target, after, err);
}

bool person_finish_moved(struct change *change, const Stralix__V1__User *before, Stralix__V1__User *after,
                         struct error *err)
{
	static const struct uuid nobodys;
	Stralix__V1__Target target;
	char org[UUID_TEXT];

	person_target(after, &target);
	target.organisation_id = uuid_format(&nobodys, org);
	return finish(change, "user.update", before, &target, after, err);
}

bool person_admin_remains(struct change *change, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!tx_run(change_tx(change), AUTHZ_ADMIN_REMAINS, NULL, 0, &rows, err))
		return false;
	return rows_bool(rows, 0, 0) ||
	       error_set(err, ERR_CONFLICT, "Nobody would be left who may administer the installation.");
}

bool person_check_assigned(struct call *call, Stralix__Role role, char *const *orgs, size_t n, const char *field,
                           struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!n)
		return true;
	if (role != STRALIX__ROLE__STAFF)
		return error_field(err, field, "role", "Organisations are assigned to staff alone.");
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(orgs[i], orgs[j]) == 0)
				return error_field(err, field, "repeated", "An organisation is named twice.");
	if (!DB_RUN(service_db_wide(call_service(call)), NULL, AUTHZ_WIDE_ORGANISATIONS_KNOWN, &rows, err,
	            DB_TEXTS(orgs, n)))
		return false;
	return (size_t)rows_int(rows, 0, 0) == n ||
	       error_field(err, field, "unknown", "One of these organisations doesn't exist.");
}

bool person_assign(struct change *change, const char *id, char *const *orgs, size_t n, struct error *err)
{
	if (!TX_RUN(change_tx(change), AUTHZ_USER_UNASSIGN, NULL, err, DB_TEXT(id), DB_TEXTS(orgs, n)))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!TX_RUN(change_tx(change), AUTHZ_STAFF_ASSIGN, NULL, err, DB_TEXT(id), DB_TEXT(orgs[i])))
			return false;
	return true;
}
