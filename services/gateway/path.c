/* Canonical addresses: whatever could be read in two ways by two programs is refused. */

#include "path.h"

#include <string.h>

#include "lib/contract/format.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte of "%41", or -1. */
static int unescape(const char *text)
{
	int high = hex(text[1]);
	int low = high < 0 ? -1 : hex(text[2]);

	return low < 0 ? -1 : high * 16 + low;
}

/* RFC 3986: these need no escape, so an escaped one is a second spelling. */
static bool is_unreserved(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != 0 && strchr("-._~", c) != NULL);
}

static bool forbidden_escape(int c)
{
	return c < 0x20 || c == 0x7f || c == '/' || c == '\\' || is_unreserved(c);
}

static bool decode_path(const char *raw, char *out)
{
	const char *start = out;

	for (; *raw; raw++) {
		int c = (unsigned char)*raw;

		if (c == '%') {
			c = unescape(raw);
			if (forbidden_escape(c))
				return false;
			raw += 2;
		} else if (c <= 0x20 || c == 0x7f || c == '\\' || c >= 0x80) {
			return false;
		}
		*out++ = (char)c;
	}
	*out = '\0';
	return format_utf8_valid(start, (size_t)(out - start));
}

/* No empty segment but the last, no "." and no "..". */
static bool segments_good(const char *path)
{
	while (*path == '/') {
		const char *segment = path + 1;
		size_t size = strcspn(segment, "/");

		if (size == 0 && segment[size])
			return false;
		if ((size == 1 && segment[0] == '.') || (size == 2 && segment[0] == '.' && segment[1] == '.'))
			return false;
		path = segment + size;
	}
	return true;
}

bool path_parse(const char *target, struct arena *arena, struct path *ret, struct error *err)
{
	size_t size = strcspn(target, "?");
	char *raw = arena_strndup(arena, target, size);
	char *text = arena_alloc(arena, size + 1);

	if (!raw || !text)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (target[0] != '/' || !decode_path(raw, text) || !segments_good(text))
		return error_set(err, ERR_NOT_FOUND, "There is nothing at this address.");
	*ret = (struct path){ text, raw, target[size] == '?' ? arena_strdup(arena, target + size + 1) : NULL };
	if (target[size] == '?' && !ret->query)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return true;
}

/* Form encoding: '+' is a blank. */
static const char *decode_value(const char *text, size_t size, struct arena *arena)
{
	char *copy = arena_strndup(arena, text, size);
	char *out = copy;

	for (const char *in = copy; in && *in; in++) {
		int c = *in == '+' ? ' ' : (unsigned char)*in;

		if (c == '%') {
			c = unescape(in);
			if (c <= 0)
				return NULL;
			in += 2;
		}
		*out++ = (char)c;
	}
	if (!copy)
		return NULL;
	*out = '\0';
	return format_utf8_valid(copy, (size_t)(out - copy)) ? copy : NULL;
}

bool path_query(const char *query, struct arena *arena, struct path_parameter ret[static PATH_QUERY_MAX], size_t *n,
                struct error *err)
{
	*n = 0;
	while (query && *query) {
		size_t size = strcspn(query, "&");
		size_t name = strcspn(query, "=&");

		if (*n == PATH_QUERY_MAX)
			return error_set(err, ERR_INVALID, "The query has too many parameters.");
		if (size > 0) {
			struct path_parameter *parameter = &ret[(*n)++];

			parameter->name = decode_value(query, name, arena);
			parameter->value = name < size ? decode_value(query + name + 1, size - name - 1, arena) : "";
			if (!parameter->name || !parameter->value)
				return error_set(err, ERR_INVALID, "The query can't be read.");
		}
		query += size + (query[size] == '&');
	}
	return true;
}
