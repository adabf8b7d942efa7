/* serve: one request to its reply. */
#pragma once

#include <stdint.h>

#include "lib/base/buf.h"

struct caller;
struct caller *caller_open(void); /* NULL: no memory */
void caller_close(struct caller *caller);
DEFINE_CLEANUP(struct caller *, caller_close)

/* Appends the packed reply. False: it is no request, and whoever sends such isn't the engine. */
bool caller_serve(struct caller *caller, const void *data, size_t size, struct buf *reply);
