/* config: settings from a YAML file (a flat map of scalars), checked against one table. The table is the manual too. */
#pragma once

#include <stdio.h>

#include "lib/base/error.h"

enum config_type { CONFIG_STRING, CONFIG_INT, CONFIG_BOOL };

/* One key. Tables end with a row whose key is NULL. A default of NULL means: must be given. */
struct config_row {
	const char *key;
	enum config_type type;
	size_t offset; /* into the settings struct: char *, int64_t or bool */
	const char *default_text;
	int64_t min, max; /* of CONFIG_INT */
	const char *unit; /* "ms", "bytes" …, or NULL */
	const char *help;
};

/* Fills settings from the defaults, then the file. Refuses unknown keys, wrong types, values out of range, missing
 * keys. Strings are malloc'd; config_done frees them. */
bool config_load(const char *path, const struct config_row *rows, void *settings, struct error *err) _must_check_;

/* The same from a file that has other keys as well, of another program's table: what rows don't name is left alone. */
bool config_load_some(const char *path, const struct config_row *rows, void *settings, struct error *err) _must_check_;
void config_done(const struct config_row *rows, void *settings);

/* The table as text for --help and man pages. */
void config_describe(const struct config_row *rows, FILE *out);
