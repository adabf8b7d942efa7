/* node: the files of one node, for `node init` and `node add`. */
#pragma once

#include "command.h"

enum { NODE_OPTION_ID = 1 }; /* its row in node_options */

struct node_settings {
	const char *dir, *id, *name, *address, *http_port, *https_port, *nats_port, *uid_base, *nginx, *php, *pdns,
		*dns_port, *dns_api_port, *dns_api_key;
	struct strings capabilities;
};

extern const struct option_row node_options[];

/* Makes what is absent of the node's identity and settings, and says the path of each file that it made or changed. */
bool node_make(const struct node_settings *settings, FILE *out, struct error *err) _must_check_;
