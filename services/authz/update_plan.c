/* UpdatePlan. A plan's name and limits; these hold at once for every organisation that has it. */
#include "authz.h"
#include "authz_sql.h"
#include "cells.h"
#include "mask.h"
#include "plan.h"

static bool rename_plan(struct change *change, const char *id, const char *name, struct error *err)
{
	struct error why = { 0 };

	return TX_RUN(change_tx(change), AUTHZ_PLAN_UPDATE, NULL, &why, DB_TEXT(id), DB_TEXT(name)) ||
	       plan_taken(&why, "settings.name", err);
}

/* The organisations that have it, locked: none is given another plan meanwhile. */
static bool holders(struct change *change, const char *id, struct arena *arena, char ***ret, size_t *ret_n,
                    struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	char **ids;

	if (!TX_RUN(change_tx(change), AUTHZ_PLAN_HOLDERS, &rows, err, DB_TEXT(id)))
		return false;
	ids = arena_alloc(arena, (rows_count(rows) + 1) * sizeof(*ids));
	*ret_n = 0;
	for (unsigned i = 0; ids && i < rows_count(rows); i++, (*ret_n)++)
		if (!(ids[i] = cell_text(rows, i, 0, arena)))
			break;
	*ret = ids;
	return (ids && *ret_n == rows_count(rows)) ||
	       error_set(err, ERR_TOO_LARGE, "too many organisations have this plan");
}

/*
 * Effects  one change: the plan's rows, audit plan.update, a word to each owner of limited things.
 * Errors   ERR_NOT_FOUND, ERR_PRECONDITION (If-Match), ERR_INVALID, ERR_EXISTS (name).
 */
bool authz_update_plan(struct call *call, const Stralix__V1__UpdatePlanRequest *req, struct error *err)
{
	const struct mask mask = MASK_OF(req);
	_cleanup_(change_freep) struct change *change = NULL;
	struct allowance limits = { .n = 0 };
	Stralix__V1__Plan *before;
	size_t n = 0;
	const char *name;
	char **orgs;

	if (!mask_check(&mask, err) || !plan_find(call, req->plan_id, &before, err))
		return false;
	if (req->settings)
		limits = (struct allowance){ req->settings->limits, req->settings->n_limits };
	if (!allowance_check(&limits, "settings.limits", err) || !change_begin(call, NULL, &change, err) ||
	    !plan_lock(call, change, req->plan_id, req->if_match, &before, err))
		return false;
	name = before->name;
	if (!mask_name(&mask, req->settings ? req->settings->name : "", &name, err) ||
	    !rename_plan(change, before->id, name, err) ||
	    !holders(change, before->id, call_arena(call), &orgs, &n, err))
		return false;
	if (mask_has(&mask, "limits") && (!plan_set_limits(change, before->id, &limits, call_arena(call), err) ||
	                                  !allowance_tell(change, orgs, n, &limits, call_arena(call), err)))
		return false;
	return plan_finish(call, change, before->id, "plan.update", before, n, err);
}
