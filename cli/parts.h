/* parts: what init makes beside certificates and the bus: token keys, database roles, settings. */
#pragma once

#include "command.h"
#include "place.h"
#include "process.h"

/* What `stralixctl init` is told; options_parse fills it. */
struct init_settings {
	const char *dir, *uid_base, *nats_address, *nats_port, *nats_url, *gateway_listen, *public_url, *pg_host,
		*pg_port;
	const char *login_limit_ip, *login_limit_account;
	const char *acme_directory, *acme_ca, *acme_contact, *acme_roots, *resolver, *provider_allowed;
	struct strings panel_hosts, front_dns, front_ips, name_servers;
};

/* etc/<process>/token.key of all who sign, etc/keyring, and the vault keys of web and dns. */
bool tokens_make(const struct place *place, struct error *err) _must_check_;

/* pgpass files with passwords of their own, and etc/postgres/roles.sql. */
bool database_make(const struct place *place, struct error *err) _must_check_;

/* etc/<process>/config.yaml. */
bool settings_make(const struct place *place, const struct init_settings *init, struct error *err) _must_check_;

/* The bus rows of a settings file; folder holds tls.crt, tls.key and nats.creds. */
struct yaml;
void settings_bus(struct yaml *yaml, const struct place *place, const char *folder, const char *url);
