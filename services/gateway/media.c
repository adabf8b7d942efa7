/* Tables and small readers of header values. */

#include "media.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *extension, *type;
} types[] = {
	{ "html", "text/html; charset=utf-8" },
	{ "js", "text/javascript; charset=utf-8" },
	{ "mjs", "text/javascript; charset=utf-8" },
	{ "css", "text/css; charset=utf-8" },
	{ "txt", "text/plain; charset=utf-8" },
	{ "json", "application/json" },
	{ "map", "application/json" },
	{ "webmanifest", "application/manifest+json" },
	{ "svg", "image/svg+xml" },
	{ "png", "image/png" },
	{ "jpg", "image/jpeg" },
	{ "jpeg", "image/jpeg" },
	{ "webp", "image/webp" },
	{ "avif", "image/avif" },
	{ "gif", "image/gif" },
	{ "ico", "image/vnd.microsoft.icon" },
	{ "woff2", "font/woff2" },
	{ "woff", "font/woff" },
	{ "wasm", "application/wasm" },
	{ "xml", "application/xml" },
	{ "pdf", "application/pdf" },
};

const char *media_type(const char *name)
{
	const char *dot = strrchr(name, '.');
	const char *slash = strrchr(name, '/');

	for (size_t i = 0; dot && (!slash || slash < dot) && i < ARRAY_SIZE(types); i++)
		if (strcasecmp(dot + 1, types[i].extension) == 0)
			return types[i].type;
	return "application/octet-stream";
}

/* Whether the parameters of an item, up to its comma, say q=0. */
static bool says_no(const char *parameters, size_t size)
{
	for (size_t i = 0; i + 2 < size; i++)
		if ((parameters[i] == 'q' || parameters[i] == 'Q') && parameters[i + 1] == '=')
			return strspn(parameters + i + 2, "0.") >= strcspn(parameters + i + 2, ", \t;");
	return false;
}

bool media_accepts(const char *accept_encoding, const char *encoding)
{
	size_t size = strlen(encoding);

	while (accept_encoding && *accept_encoding) {
		size_t item, name;

		accept_encoding += strspn(accept_encoding, ", \t");
		item = strcspn(accept_encoding, ",");
		name = strcspn(accept_encoding, ",; \t");
		if (name == size && strncasecmp(accept_encoding, encoding, size) == 0)
			return !says_no(accept_encoding + name, item - name);
		accept_encoding += item;
	}
	return false;
}

bool media_matches(const char *if_none_match, const char *etag)
{
	size_t size = strlen(etag);

	while (if_none_match && *if_none_match) {
		size_t item;

		if_none_match += strspn(if_none_match, ", \t");
		if (*if_none_match == '*')
			return true;
		if (strncmp(if_none_match, "W/", 2) == 0)
			if_none_match += 2;
		item = strcspn(if_none_match, ", \t");
		if (item == size && strncmp(if_none_match, etag, size) == 0)
			return true;
		if_none_match += item;
	}
	return false;
}
