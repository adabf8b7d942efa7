/* export: records as lines of a file. */
#pragma once

#include "lib/base/buf.h"

#include "stralix/v1/audit.pb-c.h"

/* One way to write records. */
struct export_format {
	const char *name;              /* as a request calls it */
	void (*head)(struct buf *out); /* the first line of the file; NULL: none */
	bool (*record)(struct buf *out, const Stralix__V1__Record *record);
};

/* NULL: there is no such format. */
const struct export_format *export_format_find(const char *name);
