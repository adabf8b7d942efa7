/* DeletePlan. Only one that no organisation has. */
#include "stralix/v1/common.pb-c.h"

#include "authz.h"
#include "authz_sql.h"
#include "plan.h"

/* The database is the judge: an organisation may get it while this is asked. */
static bool delete_row(struct change *change, const char *id, struct error *err)
{
	struct error why = { 0 };

	if (TX_RUN(change_tx(change), AUTHZ_PLAN_DELETE, NULL, &why, DB_TEXT(id)))
		return true;
	if (why.code == ERR_CONFLICT)
		return error_set(err, ERR_CONFLICT,
		                 "Organisations have this plan. Give them another one, then delete it.");
	*err = why;
	return false;
}

/* Effects: the plan's rows go, audit plan.delete. Errors: ERR_NOT_FOUND, ERR_CONFLICT (in use). */
bool authz_delete_plan(struct call *call, const Stralix__V1__DeletePlanRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__Plan *before;
	Stralix__V1__Empty reply;

	stralix__v1__empty__init(&reply);
	return change_begin(call, NULL, &change, err) && plan_lock(call, change, req->plan_id, NULL, &before, err) &&
	       delete_row(change, before->id, err) && plan_tell(change, "plan.delete", before, NULL, err) &&
	       change_reply(change, &reply.base, err) && change_commit(change, err);
}
