/* ActFor. Has a session act for an organisation, as one of its people. */
#include <string.h>

#include "stralix/v1/authz.contract.h"

#include "authz.h"
#include "authz_sql.h"
#include "cells.h"
#include "organisation.h"

static bool may_be_acted_for(struct call *call, const Stralix__V1__Organisation *org, struct error *err)
{
	char own[UUID_TEXT];

	if (strcmp(org->id, uuid_format(&call_identity(call)->org, own)) == 0)
		return error_set(err, ERR_CONFLICT, "This is your own organisation: nobody is acted for in it.");
	if (strcmp(org->state, "active") != 0)
		return error_set(err, ERR_CONFLICT,
		                 "This organisation is suspended: its people can do nothing either.");
	return true;
}

static bool begin_acting(struct call *call, struct change *change, const Stralix__V1__ActForRequest *req,
                         Stralix__V1__Acting *acting, struct error *err)
{
	const struct identity *who = call_identity(call);
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(change_tx(change), AUTHZ_SESSION_ACT, &rows, err, DB_TEXT(who->session_id), DB_TEXT(who->user_id),
	            DB_TEXT(acting->organisation_id), DB_TEXT(req->reason), DB_INT(AUTHZ_ACTING_S)))
		return false;
	if (!rows_count(rows))
		return error_set(err, ERR_CONFLICT, "An API token can't act for an organisation: sign in.");
	acting->reason = req->reason;
	acting->until = cell_time(rows, 0, 0, call_arena(call));
	return acting->until || error_set(err, ERR_TOO_LARGE, "no room for a session");
}

/*
 * Effects  one change: the session's row, audit organisation.act in the organisation's own trail. The tables revoke the
 *          session's identities; the next ones are the organisation's.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (one's own or a suspended organisation, an API token). Repeat: for another hour.
 */
bool authz_act_for(struct call *call, const Stralix__V1__ActForRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	char kind[] = "organisation";
	Stralix__V1__Organisation *org;
	Stralix__V1__ActForReply reply;
	Stralix__V1__Acting acting;
	Stralix__V1__Target target;

	stralix__v1__act_for_reply__init(&reply);
	stralix__v1__acting__init(&acting);
	stralix__v1__target__init(&target);
	reply.acting = &acting;
	if (!organisation_find(call, req->organisation_id, &org, err) || !may_be_acted_for(call, org, err))
		return false;
	acting.organisation_id = target.id = target.organisation_id = org->id;
	acting.organisation_name = target.name = org->name;
	target.kind = kind;
	return change_begin(call, &call_identity(call)->org, &change, err) &&
	       begin_acting(call, change, req, &acting, err) &&
	       change_audit(change, "organisation.act", &target, "success", &stralix__v1__acting__rules, NULL,
	                    &acting.base, err) &&
	       change_reply(change, &reply.base, err) && change_commit(change, err);
}
