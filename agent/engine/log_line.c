/* log_line: bytes that strangers chose, made harmless. */

#include "agent/engine/log_line.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/contract/format.h"

bool log_line_has(const char *line, size_t size, const char *text)
{
	size_t wanted = strlen(text);

	for (size_t i = 0; i + wanted <= size; i++) {
		size_t same = 0;

		while (same < wanted && tolower((unsigned char)line[i + same]) == tolower((unsigned char)text[same]))
			same++;
		if (same == wanted)
			return true;
	}
	return false;
}

/* The bytes of one character; 0: not one that may be shown. */
static size_t printable(const char *text, size_t size)
{
	uint32_t point;
	size_t step = format_utf8_next(text, size, &point);

	return step && format_printable(point) ? step : 0;
}

char *log_line_show(const char *line, size_t size, struct arena *arena)
{
	_cleanup_buf_ struct buf out = { 0 };

	for (size_t at = 0, step; at < size; at += step) {
		step = printable(line + at, size - at);
		if (step) {
			buf_add(&out, line + at, step);
		} else {
			buf_printf(&out, "\\x%02X", (unsigned char)line[at]);
			step = 1;
		}
		if (out.size > LOG_LINE) {
			buf_puts(&out, "…");
			break;
		}
	}
	return buf_failed(&out) ? NULL : arena_strndup(arena, out.data ? out.data : "", out.size);
}
