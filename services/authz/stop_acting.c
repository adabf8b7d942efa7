/* StopActing. The session acts for itself again. */
#include "stralix/v1/authz.contract.h"
#include "stralix/v1/common.pb-c.h"

#include "authz.h"
#include "authz_sql.h"
#include "organisation.h"
#include "own_session.h"

/* Effects  one change: the session's row, audit organisation.act_end. Errors  ERR_CONFLICT when it doesn't act. */
bool authz_stop_acting(struct call *call, const Stralix__V1__StopActingRequest *req, struct error *err)
{
	const struct identity *who = call_identity(call);
	_cleanup_(change_freep) struct change *change = NULL;
	char kind[] = "organisation", id[UUID_TEXT];
	Stralix__V1__Organisation *org;
	Stralix__V1__Target target;
	Stralix__V1__Empty reply;
	struct uuid home;

	(void)req;
	stralix__v1__empty__init(&reply);
	stralix__v1__target__init(&target);
	if (!who->acting)
		return error_set(err, ERR_CONFLICT, "This session acts for itself.");
	if (!organisation_find(call, uuid_format(&who->org, id), &org, err) || !own_session_home(call, &home, err))
		return false;
	target.kind = kind;
	target.id = target.organisation_id = org->id;
	target.name = org->name;
	return change_begin(call, &home, &change, err) &&
	       TX_RUN(change_tx(change), AUTHZ_SESSION_ACT_STOP, NULL, err, DB_TEXT(who->session_id),
	              DB_TEXT(who->user_id)) &&
	       change_audit(change, "organisation.act_end", &target, "success", &stralix__v1__acting__rules, NULL, NULL,
	                    err) &&
	       change_reply(change, &reply.base, err) && change_commit(change, err);
}
