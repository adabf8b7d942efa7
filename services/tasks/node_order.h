/* node_order: an order about a node's files becomes a task, like what other services ask for. */
#pragma once

#include "lib/service/change.h"

#include "tasks.h"

struct node_order {
	const char *node_id, *node_name;
	const char *verb;       /* restore, adopt */
	const char *permission; /* "" for the system */
	Stralix__V1__FileChoice **files;
	size_t n_files;
	const char *actor; /* for people */
};

/* The task and its audit record, of the organisation. Each order is a resource of its own: orders don't supersede each
 * other. */
bool node_order(struct service *service, struct change *change, const struct uuid *org, const struct node_order *order,
                char ret_task_id[static UUID_TEXT], struct error *err) _must_check_;

/* Asks for a restore of each node that says so of itself and has drifted since it was last restored. */
bool node_orders_due(struct service *service, struct error *err) _must_check_;
