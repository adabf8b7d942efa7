/* organisation: see organisation.h. */
#include "organisation.h"

#include <string.h>

#include "stralix/v1/authz.contract.h"

#include "authz_sql.h"
#include "cells.h"

enum { ID, NAME, STATE, REASON, SUSPENDED_AT, N, CREATED_AT, PLAN_ID, PLAN, USERS };

bool organisation_read(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__Organisation **ret,
                       struct error *err)
{
	Stralix__V1__Organisation *it = arena_alloc(arena, sizeof(*it));

	if (!it)
		return error_set(err, ERR_TOO_LARGE, "no room for an organisation");
	stralix__v1__organisation__init(it);
	it->users = (uint32_t)rows_int(rows, row, USERS);
	if (!(it->id = cell_text(rows, row, ID, arena)) || !(it->name = cell_text(rows, row, NAME, arena)) ||
	    !(it->state = cell_text(rows, row, STATE, arena)) || !(it->reason = cell_text(rows, row, REASON, arena)) ||
	    !(it->suspended_at = cell_time(rows, row, SUSPENDED_AT, arena)) ||
	    !(it->created_at = cell_time(rows, row, CREATED_AT, arena)) ||
	    !(it->plan_id = cell_text(rows, row, PLAN_ID, arena)) ||
	    !(it->plan_name = cell_text(rows, row, PLAN, arena)) || !(it->etag = cell_number(rows, row, N, arena)))
		return error_set(err, ERR_TOO_LARGE, "no room for an organisation");
	*ret = it;
	return true;
}

static bool absent(struct error *err)
{
	return error_set(err, ERR_NOT_FOUND, "There is no such organisation.");
}

bool organisation_find(struct call *call, const char *id, Stralix__V1__Organisation **ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct uuid org;

	if (!uuid_parse(id, &org) || !call_may_see(call, &org))
		return absent(err);
	if (!DB_RUN(service_db_wide(call_service(call)), NULL, AUTHZ_WIDE_ORGANISATION_FIND, &rows, err, DB_UUID(&org)))
		return false;
	return rows_count(rows) ? organisation_read(rows, 0, call_arena(call), ret, err) : absent(err);
}

static bool show(struct call *call, struct change *change, const char *id, Stralix__V1__Organisation **ret,
                 struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(change_tx(change), AUTHZ_ORGANISATION_SHOW, &rows, err, DB_TEXT(id)))
		return false;
	return rows_count(rows) ? organisation_read(rows, 0, call_arena(call), ret, err) : absent(err);
}

bool organisation_lock(struct call *call, struct change *change, const char *id, const char *if_match,
                       Stralix__V1__Organisation **ret, struct error *err)
{
	if (!TX_RUN(change_tx(change), AUTHZ_ORGANISATION_LOCK, NULL, err, DB_TEXT(id)) ||
	    !show(call, change, id, ret, err))
		return false;
	if (!if_match || strcmp((*ret)->etag, if_match) == 0)
		return true;
	return error_set(err, ERR_PRECONDITION,
	                 "The organisation was changed meanwhile. Look at it again, then repeat your change.");
}

bool organisation_finish(struct call *call, struct change *change, const char *id, const char *action,
                         const Stralix__V1__Organisation *before, struct error *err)
{
	char kind[] = "organisation";
	Stralix__V1__OrganisationReply reply;
	Stralix__V1__CreateOrganisationReply created;
	Stralix__V1__Organisation *after;
	Stralix__V1__Target target;

	if (!show(call, change, id, &after, err))
		return false;
	stralix__v1__target__init(&target);
	stralix__v1__organisation_reply__init(&reply);
	stralix__v1__create_organisation_reply__init(&created);
	target.kind = kind;
	target.id = target.organisation_id = after->id;
	target.name = after->name;
	reply.organisation = created.organisation = after;
	return change_audit(change, action, &target, "success", &stralix__v1__organisation__rules,
	                    before ? &before->base : NULL, &after->base, err) &&
	       change_event(change, "organisation", before ? "updated" : "created", after->id, err) &&
	       change_reply(change, before ? &reply.base : &created.base, err) && change_commit(change, err);
}
