/* plan: one as the API shows it, and what every change of one has in common. */
#pragma once

#include "lib/service/change.h"

#include "stralix/v1/authz.pb-c.h"

#include "allowance.h"

/* Of a row of plan_view; from the arena. */
bool plan_read(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__Plan **ret,
               struct error *err) _must_check_;

/* ERR_NOT_FOUND. */
bool plan_find(struct call *call, const char *id, Stralix__V1__Plan **ret, struct error *err) _must_check_;

/* The row as it is now, locked until the change ends; how many have it isn't known here. if_match: as
 * organisation_lock. */
bool plan_lock(struct call *call, struct change *change, const char *id, const char *if_match, Stralix__V1__Plan **ret,
               struct error *err) _must_check_;

/* What a plan allows, which stays so until the change ends; "" is no plan. ERR_INVALID on field when there is none. */
bool plan_limits(struct call *call, struct change *change, const char *id, const char *field, struct allowance *ret,
                 struct error *err) _must_check_;

/* Writes all limits of a plan. */
bool plan_set_limits(struct change *change, const char *id, const struct allowance *limits, struct arena *arena,
                     struct error *err) _must_check_;

/* Says a change to audit and screens. before NULL: it is new; after NULL: it is gone. */
bool plan_tell(struct change *change, const char *action, Stralix__V1__Plan *before, Stralix__V1__Plan *after,
               struct error *err) _must_check_;

/* Reads what became of it, tells, replies and commits. organisations: how many have it. before NULL: it is new. */
bool plan_finish(struct call *call, struct change *change, const char *id, const char *action,
                 Stralix__V1__Plan *before, size_t organisations, struct error *err) _must_check_;

/* The answer to a name that another plan has, whose error is why; any other error as it is. Always false. */
bool plan_taken(const struct error *why, const char *field, struct error *err);
