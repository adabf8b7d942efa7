/* CreateOrganisation. */
#include "allowance.h"
#include "authz.h"
#include "authz_sql.h"
#include "organisation.h"
#include "plan.h"

/* Effects: an organisation row, audit organisation.create, a word about its limits when it gets a plan. Errors:
 * ERR_INVALID (plan), ERR_UNAVAILABLE. Repeat: by idempotency key. */
bool authz_create_organisation(struct call *call, const Stralix__V1__CreateOrganisationRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	char text[UUID_TEXT], *id = text;
	struct uuid org = uuid_v7();
	struct allowance limits;

	uuid_format(&org, text);
	return change_begin(call, &org, &change, err) &&
	       plan_limits(call, change, req->plan_id, "planId", &limits, err) &&
	       TX_RUN(change_tx(change), AUTHZ_ORGANISATION_INSERT, NULL, err, DB_UUID(&org), DB_TEXT(req->name),
	              DB_TEXT_OR_NULL(req->plan_id)) &&
	       allowance_tell(change, &id, *req->plan_id ? 1 : 0, &limits, call_arena(call), err) &&
	       organisation_finish(call, change, text, "organisation.create", NULL, err);
}
