/* UpdateOrganisation. Its name and its plan. */
#include <string.h>

#include "account.h"
#include "allowance.h"
#include "authz.h"
#include "authz_sql.h"
#include "mask.h"
#include "organisation.h"
#include "plan.h"

/* The plan is locked before the organisation, as everywhere. */
static bool begin(struct call *call, const Stralix__V1__UpdateOrganisationRequest *req, const char *plan_id,
                  struct change **change, Stralix__V1__Organisation **before, struct allowance *limits,
                  struct error *err)
{
	struct uuid org;

	return organisation_find(call, req->organisation_id, before, err) && id_read((*before)->id, &org, err) &&
	       change_begin(call, &org, change, err) &&
	       plan_limits(call, *change, plan_id, "settings.planId", limits, err) &&
	       organisation_lock(call, *change, (*before)->id, req->if_match, before, err);
}

/*
 * Effects  one change: the organisation's row, audit organisation.update; of another plan a word to each owner of
 *          limited things.
 * Errors   ERR_NOT_FOUND, ERR_PRECONDITION (If-Match), ERR_INVALID (name, plan).
 */
bool authz_update_organisation(struct call *call, const Stralix__V1__UpdateOrganisationRequest *req, struct error *err)
{
	const struct mask mask = MASK_OF(req);
	bool planned = mask_has(&mask, "plan_id");
	const char *plan_id = planned && req->settings ? req->settings->plan_id : "";
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__Organisation *before;
	struct allowance limits;
	const char *name;

	if (!mask_check(&mask, err) || !begin(call, req, plan_id, &change, &before, &limits, err))
		return false;
	name = before->name;
	if (!planned)
		plan_id = before->plan_id;
	if (!mask_name(&mask, req->settings ? req->settings->name : "", &name, err) ||
	    !TX_RUN(change_tx(change), AUTHZ_ORGANISATION_UPDATE, NULL, err, DB_TEXT(before->id), DB_TEXT(name),
	            DB_TEXT_OR_NULL(plan_id)))
		return false;
	if (strcmp(plan_id, before->plan_id) != 0 &&
	    !allowance_tell(change, &before->id, 1, &limits, call_arena(call), err))
		return false;
	return organisation_finish(call, change, before->id, "organisation.update", before, err);
}
