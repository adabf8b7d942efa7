/* launch: what happens before service_main(): settings, the signer, giving up root. */
#pragma once

#include "lib/base/config.h"

#include "authz.h"

/* What authz needs of its settings file before the service reads it. */
struct launch_settings {
	char *db, *db_wide;
	char *other; /* the last of those that aren't for us */
	struct authz_settings own;
};

bool launch_settings_load(const char *path, struct launch_settings *ret, struct error *err) _must_check_;
void launch_settings_done(struct launch_settings *settings);

/* Starts the signer, then drops privileges; logs why when it fails. Before any thread. */
bool launch(const char *config);
