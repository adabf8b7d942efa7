/* cursor: where a sorted list goes on, opaque to callers. */
#pragma once

#include "arena.h"

/* From the sort key's letter and the last row's value; from the arena, NULL without room. */
const char *cursor_write(char sort, const char *value, struct arena *arena);

/* Gives the value; NULL when the cursor isn't one, or of another order. */
const char *cursor_read(char sort, const char *cursor, struct arena *arena);
