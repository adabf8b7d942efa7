/* log_line: one line of a log: whether it is wanted, and how it is shown. */
#pragma once

#include "agent/engine/log_file.h"

/* Whether it has a text, letters of either case (ASCII) alike; "": always. */
bool log_line_has(const char *line, size_t size, const char *text);

/* Printable UTF-8 of at most LOG_LINE bytes and an ellipsis: what isn't printable as \xNN. NULL: no memory. */
char *log_line_show(const char *line, size_t size, struct arena *arena);
