/* settings: link.yaml. */
#pragma once

#include "lib/base/config.h"

struct link_settings {
	char *node_id, *nats_url, *nats_creds, *nats_ca, *nats_cert, *nats_key, *nats_host, *log_level;
};

extern const struct config_row link_settings_rows[];
