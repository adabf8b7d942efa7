/* context: each writer accepts a closed alphabet, escapes what the format can escape and refuses the rest. */

#include "agent/engine/context.h"

#include <string.h>

enum { FOLDER_MAX = sizeof("index.php/") - 1 + 255 };

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool only(const char *value, const char *alphabet, size_t max)
{
	size_t length = strlen(value);

	return length > 0 && length <= max && strspn(value, alphabet) == length;
}

static bool put(const char *value, struct buf *out)
{
	buf_puts(out, value);
	return true;
}

static bool refuse(const char **reason, const char *why)
{
	*reason = why;
	return false;
}

static bool write_server_name(const char *value, struct buf *out, const char **reason)
{
	if (!only(value, LOWER DIGITS "-.", 253) || strstr(value, "..") || strchr("-.", value[0]))
		return refuse(reason, "not a domain name in ASCII form");
	return put(value, out);
}

/* nginx has no escape for '$', so a value with one is refused rather than taken for a variable. */
static bool write_nginx_string(const char *value, struct buf *out, const char **reason)
{
	for (const char *c = value; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f || *c == '$')
			return refuse(reason, "control characters and '$' are refused");
	buf_putc(out, '"');
	for (const char *c = value; *c; c++) {
		if (*c == '"' || *c == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *c);
	}
	buf_putc(out, '"');
	return true;
}

static bool write_endpoint(const char *value, struct buf *out, const char **reason)
{
	if (!only(value, "abcdef" DIGITS ".:[]", 64))
		return refuse(reason, "not an address with a port");
	return put(value, out);
}

static bool write_number(const char *value, struct buf *out, const char **reason)
{
	if (!only(value, DIGITS, 20))
		return refuse(reason, "not a number");
	return put(value, out);
}

static bool write_uuid(const char *value, struct buf *out, const char **reason)
{
	if (!only(value, "abcdef" DIGITS "-", 36) || strlen(value) != 36)
		return refuse(reason, "not an id");
	return put(value, out);
}

static bool write_word(const char *value, struct buf *out, const char **reason)
{
	if (!only(value, LOWER UPPER DIGITS "_.-", 128))
		return refuse(reason, "not a word of letters, digits, '_', '.', '-'");
	return put(value, out);
}

static bool write_user(const char *value, struct buf *out, const char **reason)
{
	if (!only(value, LOWER DIGITS "_-", 32) || strchr(DIGITS "-", value[0]))
		return refuse(reason, "not the name of a system account");
	return put(value, out);
}

/* How a location's path is matched. */
static bool write_matcher(const char *value, struct buf *out, const char **reason)
{
	if (strcmp(value, "=") != 0 && strcmp(value, "^~") != 0)
		return refuse(reason, "neither '=' nor '^~'");
	return put(value, out);
}

static bool write_file_name(const char *value, struct buf *out, const char **reason)
{
	if (!only(value, LOWER UPPER DIGITS "_.-", 64) || value[0] == '.')
		return refuse(reason, "not the name of a file");
	return put(value, out);
}

/* A folder below the website's address, as a pattern for all that is in it. */
static bool write_folder_pattern(const char *value, struct buf *out, const char **reason)
{
	if (*value && !only(value, LOWER UPPER DIGITS "_.-/", FOLDER_MAX))
		return refuse(reason, "not a folder");
	buf_puts(out, "\"~^/");
	for (const char *c = value; *c; c++) {
		if (*c == '.')
			buf_putc(out, '\\');
		buf_putc(out, *c);
	}
	buf_puts(out, *value ? "(?:/|$)\"" : "\"");
	return true;
}

static bool write_upstream(const char *value, struct buf *out, const char **reason)
{
	size_t scheme = strncmp(value, "http://", 7) == 0 ? 7 : strncmp(value, "https://", 8) == 0 ? 8 : 0;

	if (!scheme || !only(value + scheme, "abcdef" DIGITS ".:[]", 64))
		return refuse(reason, "not http or https and an address");
	return put(value, out);
}

static bool write_request_uri(const char *value, struct buf *out, const char **reason)
{
	if (*value && strcmp(value, "$request_uri") != 0)
		return refuse(reason, "neither empty nor $request_uri");
	return put(value, out);
}

/* Between quotes, where a file of PHP's has no escapes but ${}. */
static bool write_ini_string(const char *value, struct buf *out, const char **reason)
{
	for (const char *c = value; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f || strchr("\"\\$", *c))
			return refuse(reason, "control characters, quotes, backslashes and '$' are refused");
	buf_printf(out, "\"%s\"", value);
	return true;
}

/* A directive's value: a number, a size, a word, a time zone. */
static bool write_ini_value(const char *value, struct buf *out, const char **reason)
{
	if (!only(value, LOWER UPPER DIGITS "_+-/.", 64))
		return refuse(reason, "not a plain value");
	buf_printf(out, "\"%s\"", value);
	return true;
}

static bool write_html(const char *value, struct buf *out, const char **reason)
{
	for (const char *c = value; *c; c++)
		if ((unsigned char)*c < 0x20 && *c != '\t' && *c != '\n')
			return refuse(reason, "control characters are refused");
	for (const char *c = value; *c; c++)
		switch (*c) {
		case '&':
			buf_puts(out, "&amp;");
			break;
		case '<':
			buf_puts(out, "&lt;");
			break;
		case '>':
			buf_puts(out, "&gt;");
			break;
		case '"':
			buf_puts(out, "&quot;");
			break;
		case '\'':
			buf_puts(out, "&#39;");
			break;
		default:
			buf_putc(out, *c);
		}
	return true;
}

/* Where the format has no quotes: a path that needs none. */
static bool write_path(const char *value, struct buf *out, const char **reason)
{
	if (value[0] != '/' || !only(value, LOWER UPPER DIGITS "_.-/", 1024))
		return refuse(reason, "not an absolute path of letters, digits, '_', '.', '-'");
	return put(value, out);
}

static const struct context contexts[] = {
	{ "server_name", write_server_name },
	{ "nginx_string", write_nginx_string },
	{ "endpoint", write_endpoint },
	{ "number", write_number },
	{ "uuid", write_uuid },
	{ "word", write_word },
	{ "user", write_user },
	{ "html", write_html },
	{ "matcher", write_matcher },
	{ "file_name", write_file_name },
	{ "request_uri", write_request_uri },
	{ "upstream", write_upstream },
	{ "folder_pattern", write_folder_pattern },
	{ "ini_string", write_ini_string },
	{ "ini_value", write_ini_value },
	{ "path", write_path },
};

const struct context *context_find(const char *name)
{
	for (size_t i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++)
		if (strcmp(contexts[i].name, name) == 0)
			return &contexts[i];
	return NULL;
}
