/*
 * Fuzz target of the diff. What it says is put into practice: the hunks, applied to the first text, have to make the
 * second one, and applied backwards the first. Input: a byte for the limit of the output, then both texts, a NUL
 * between.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/engine/diff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

/* A text that is read line by line. */
struct reader {
	const char *at, *end;
	size_t line; /* lines read */
};

/* Copies lines until so many have been read. */
static void copy_until(struct reader *from, size_t line, struct buf *out)
{
	while (from->line < line) {
		const char *newline = memchr(from->at, '\n', (size_t)(from->end - from->at));
		const char *next = newline ? newline + 1 : from->end;

		must(from->at < from->end);
		buf_add(out, from->at, (size_t)(next - from->at));
		from->at = next;
		from->line++;
	}
}

/* One line of a hunk: text has to stand at the reader when it isn't new. */
static void take(struct reader *from, const char *text, size_t size)
{
	must((size_t)(from->end - from->at) >= size && memcmp(from->at, text, size) == 0);
	from->at += size;
	from->line++;
}

/* The hunks, applied; `gone` and `came` are '-' and '+', or the other way round. */
static void apply(struct diff_text from, const char *hunks, char gone, struct buf *out)
{
	struct reader reader = { from.data ? from.data : "", from.data ? from.data + from.size : "", 0 };

	for (const char *line = hunks, *next; *line; line = next) {
		size_t old, old_n, new, new_n, size;

		next = strchr(line, '\n') + 1;
		if (sscanf(line, "@@ -%zu,%zu +%zu,%zu @@", &old, &old_n, &new, &new_n) == 4) {
			size_t start = gone == '-' ? old : new, n = gone == '-' ? old_n : new_n;

			copy_until(&reader, n > 0 ? start - 1 : start, out);
			continue;
		}
		size = (size_t)(next - line) - 1;
		if (*next == '\\') {
			size--; /* the newline is the diff's */
			next = strchr(next, '\n') + 1;
		}
		if (*line == gone || *line == ' ')
			take(&reader, line + 1, size);
		if (*line != gone)
			buf_add(out, line + 1, size);
	}
	buf_add(out, reader.at, (size_t)(reader.end - reader.at));
}

static void check(struct diff_text from, struct diff_text to, const char *hunks, char gone)
{
	_cleanup_buf_ struct buf made = { 0 };

	apply(from, hunks, gone, &made);
	must(made.size == to.size && (to.size == 0 || memcmp(made.data, to.data, to.size) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_buf_ struct buf out = { 0 };
	const uint8_t *middle = size > 0 ? memchr(data + 1, '\0', size - 1) : NULL;
	enum diff_result result;
	struct error err = { 0 };

	if (!middle)
		return 0;
	const struct diff_text from = { (const char *)data + 1, (size_t)(middle - data) - 1 };
	const struct diff_text to = { (const char *)middle + 1, size - (size_t)(middle - data) - 1 };
	size_t max = data[0] == 0xff ? SIZE_MAX / 2 : data[0];
	must(diff_unified(from, to, max, &out, &result, &err));
	must(result != DIFF_SAME || (from.size == to.size && memcmp(from.data, to.data, from.size) == 0));
	must(max == SIZE_MAX / 2 || out.size <= max);
	if (result == DIFF_WHOLE) {
		check(from, to, out.data ? out.data : "", '-');
		check(to, from, out.data ? out.data : "", '+');
	}
	return 0;
}
