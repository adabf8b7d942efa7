/* ask_node: a question to a node. */
#pragma once

#include "tasks.h"

/* What comes then: the packed answer, the call's for as long as this runs. Ends as a handler does. */
typedef bool (*ask_node_fn)(struct call *call, const Stralix__V1__AskNodeRequest *req,
                            const ProtobufCBinaryData *answer, struct error *err);

/* Asks, and answers the call when the node has answered; no worker waits meanwhile. req comes from the call's arena.
 * Errors: those of AskNode. */
bool ask_node(struct call *call, const Stralix__V1__AskNodeRequest *req, ask_node_fn take,
              struct error *err) _must_check_;
