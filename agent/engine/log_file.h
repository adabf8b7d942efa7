/*
 * log_file: lines of a log that the engine writes and rotates, read by a cursor. It takes as long as what is
 * shown, and no longer for a log of a gigabyte: what is looked at is bounded.
 */
#pragma once

#include <sys/types.h>

#include "lib/base/arena.h"
#include "lib/base/error.h"

enum {
	LOG_CURSOR = 40,
	LOG_LINE = 4096,        /* bytes of a line that are shown; the rest is cut off */
	LOG_BYTES = 160 * 1024, /* of all lines of an answer */
	LOG_SCAN = 8 << 20,     /* bytes of the file that one answer looks at */
	LOG_SETTLE_S = 12,      /* a daemon may write into what was rotated away for as long */
};

struct log_wanted {
	const char *cursor; /* "": the newest lines */
	unsigned max_lines;
	const char *contains; /* "": all; letters of either case (ASCII) are alike */
};

struct log_found {
	char **lines; /* from the arena, oldest first; printable UTF-8 */
	size_t n;
	char cursor[LOG_CURSOR];
	bool more, skipped; /* as in LogAnswer */
};

/* What was rotated away is at path with ".1" behind it. A log that isn't there is empty. ERR_INVALID: the cursor. */
bool log_file_read(const char *path, const struct log_wanted *wanted, struct arena *arena, struct log_found *ret,
                   struct error *err) _must_check_;
