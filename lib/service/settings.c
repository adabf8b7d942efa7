/* settings: joins the two tables. */
#include "settings.h"

#include <stddef.h>
#include <string.h>

enum { WORKERS_MOST = 32 };

#define AT(member) offsetof(struct base_settings, member)

static const struct config_row base_rows[] = {
	{ "nats_url", CONFIG_STRING, AT(nats_url), NULL, 0, 0, NULL, "tls://host:port of NATS, several with commas" },
	{ "nats_creds", CONFIG_STRING, AT(nats_creds), "", 0, 0, NULL, "file: NATS credentials" },
	{ "nats_ca", CONFIG_STRING, AT(nats_ca), "", 0, 0, NULL, "file: the authority that is trusted" },
	{ "nats_cert", CONFIG_STRING, AT(nats_cert), "", 0, 0, NULL, "file: own certificate and issuer" },
	{ "nats_key", CONFIG_STRING, AT(nats_key), "", 0, 0, NULL, "file: its key" },
	{ "nats_host", CONFIG_STRING, AT(nats_host), "nats.stralix.internal", 0, 0, NULL,
	  "name that NATS's certificate must have" },
	{ "db", CONFIG_STRING, AT(db), "", 0, 0, NULL, "PostgreSQL connection string of the service's role" },
	{ "db_wide", CONFIG_STRING, AT(db_wide), "", 0, 0, NULL, "the same of its wide role" },
	{ "keyring", CONFIG_STRING, AT(keyring), NULL, 0, 0, NULL, "file: public token keys" },
	{ "token_key", CONFIG_STRING, AT(token_key), NULL, 0, 0, NULL, "file: the key that signs own tokens" },
	{ "log_level", CONFIG_STRING, AT(log_level), "info", 0, 0, NULL, "debug, info, warn or error" },
	{ "epoch", CONFIG_INT, AT(epoch), "1", 1, UINT32_MAX, NULL, "of generations; a restore raises it" },
	{ "workers", CONFIG_INT, AT(workers), "4", 1, WORKERS_MOST, "threads", "calls at work at once" },
	{ "queue", CONFIG_INT, AT(queue), "256", 1, 65536, "calls", "waiting calls; above it callers are sent away" },
};

/* Where the service's own settings begin: aligned for anything. */
static size_t own_offset(void)
{
	const size_t align = _Alignof(max_align_t);

	return (sizeof(struct base_settings) + align - 1) / align * align;
}

static size_t count(const struct config_row *rows)
{
	size_t n = 0;

	while (rows && rows[n].key)
		n++;
	return n;
}

bool settings_new(const struct service_definition *definition, struct settings **ret, struct error *err)
{
	_cleanup_(settings_freep) struct settings *settings = calloc(1, sizeof(*settings));
	const size_t n_base = ARRAY_SIZE(base_rows), n_own = count(definition->config);

	if (!settings)
		return error_set(err, ERR_INTERNAL, "out of memory");
	settings->rows = calloc(n_base + n_own + 1, sizeof(*settings->rows));
	settings->values = calloc(1, own_offset() + definition->settings_size);
	if (!settings->rows || !settings->values)
		return error_set(err, ERR_INTERNAL, "out of memory");
	settings->own = (char *)settings->values + own_offset();
	memcpy(settings->rows, base_rows, sizeof(base_rows));
	for (size_t i = 0; i < n_own; i++) {
		settings->rows[n_base + i] = definition->config[i];
		settings->rows[n_base + i].offset += own_offset();
	}
	*ret = TAKE_PTR(settings);
	return true;
}

void settings_free(struct settings *settings)
{
	if (!settings)
		return;
	if (settings->rows && settings->values)
		config_done(settings->rows, settings->values);
	free(settings->rows);
	free(settings->values);
	free(settings);
}

static bool check(const struct base_settings *base, bool tables, struct error *err)
{
	if (strncmp(base->nats_url, "tls://", strlen("tls://")) == 0 &&
	    (!base->nats_ca[0] || !base->nats_cert[0] || !base->nats_key[0] || !base->nats_creds[0]))
		return error_set(err, ERR_INVALID,
		                 "a tls:// nats_url needs nats_creds, nats_ca, nats_cert and nats_key");
	if (tables && (!base->db[0] || !base->db_wide[0]))
		return error_set(err, ERR_INVALID, "db and db_wide are needed");
	return true;
}

bool settings_load(struct settings *settings, const char *path, bool tables, struct error *err)
{
	return config_load(path, settings->rows, settings->values, err) && check(settings->values, tables, err);
}
