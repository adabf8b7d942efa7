/* GetPlan. Shows one plan. */
#include "authz.h"
#include "plan.h"

/* Errors: ERR_NOT_FOUND. */
bool authz_get_plan(struct call *call, const Stralix__V1__GetPlanRequest *req, struct error *err)
{
	Stralix__V1__PlanReply reply;

	stralix__v1__plan_reply__init(&reply);
	return plan_find(call, req->plan_id, &reply.plan, err) && call_reply(call, &reply.base, err);
}
