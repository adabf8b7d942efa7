/* harness_internal: what the harness's own files share. */
#pragma once

#include <stdbool.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"

void harness_must(bool ok, const struct error *err);  /* fails the test with the error's message */
void harness_read(const char *path, struct buf *out); /* adds the whole file */
