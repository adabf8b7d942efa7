/* Settings files of the processes: paths and places as init was told; the rest is the processes' own defaults. */
#include <string.h>

#include "parts.h"
#include "yaml.h"

void settings_bus(struct yaml *yaml, const struct place *place, const char *folder, const char *url)
{
	yaml_row(yaml, "nats_url", "%s", url);
	yaml_row(yaml, "nats_creds", "%s/nats.creds", folder);
	yaml_row(yaml, "nats_ca", "%s/pki/ca.crt", place->root);
	yaml_row(yaml, "nats_cert", "%s/tls.crt", folder);
	yaml_row(yaml, "nats_key", "%s/tls.key", folder);
	yaml_row(yaml, "nats_host", "nats.stralix.internal");
}

static void database_row(struct yaml *yaml, const char *key, const struct init_settings *init, const char *folder,
                         const char *service, const char *suffix)
{
	yaml_row(yaml, key, "host=%s port=%s dbname=stralix user=%s%s passfile=%s/pgpass application_name=stralix-%s",
	         init->pg_host, init->pg_port, service, suffix, folder, service);
}

static void gateway_rows(struct yaml *yaml, const struct place *place, const struct init_settings *init)
{
	yaml_row(yaml, "listen", "%s", init->gateway_listen);
	yaml_row(yaml, "ui_dir", "%s/share/ui", place->root);
	if (init->public_url[0] != '\0')
		yaml_row(yaml, "public_url", "%s", init->public_url);
	else
		yaml_row(yaml, "public_url", "https://%s",
		         init->panel_hosts.n > 0 ? init->panel_hosts.items[0] : "localhost");
}

static void authz_rows(struct yaml *yaml, const struct place *place, const struct init_settings *init)
{
	yaml_row(yaml, "signer_path", "%s/bin/stralix-signer", place->root);
	yaml_row(yaml, "signer_config", "%s/etc/signer/config.yaml", place->root);
	if (place->uid_base > 0) {
		yaml_row(yaml, "signer_uid", "%ld", place->uid_base + OWNER_SIGNER);
		yaml_row(yaml, "uid", "%ld", place->uid_base + OWNER_AUTHZ);
	}
	yaml_row(yaml, "rate_limit_login_per_ip", "%s", init->login_limit_ip);
	yaml_row(yaml, "rate_limit_login_per_account", "%s", init->login_limit_account);
}

static void optional_row(struct yaml *yaml, const char *key, const char *value)
{
	if (value[0] != '\0')
		yaml_row(yaml, key, "%s", value);
}

static void list_row(struct yaml *yaml, const char *key, const struct strings *list)
{
	_cleanup_buf_ struct buf names = { 0 };

	for (unsigned i = 0; i < list->n; i++)
		buf_printf(&names, "%s%s", i > 0 ? "," : "", list->items[i]);
	if (buf_failed(&names))
		yaml->text.failed = true;
	else if (names.size > 0)
		yaml_row(yaml, key, "%s", names.data);
}

/* The installation's own, which customers' servers must not be sent to, should they not be inner addresses anyway. */
static void own_rows(struct yaml *yaml, const char *key, const struct init_settings *init)
{
	yaml_row(yaml, key, "%s, %s:%s, %s:%s", init->gateway_listen, init->nats_address, init->nats_port,
	         init->pg_host, init->pg_port);
}

static void dns_rows(struct yaml *yaml, const struct place *place, const struct init_settings *init)
{
	list_row(yaml, "panel_hosts", &init->panel_hosts);
	list_row(yaml, "name_servers", &init->name_servers);
	optional_row(yaml, "resolver", init->resolver);
	own_rows(yaml, "secondaries_refused", init);
	yaml_row(yaml, "vault_key", "%s/etc/dns/vault.key", place->root);
	optional_row(yaml, "provider_allowed", init->provider_allowed);
	own_rows(yaml, "provider_refused", init);
}

static void web_rows(struct yaml *yaml, const struct place *place, const struct init_settings *init)
{
	list_row(yaml, "panel_hosts", &init->panel_hosts);
	own_rows(yaml, "proxy_refused", init);
	yaml_row(yaml, "vault_key", "%s/etc/web/vault.key", place->root);
	optional_row(yaml, "acme_directory", init->acme_directory);
	optional_row(yaml, "acme_ca", init->acme_ca);
	optional_row(yaml, "acme_contact", init->acme_contact);
	optional_row(yaml, "acme_roots", init->acme_roots);
	optional_row(yaml, "resolver", init->resolver);
}

static bool write_settings(const struct place *place, const struct process *process, const struct init_settings *init,
                           struct error *err)
{
	struct path folder = place_path(place, "etc/%s", process->name);
	_cleanup_yaml_ struct yaml yaml = { 0 };

	if (process->bus) {
		settings_bus(&yaml, place, folder.text, init->nats_url);
		yaml_row(&yaml, "keyring", "%s/etc/keyring", place->root);
	}
	if (process->database) {
		database_row(&yaml, "db", init, folder.text, process->name, "");
		database_row(&yaml, "db_wide", init, folder.text, process->name, "_wide");
	}
	if (process->signs)
		yaml_row(&yaml, "token_key", "%s/token.key", folder.text);
	if (process->owner == OWNER_GATEWAY)
		gateway_rows(&yaml, place, init);
	if (process->owner == OWNER_AUTHZ)
		authz_rows(&yaml, place, init);
	if (process->owner == OWNER_WEB)
		web_rows(&yaml, place, init);
	if (process->owner == OWNER_DNS)
		dns_rows(&yaml, place, init);
	return yaml_write(place, &yaml, place_path(place, "etc/%s/config.yaml", process->name).text, process->owner,
	                  err);
}

bool settings_make(const struct place *place, const struct init_settings *init, struct error *err)
{
	for (const struct process *process = processes; process->name; process++)
		if (process->owner != OWNER_ROOT && !write_settings(place, process, init, err))
			return error_wrap(err, "settings of %s", process->name);
	return true;
}
