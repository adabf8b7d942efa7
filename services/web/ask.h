/* ask: questions about a website to its node, through tasks. */
#pragma once

#include "lib/service/call.h"

#include "website.h"

/* verb: plan, observe. The answer comes from the call's arena, checked by its rules. What the node says no with arrives
 * as it said it; ERR_NO_NODE: it is offline. */
bool ask_node(struct call *call, const struct website *site, const char *verb, const ProtobufCMessage *question,
              const struct contract_message *rules, ProtobufCMessage **ret, struct error *err) _must_check_;
