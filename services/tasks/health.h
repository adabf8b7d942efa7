/* health: what isn't well with a node, judged from its last heartbeat whenever somebody looks; nothing of it is stored.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"

#include "stralix/v1/node.pb-c.h"
#include "stralix/v1/tasks.pb-c.h"

struct health_facts {
	bool answers;                            /* a heartbeat came within ALIVE_MS */
	int64_t seen_ms;                         /* Unix, of the last heartbeat; 0: none yet */
	int64_t now_ms;                          /* Unix */
	bool clock_held;                         /* its tasks wait, since its clock is too wrong for commands */
	const Stralix__V1__Heartbeat *heartbeat; /* NULL: none that can be read */
};

/* Fills health, message and reasons of a node whose last_heartbeat_at is there already; texts come from the arena.
 * False: no memory. */
bool health_judge(const struct health_facts *facts, struct arena *arena, Stralix__V1__Node *node) _must_check_;
