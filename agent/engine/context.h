/* context: where a value stands in a configuration, and the one writer that may put it there. */
#pragma once

#include <stdbool.h>

#include "lib/base/buf.h"

struct context {
	const char *name;
	/* Appends value, escaped; or false with a static reason, nothing appended. */
	bool (*write)(const char *value, struct buf *out, const char **reason);
};

const struct context *context_find(const char *name); /* NULL when unknown */
