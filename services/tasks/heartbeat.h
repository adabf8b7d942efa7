/* heartbeat: nodes say that they live, and how they are. */
#pragma once

#include "lib/bus/bus.h"

#include "tasks.h"

/* For bus_subscribe on heartbeat.*; arg is the struct tasks. */
void heartbeat_on_message(void *arg, struct bus_msg *msg);

/* Writes what has come since, in one statement; nodes that are back get their work at once. */
bool heartbeat_flush(struct tasks *tasks, struct error *err) _must_check_;

/* Says on the bus that a node changed; a hint for screens, sent once. */
void heartbeat_event(struct tasks *tasks, const char *node_id);
