/* settings: those that every service has, and the service's own, from one file. */
#pragma once

#include "internal.h"

/* One table of both, and the memory that it fills; settings_free frees them. */
struct settings {
	struct config_row *rows;
	void *values; /* struct base_settings, then the service's own */
	const void *own;
};

bool settings_new(const struct service_definition *definition, struct settings **ret, struct error *err) _must_check_;
void settings_free(struct settings *settings);
DEFINE_CLEANUP(struct settings *, settings_free)
bool settings_load(struct settings *settings, const char *path, bool tables, struct error *err) _must_check_;
