/*
 * diff: what is different between two texts, as the hunks of a unified diff, with three lines around. Bounded in time
 * and size: what is too much to compare line by line is shown as replaced, and what is too much to show is cut and says
 * so.
 */
#pragma once

#include "lib/base/buf.h"
#include "lib/base/error.h"

enum { DIFF_TEXT = 1 << 20 }; /* a text above this is not compared */

struct diff_text {
	const char *data; /* NULL: there is no such file */
	size_t size;
};

enum diff_result {
	DIFF_SAME,  /* nothing was appended */
	DIFF_WHOLE, /* all that is different */
	DIFF_CUT,   /* there is more, or it isn't text */
};

/* Appends the hunks ("@@ -1,3 +1,4 @@", then lines with ' ', '-' or '+'), at most about max bytes and never part of a
 * line. A text without a newline at its end gets "\ No newline at end of file". ERR_INTERNAL: no memory. */
bool diff_unified(struct diff_text from, struct diff_text to, size_t max, struct buf *out, enum diff_result *ret,
                  struct error *err) _must_check_;
