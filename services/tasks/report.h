/* report: what nodes say about tasks: believed for its signature only, stored, and only then answered. */
#pragma once

#include "lib/bus/bus.h"
#include "lib/token/token.h"

#include "stralix/v1/node.pb-c.h"

#include "task.h"
#include "tasks.h"

#define HEARTBEAT_SUBJECT "heartbeat" /* of a token that is of no task */

/*
 * Opens a packed Report of a node: its token is the node's own, for tasks, about these bytes, and not old (unless it is
 * a heartbeat's); the node is trusted. *ret_report from the arena. ERR_UNAUTHENTICATED, ERR_CLOCK_SKEW, ERR_MALFORMED,
 * ERR_INVALID.
 */
bool report_open(struct tasks *tasks, const char *node_id, const void *data, size_t size, struct arena *arena,
                 Stralix__V1__Report **ret_report, struct token_claims *ret_claims, struct error *err) _must_check_;

/* The node's answer to a command: a Report too. */
bool report_answer(struct tasks *tasks, const struct task *task, const struct bus_msg *reply,
                   struct error *err) _must_check_;

/* For bus_subscribe on report.*; arg is the struct tasks. */
void report_on_message(void *arg, struct bus_msg *msg);

/* The node's id, from the subject of a report or a heartbeat. */
const char *report_node(const struct bus_msg *msg);

/* Answers with error headers and a packed Error. */
void report_refuse(struct tasks *tasks, const struct bus_msg *msg, const struct error *why);
