/* settings: the table of engine.yaml. */

#include "agent/engine/settings.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define TEXT(name, fallback, what)                                                                                     \
	{                                                                                                              \
#name, CONFIG_STRING, offsetof(struct settings, name), fallback, 0, 0, NULL, what                      \
	}
#define NUMBER(name, fallback, least, most, what)                                                                      \
	{                                                                                                              \
#name, CONFIG_INT, offsetof(struct settings, name), fallback, least, most, NULL, what                  \
	}

const struct config_row settings_rows[] = {
	TEXT(node_id, NULL, "this node's id"),
	TEXT(dir, NULL, "the folder of everything on this node"),
	TEXT(templates, NULL, "the folder of infrastructure templates, with nginx/ and php/ in it"),
	TEXT(keyring, NULL, "public token keys"),
	TEXT(report_key, NULL, "the key that signs reports"),
	TEXT(seal_key, "",
	     "the key that opens secrets sealed to this node, made when it isn't there; empty: seal.key "
	     "beside the report key"),
	TEXT(keys_binary, "", "stralix-agent-keys; empty: beside the engine"),
	TEXT(nginx_binary, "/usr/sbin/nginx", "nginx"),
	TEXT(php, "", "versions of PHP and their php-fpm, with commas between: 8.2=/usr/sbin/php-fpm8.2"),
	NUMBER(http_port, "80", 1, 65535, "where websites answer"),
	NUMBER(https_port, "443", 1, 65535, "where websites answer with TLS"),
	TEXT(address, "", "the IPv4 or IPv6 address of websites; empty: all of the node's"),
	NUMBER(test_uid, "0", 0, UINT32_MAX - 1, "the uid that configurations are tested as; 0: the engine's own"),
	NUMBER(web_uid, "0", 0, UINT32_MAX - 1, "the uid of nginx's workers; 0: the engine's own"),
	{ "test_s", CONFIG_INT, offsetof(struct settings, test_s), "20", 1, 600, "s", "how long a test may take" },
	{ "observe_s", CONFIG_INT, offsetof(struct settings, observe_s), "300", 0, 86400, "s",
	  "how often the live files are held against the journal; 0: only when the panel asks" },
	TEXT(dns_address, "", "the address that zones are answered for at; empty: this node has no DNS"),
	NUMBER(dns_port, "53", 1, 65535, "its port"),
	NUMBER(dns_api_port, "8081", 1, 65535, "where PowerDNS takes orders, on the loopback"),
	TEXT(dns_api_key, "", "the file with the key to that; empty: made by the engine, which starts PowerDNS itself"),
	TEXT(dns_resolver, "", "who is asked for the addresses that an ALIAS stands for, 192.0.2.1:53; empty: nobody"),
	TEXT(pdns_binary, "",
	     "pdns_server, to be set up and started by the engine; empty: the system has one that runs"),
	TEXT(pdns_schema, "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql", "the tables of its database"),
	NUMBER(dns_uid, "0", 0, UINT32_MAX - 1, "the uid that it runs as; 0: the engine's own"),
	TEXT(caller_binary, "", "stralix-agent-caller; empty: beside the engine"),
	NUMBER(caller_uid, "0", 0, UINT32_MAX - 1, "the uid that it runs as; 0: test_uid"),
	{ "log_bytes", CONFIG_INT, offsetof(struct settings, log_bytes), "16777216", 65536, 1LL << 40, "bytes",
	  "a website's log is rotated above this, and one older part is kept; the node's own logs at four times as "
	  "much" },
	TEXT(log_level, "info", "debug, info, warn or error"),
	{ "listen_v6", CONFIG_BOOL, offsetof(struct settings, listen_v6), "true", 0, 0, NULL, "answer on IPv6 too" },
	{ .key = NULL },
};

bool settings_load(const char *path, struct settings *ret, struct error *err)
{
	*ret = (struct settings){ 0 };
	return config_load(path, settings_rows, ret, err);
}

void settings_done(struct settings *settings)
{
	config_done(settings_rows, settings);
}
