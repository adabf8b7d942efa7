/* settle: moves a task to its next state, with all that hangs on it: the node's window, the resource, the owner. */
#pragma once

#include "task.h"
#include "verdict.h"

/* What a node said of a task, or what happened to the question. */
struct news {
	struct verdict *verdict;
	const char *steps;       /* a JSON array; NULL: as they were */
	int64_t seq;             /* of the report; 0: none */
	unsigned attempt;        /* that it is of */
	bool denied;             /* the actor may not any more; verdict is FAILED */
	const char *hold_reason; /* of VERDICT_HOLD: "clock", "offline" */
};

/*
 * Stores news of a task, in a transaction of its own; old news (attempt, seq, a task that is over) changes nothing and
 * is no error. *ret_freed: the task runs no more, something else may. ERR_NOT_FOUND: no such task in that organisation.
 */
bool settle(struct service *service, const struct uuid *org, const struct uuid *task_id, const char *request_id,
            const struct news *news, bool *ret_freed, struct error *err) _must_check_;
