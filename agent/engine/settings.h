/* settings: engine.yaml. */
#pragma once

#include <stdint.h>

#include "lib/base/config.h"

struct settings {
	char *node_id, *dir, *templates, *keyring, *report_key, *seal_key, *keys_binary, *nginx_binary, *php, *address,
		*log_level, *dns_address, *dns_api_key, *dns_resolver, *pdns_binary, *pdns_schema, *caller_binary;
	int64_t dns_port, dns_api_port, dns_uid, caller_uid, http_port, https_port, test_uid, web_uid, test_s,
		observe_s, log_bytes;
	bool listen_v6;
};

extern const struct config_row settings_rows[];

/* settings_done frees what it filled in. */
bool settings_load(const char *path, struct settings *ret, struct error *err) _must_check_;
void settings_done(struct settings *settings);
