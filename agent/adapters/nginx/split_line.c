/* split_line: believes the marker and nothing else. */

#include "agent/adapters/nginx/split_line.h"

#include <stdio.h>
#include <string.h>

#include "agent/adapters/nginx/internal.h"

#define SERVER ", server: "

/* Whether the text begins with a marker; *ret_size of it. */
static bool read_marker(const char *secret, const char *text, size_t size, char id[static UUID_TEXT], size_t *ret_size)
{
	char wanted[NGINX_MARKER];
	struct uuid uuid;

	if (size < UUID_TEXT - 1)
		return false;
	snprintf(id, UUID_TEXT, "%.36s", text);
	if (!uuid_parse(id, &uuid))
		return false;
	nginx_marker(secret, id, wanted);
	*ret_size = strlen(wanted);
	return size >= *ret_size && memcmp(text, wanted, *ret_size) == 0;
}

bool split_access(const char *secret, const char *line, size_t size, struct split_line *ret)
{
	size_t marker;

	if (!read_marker(secret, line, size, ret->id, &marker) || size == marker || line[marker] != ' ')
		return false;
	ret->text[0] = line + marker + 1;
	ret->size[0] = size - marker - 1;
	ret->size[1] = 0;
	return true;
}

bool split_error(const char *secret, const char *line, size_t size, struct split_line *ret)
{
	const char *end = line + size, *at = line;

	while ((at = memmem(at, (size_t)(end - at), SERVER, strlen(SERVER)))) {
		const char *text = at + strlen(SERVER);
		size_t marker;

		if (read_marker(secret, text, (size_t)(end - text), ret->id, &marker)) {
			ret->text[0] = line;
			ret->size[0] = (size_t)(at - line);
			ret->text[1] = text + marker;
			ret->size[1] = (size_t)(end - text) - marker;
			return true;
		}
		at = text;
	}
	return false;
}
