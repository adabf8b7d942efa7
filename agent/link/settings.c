/* settings: the table of link.yaml. */

#include "agent/link/settings.h"

#include <stddef.h>

#define TEXT(name, fallback, what)                                                                                     \
	{                                                                                                              \
#name, CONFIG_STRING, offsetof(struct link_settings, name), fallback, 0, 0, NULL, what                 \
	}

const struct config_row link_settings_rows[] = {
	TEXT(node_id, NULL, "this node's id"),
	TEXT(nats_url, NULL, "tls://host:port, several with commas"),
	TEXT(nats_creds, "", "NATS credentials; empty only with a bare server in tests"),
	TEXT(nats_ca, "", "the certificates that the server's must come from; empty: no TLS, only in tests"),
	TEXT(nats_cert, "", "this node's certificate"),
	TEXT(nats_key, "", "its key"),
	TEXT(nats_host, "nats.stralix.internal", "the name in the server's certificate"),
	TEXT(log_level, "info", "debug, info, warn or error"),
	{ .key = NULL },
};
