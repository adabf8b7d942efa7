/* What happens before service_main(): settings, the signer, giving up root. */
#include "launch.h"

#include "lib/base/log.h"

#include "child.h"

#define OTHER(name)                                                                                                    \
	{                                                                                                              \
		.key = (name), .type = CONFIG_STRING, .offset = offsetof(struct launch_settings, other),               \
		.default_text = "", .help = "see --help"                                                               \
	}

/* The settings of every service, which service_main() checks. */
static const struct config_row common[] = {
	{ .key = "db",
	  .type = CONFIG_STRING,
	  .offset = offsetof(struct launch_settings, db),
	  .help = "the database, as libpq says it" },
	{ .key = "db_wide",
	  .type = CONFIG_STRING,
	  .offset = offsetof(struct launch_settings, db_wide),
	  .help = "the same, as authz_wide" },
	OTHER("nats_url"),
	OTHER("nats_creds"),
	OTHER("nats_ca"),
	OTHER("nats_cert"),
	OTHER("nats_key"),
	OTHER("nats_host"),
	OTHER("keyring"),
	OTHER("token_key"),
	OTHER("epoch"),
	OTHER("log_level"),
	OTHER("workers"),
	OTHER("queue"),
};

enum { ROWS_MAX = 64 };

static void rows_of(struct config_row rows[static ROWS_MAX])
{
	size_t n = 0;

	for (; n < ARRAY_SIZE(common); n++)
		rows[n] = common[n];
	for (const struct config_row *row = authz_config; row->key; row++, n++) {
		rows[n] = *row;
		rows[n].offset += offsetof(struct launch_settings, own);
	}
	rows[n] = (struct config_row){ .key = NULL };
}

bool launch_settings_load(const char *path, struct launch_settings *ret, struct error *err)
{
	struct config_row rows[ROWS_MAX];

	rows_of(rows);
	return config_load(path, rows, ret, err);
}

void launch_settings_done(struct launch_settings *settings)
{
	struct config_row rows[ROWS_MAX];

	rows_of(rows);
	config_done(rows, settings);
}

static bool start(const struct authz_settings *settings, struct error *err)
{
	const struct child signer = { .path = settings->signer_path,
		                      .config = settings->signer_config,
		                      .uid = (uid_t)settings->signer_uid };

	return child_start(&signer, err) && privileges_drop((uid_t)settings->uid, err);
}

bool launch(const char *config)
{
	struct launch_settings settings = { 0 };
	struct error err = { 0 };
	bool ok;

	log_open("authz", LOG_INFO_);
	ok = launch_settings_load(config, &settings, &err) && start(&settings.own, &err);
	if (!ok)
		log_failure(LOG_ERROR_, &err, "start");
	launch_settings_done(&settings);
	return ok;
}
