/* The table of settings: reader, validator and manual in one. */

#include "settings.h"

#include <stddef.h>

#define ROW(member) offsetof(struct settings, member)

const struct config_row settings_rows[] = {
	{ "listen", CONFIG_STRING, ROW(listen), "127.0.0.1:8080", 0, 0, NULL,
	  "loopback address and port for the proxy" },
	{ "ui_dir", CONFIG_STRING, ROW(ui_dir), NULL, 0, 0, NULL, "folder of the exported user interface" },
	{ "openapi", CONFIG_STRING, ROW(openapi), "", 0, 0, NULL, "openapi.json; empty: beside ui_dir" },
	{ "public_url", CONFIG_STRING, ROW(public_url), NULL, 0, 0, NULL,
	  "where browsers find the panel, several separated by blanks; changes from other origins are refused" },
	{ "trusted_proxies", CONFIG_STRING, ROW(trusted_proxies), "127.0.0.1 ::1", 0, 0, NULL,
	  "addresses whose X-Real-IP and X-Forwarded-For are believed" },
	{ "nats_url", CONFIG_STRING, ROW(nats_url), NULL, 0, 0, NULL, "tls://host:port, several with commas" },
	{ "nats_creds", CONFIG_STRING, ROW(nats_creds), "", 0, 0, NULL, "NATS user credentials" },
	{ "nats_ca", CONFIG_STRING, ROW(nats_ca), "", 0, 0, NULL, "certificates that the bus is trusted by" },
	{ "nats_cert", CONFIG_STRING, ROW(nats_cert), "", 0, 0, NULL, "own certificate" },
	{ "nats_key", CONFIG_STRING, ROW(nats_key), "", 0, 0, NULL, "its key" },
	{ "nats_host", CONFIG_STRING, ROW(nats_host), "nats.stralix.internal", 0, 0, NULL,
	  "name in the bus's certificate" },
	{ "keyring", CONFIG_STRING, ROW(keyring), NULL, 0, 0, NULL, "public token keys; authz's is needed" },
	{ "token_key", CONFIG_STRING, ROW(token_key), NULL, 0, 0, NULL, "own token key" },
	{ "log_level", CONFIG_STRING, ROW(log_level), "info", 0, 0, NULL, "debug, info, warn or error" },
	{ "max_connections", CONFIG_INT, ROW(max_connections), "8192", 16, 100000, NULL, "of HTTP" },
	{ "max_waiting", CONFIG_INT, ROW(max_waiting), "16384", 1, 100000, NULL,
	  "calls that wait for a service; above: 503" },
	{ "max_streams", CONFIG_INT, ROW(max_streams), "4096", 1, 50000, NULL, "event streams; above: 503" },
	{ NULL, CONFIG_STRING, 0, NULL, 0, 0, NULL, NULL },
};
