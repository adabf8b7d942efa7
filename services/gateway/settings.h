/* settings: what config.yaml may say. */
#pragma once

#include <stdint.h>

#include "lib/base/config.h"

struct settings {
	char *listen, *ui_dir, *openapi, *public_url, *trusted_proxies, *log_level;
	char *nats_url, *nats_creds, *nats_ca, *nats_cert, *nats_key, *nats_host;
	char *keyring, *token_key;
	int64_t max_connections, max_waiting, max_streams;
};

extern const struct config_row settings_rows[];
