/* ask_node: a question to a node. */
#pragma once

#include "tasks.h"

/* The packed answer, from the call's arena. Errors: those of AskNode. */
bool ask_node(struct call *call, const Stralix__V1__AskNodeRequest *req, ProtobufCBinaryData *ret,
              struct error *err) _must_check_;
