/* cursor: a letter and a value, in hexadecimal. */
#include "cursor.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

const char *cursor_write(char sort, const char *value, struct arena *arena)
{
	size_t size = strlen(value);
	char *text = arena_alloc(arena, 2 * size + 2);

	if (!text)
		return NULL;
	text[0] = sort;
	for (size_t i = 0; i < size; i++) {
		text[1 + 2 * i] = digits[(unsigned char)value[i] >> 4];
		text[2 + 2 * i] = digits[(unsigned char)value[i] & 15];
	}
	return text;
}

/* -1 for what is no digit. */
static int digit(char c)
{
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

const char *cursor_read(char sort, const char *cursor, struct arena *arena)
{
	size_t size = strlen(cursor);
	char *value;

	if (size < 3 || size % 2 != 1 || cursor[0] != sort)
		return NULL;
	value = arena_alloc(arena, size / 2 + 1);
	for (size_t i = 0; value && i < size / 2; i++) {
		int high = digit(cursor[1 + 2 * i]), low = digit(cursor[2 + 2 * i]);

		if (high < 0 || low < 0 || !(high | low))
			return NULL;
		value[i] = (char)(high << 4 | low);
	}
	return value;
}
