/* CreatePlan. */
#include "authz.h"
#include "authz_sql.h"
#include "plan.h"

static bool insert(struct change *change, const char *id, const char *name, struct error *err)
{
	struct error why = { 0 };

	return TX_RUN(change_tx(change), AUTHZ_PLAN_INSERT, NULL, &why, DB_TEXT(id), DB_TEXT(name)) ||
	       plan_taken(&why, "name", err);
}

/* Effects: a plan with its limits, audit plan.create. Errors: ERR_INVALID (limits), ERR_EXISTS (name). */
bool authz_create_plan(struct call *call, const Stralix__V1__CreatePlanRequest *req, struct error *err)
{
	const struct allowance limits = { req->limits, req->n_limits };
	_cleanup_(change_freep) struct change *change = NULL;
	struct uuid id = uuid_v7();
	char text[UUID_TEXT];

	uuid_format(&id, text);
	return allowance_check(&limits, "limits", err) && change_begin(call, NULL, &change, err) &&
	       insert(change, text, req->name, err) && plan_set_limits(change, text, &limits, call_arena(call), err) &&
	       plan_finish(call, change, text, "plan.create", NULL, 0, err);
}
