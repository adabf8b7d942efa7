/* command_token: what makes a node listen: this node, this action, these bytes, for two minutes, once. */
#pragma once

#include "lib/service/service.h"
#include "lib/token/token.h"

struct command_token {
	const char *node_id, *kind, *verb, *request_id;
};

bool command_token(struct service *service, const struct command_token *command, const void *payload, size_t size,
                   char out[static TOKEN_MAX], struct error *err) _must_check_;
