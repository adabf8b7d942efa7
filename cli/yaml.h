/* yaml: settings files, a flat map of quoted texts. */
#pragma once

#include "lib/base/buf.h"

#include "place.h"

/* Starts as `struct yaml y = { 0 };`, ends with yaml_done. */
struct yaml {
	struct buf text;
	char bad[64]; /* the key of the first value that can't be written */
};

void yaml_done(struct yaml *yaml);
void yaml_row(struct yaml *yaml, const char *key, const char *format, ...) _printf_(3, 4);

/* Nothing is written when a value held a quote, a backslash or a control character. */
bool yaml_write(const struct place *place, struct yaml *yaml, const char *path, unsigned owner,
                struct error *err) _must_check_;

#define _cleanup_yaml_ _cleanup_(yaml_done)
