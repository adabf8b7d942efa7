/* log_line: one line of a log: whether it is wanted, and how it is shown. */
#pragma once

#include "agent/engine/log_file.h"

/* Whether the source and the text that is looked for have it. */
bool log_line_wanted(const struct log_source *source, const struct log_wanted *wanted, const char *line, size_t size);

/* Printable UTF-8 of at most LOG_LINE bytes and an ellipsis: what isn't printable as \xNN; without the marker. NULL: no
 * memory. */
char *log_line_show(const struct log_source *source, const char *line, size_t size, struct arena *arena);
