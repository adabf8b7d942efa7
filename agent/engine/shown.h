/* shown: differences between files as people may see them: no secrets, valid text, within bounds. */
#pragma once

#include "lib/base/arena.h"

#include "agent/engine/adapter.h"
#include "agent/engine/diff.h"

/* All of an answer together, with room for the rest of it within a frame. */
enum { SHOWN_TOTAL = 160 * 1024, SHOWN_FILE = 64 * 1024 };

struct shown {
	char *diff; /* in the arena, never NULL */
	bool cut, secret;
};

/* From what, to what; NULL data: no such file. *left: bytes that may still be shown, less afterwards. */
bool shown_diff(const struct adapter *adapter, const char *path, struct diff_text from, struct diff_text to,
                size_t *left, struct arena *arena, struct shown *ret, struct error *err) _must_check_;

/* A copy in the arena with '?' for what isn't printable; NULL: no room. */
char *shown_text(const char *text, struct arena *arena);
