/* claim: takes work for a node: the newest task that waits for a resource of which nothing runs. */
#pragma once

#include "task.h"
#include "tasks.h"

/* What node_lock has seen. */
struct node_state {
	bool trusted, held, offline; /* offline: held, since nobody answered */
	unsigned running;
	unsigned running_org; /* of the transaction's organisation, on all nodes */
	unsigned running_all;
};

/* Locks the node's row, then the resource's, and makes the transaction commit lazily: see flush.h. ret_resource: the
 * rows of TASKS_RESOURCE_LOCK; NULL: not wanted. ERR_NOT_FOUND: there is no such node. */
bool node_lock(struct tx *tx, const char *node_id, const struct uuid *resource, struct node_state *ret,
               struct rows **ret_resource, struct error *err) _must_check_;

/*
 * Within a transaction that holds the locks of node and resource: claims, counting it in the windows. *ret NULL: there
 * is nothing to claim, or no room. Dispatch it after the commit. window: of the node; who comes along with a new task
 * (CLAIM_FRESH) gets half of it, the other half is dealt out in turns, so that a stream of one organisation's tasks
 * leaves room for others.
 */
enum claim_turn { CLAIM_FRESH, CLAIM_IN_TURN };
bool claim_locked(struct tasks *tasks, struct tx *tx, const char *node_id, const struct node_state *node,
                  const struct uuid *resource, enum claim_turn turn, struct task **ret, struct error *err) _must_check_;

/* Claims and dispatches all that a node may do now. */
void claim_node(struct tasks *tasks, const char *node_id);
