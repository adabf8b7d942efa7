/* dispatch: from a claimed task to a command on the node's subject, and what comes back. */
#pragma once

#include "task.h"
#include "tasks.h"

/* Takes the task over and returns at once: whether its actor still may, the token and the request are other threads'.
 */
void dispatch_task(struct tasks *tasks, struct task *task);

/* Looks for work of a node, soon. */
void dispatch_node(struct tasks *tasks, const char *node_id);
