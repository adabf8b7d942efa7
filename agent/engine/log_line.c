/* log_line: bytes that strangers chose, made harmless. */

#include "agent/engine/log_line.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/contract/format.h"

#define SERVER ", server: "

static bool has_text(const char *line, size_t size, const char *text)
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

/* Where ", server: MARKER" is; NULL: nowhere. */
static const char *find_marker(const char *line, size_t size, const char *marker)
{
	char needle[128];

	snprintf(needle, sizeof(needle), SERVER "%s", marker);
	return memmem(line, size, needle, strlen(needle));
}

bool log_line_wanted(const struct log_source *source, const struct log_wanted *wanted, const char *line, size_t size)
{
	return (!source->marker || find_marker(line, size, source->marker)) &&
	       (!*wanted->contains || has_text(line, size, wanted->contains));
}

/* The bytes of one character; 0: not one that may be shown. */
static size_t printable(const char *text, size_t size)
{
	uint32_t point;
	size_t step = format_utf8_next(text, size, &point);

	return step && format_printable(point) ? step : 0;
}

static void show(const char *text, size_t size, struct buf *out)
{
	for (size_t at = 0, step; at < size; at += step) {
		step = printable(text + at, size - at);
		if (step) {
			buf_add(out, text + at, step);
		} else {
			buf_printf(out, "\\x%02X", (unsigned char)text[at]);
			step = 1;
		}
		if (out->size > LOG_LINE) {
			buf_puts(out, "…");
			return;
		}
	}
}

char *log_line_show(const struct log_source *source, const char *line, size_t size, struct arena *arena)
{
	const char *marker = source->marker ? find_marker(line, size, source->marker) : NULL;
	_cleanup_buf_ struct buf out = { 0 };

	if (marker) {
		const char *rest = marker + strlen(SERVER) + strlen(source->marker);

		show(line, (size_t)(marker - line), &out);
		show(rest, size - (size_t)(rest - line), &out);
	} else {
		show(line, size, &out);
	}
	return buf_failed(&out) ? NULL : arena_strndup(arena, out.data ? out.data : "", out.size);
}
