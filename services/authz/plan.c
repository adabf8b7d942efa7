/* plan: see plan.h. */
#include "plan.h"

#include <string.h>

#include "stralix/v1/authz.contract.h"

#include "authz_sql.h"
#include "cells.h"
#include "taken.h"

enum { ID, NAME, N, CREATED_AT, LIMITS, ORGANISATIONS };

bool plan_read(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__Plan **ret, struct error *err)
{
	Stralix__V1__Plan *it = arena_alloc(arena, sizeof(*it));
	struct allowance limits;

	if (!it)
		return error_set(err, ERR_TOO_LARGE, "no room for a plan");
	stralix__v1__plan__init(it);
	if (!allowance_read(rows_text(rows, row, LIMITS), arena, &limits, err))
		return false;
	it->limits = limits.list;
	it->n_limits = limits.n;
	it->organisations = (uint32_t)rows_int(rows, row, ORGANISATIONS);
	if (!(it->id = cell_text(rows, row, ID, arena)) || !(it->name = cell_text(rows, row, NAME, arena)) ||
	    !(it->created_at = cell_time(rows, row, CREATED_AT, arena)) ||
	    !(it->etag = cell_number(rows, row, N, arena)))
		return error_set(err, ERR_TOO_LARGE, "no room for a plan");
	*ret = it;
	return true;
}

static bool absent(struct error *err)
{
	return error_set(err, ERR_NOT_FOUND, "There is no such plan.");
}

bool plan_find(struct call *call, const char *id, Stralix__V1__Plan **ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!DB_RUN(service_db_wide(call_service(call)), NULL, AUTHZ_WIDE_PLAN_FIND, &rows, err, DB_TEXT(id)))
		return false;
	return rows_count(rows) ? plan_read(rows, 0, call_arena(call), ret, err) : absent(err);
}

static bool show(struct call *call, struct change *change, const char *id, Stralix__V1__Plan **ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(change_tx(change), AUTHZ_PLAN_SHOW, &rows, err, DB_TEXT(id)))
		return false;
	return rows_count(rows) ? plan_read(rows, 0, call_arena(call), ret, err) : absent(err);
}

bool plan_lock(struct call *call, struct change *change, const char *id, const char *if_match, Stralix__V1__Plan **ret,
               struct error *err)
{
	if (!TX_RUN(change_tx(change), AUTHZ_PLAN_LOCK, NULL, err, DB_TEXT(id)) || !show(call, change, id, ret, err))
		return false;
	if (!if_match || strcmp((*ret)->etag, if_match) == 0)
		return true;
	return error_set(err, ERR_PRECONDITION,
	                 "The plan was changed meanwhile. Look at it again, then repeat your change.");
}

bool plan_limits(struct call *call, struct change *change, const char *id, const char *field, struct allowance *ret,
                 struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	Stralix__V1__Plan *plan;

	*ret = (struct allowance){ .n = 0 };
	if (!*id)
		return true;
	if (!TX_RUN(change_tx(change), AUTHZ_PLAN_SHARE, &rows, err, DB_TEXT(id)))
		return false;
	if (!rows_count(rows))
		return error_field(err, field, "unknown", "There is no such plan.");
	if (!show(call, change, id, &plan, err))
		return false;
	*ret = (struct allowance){ plan->limits, plan->n_limits };
	return true;
}

bool plan_set_limits(struct change *change, const char *id, const struct allowance *limits, struct arena *arena,
                     struct error *err)
{
	const char **kinds = arena_alloc(arena, (limits->n + 1) * sizeof(*kinds));
	const char **numbers = arena_alloc(arena, (limits->n + 1) * sizeof(*numbers));

	for (size_t i = 0; kinds && numbers && i < limits->n; i++) {
		kinds[i] = limits->list[i]->kind;
		numbers[i] = arena_printf(arena, "%u", limits->list[i]->limit);
		if (!numbers[i])
			return error_set(err, ERR_TOO_LARGE, "no room for limits");
	}
	if (!kinds || !numbers)
		return error_set(err, ERR_TOO_LARGE, "no room for limits");
	return TX_RUN(change_tx(change), AUTHZ_PLAN_SET_LIMITS, NULL, err, DB_TEXT(id), DB_TEXTS(kinds, limits->n),
	              DB_TEXTS(numbers, limits->n));
}

bool plan_tell(struct change *change, const char *action, Stralix__V1__Plan *before, Stralix__V1__Plan *after,
               struct error *err)
{
	static const struct uuid nobodys;
	const Stralix__V1__Plan *plan = after ? after : before;
	char kind[] = "plan", org[UUID_TEXT];
	Stralix__V1__Target target;

	stralix__v1__target__init(&target);
	target.kind = kind;
	target.id = plan->id;
	target.name = plan->name;
	target.organisation_id = uuid_format(&nobodys, org);
	return change_audit(change, action, &target, "success", &stralix__v1__plan__rules,
	                    before ? &before->base : NULL, after ? &after->base : NULL, err) &&
	       change_event(change, "plan",
	                    !before ? "created"
	                    : after ? "updated"
	                            : "deleted",
	                    plan->id, err);
}

bool plan_finish(struct call *call, struct change *change, const char *id, const char *action,
                 Stralix__V1__Plan *before, size_t organisations, struct error *err)
{
	Stralix__V1__PlanReply reply;

	stralix__v1__plan_reply__init(&reply);
	if (!show(call, change, id, &reply.plan, err))
		return false;
	reply.plan->organisations = (uint32_t)organisations;
	if (before)
		before->organisations = (uint32_t)organisations;
	return plan_tell(change, action, before, reply.plan, err) && change_reply(change, &reply.base, err) &&
	       change_commit(change, err);
}

bool plan_taken(const struct error *why, const char *field, struct error *err)
{
	if (why->code == ERR_EXISTS)
		return taken(err, field, "Another plan has this name already.");
	*err = *why;
	return false;
}
