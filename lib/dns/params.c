/* params: SvcParams of SVCB and HTTPS records (RFC 9460 §2.1, §7). */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { LIST_MOST = 16, ITEM_MAX = 256, KEY_MAX = 32, VALUE_MAX = 1024, PORT_MOST = 65535 };

static bool take_keys(const char *item, char *out, size_t size);
static bool take_alpn(const char *item, char *out, size_t size);
static bool take_port(const char *item, char *out, size_t size);
static bool take_ipv4(const char *item, char *out, size_t size);
static bool take_ipv6(const char *item, char *out, size_t size);
static bool take_ech(const char *item, char *out, size_t size);

/* In the order of their numbers, which is the order that they are kept in. */
static const struct param {
	const char *key;
	bool value, list;
	bool (*take)(const char *item, char *out, size_t size);
	const char *words;
} params[] = {
	{ "mandatory", true, true, take_keys, "mandatory lists other parameters: mandatory=alpn,port." },
	{ "alpn", true, true, take_alpn, "alpn lists protocols: alpn=h2,h3." },
	{ "no-default-alpn", false, false, NULL, "no-default-alpn has no value." },
	{ "port", true, false, take_port, "port is a number from 1 to 65535." },
	{ "ipv4hint", true, true, take_ipv4, "ipv4hint lists IPv4 addresses." },
	{ "ech", true, false, take_ech, "ech is base64." },
	{ "ipv6hint", true, true, take_ipv6, "ipv6hint lists IPv6 addresses." },
};

enum { PARAMS = sizeof(params) / sizeof(params[0]), MANDATORY = 0, ALPN = 1, NO_DEFAULT_ALPN = 2 };

static size_t param_of(const char *key)
{
	for (size_t i = 0; i < PARAMS; i++)
		if (strcmp(params[i].key, key) == 0)
			return i;
	return PARAMS;
}

static bool copy(const char *text, char *out, size_t size)
{
	return (size_t)snprintf(out, size, "%s", text) < size;
}

static bool take_keys(const char *item, char *out, size_t size)
{
	size_t i = param_of(item);

	return i < PARAMS && i != MANDATORY && copy(item, out, size);
}

static bool take_alpn(const char *item, char *out, size_t size)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./-_";

	return *item && strspn(item, chars) == strlen(item) && copy(item, out, size);
}

static bool take_port(const char *item, char *out, size_t size)
{
	size_t digits = strspn(item, "0123456789");
	unsigned long port = digits && digits <= 5 && !item[digits] ? strtoul(item, NULL, 10) : 0;

	return port >= 1 && port <= PORT_MOST && (size_t)snprintf(out, size, "%lu", port) < size;
}

static bool take_ipv4(const char *item, char *out, size_t size)
{
	return address_normalise(AF_INET, item, out, size);
}

static bool take_ipv6(const char *item, char *out, size_t size)
{
	return address_normalise(AF_INET6, item, out, size);
}

/* In quotes, because PowerDNS has it so, and takes no other spelling. */
static bool take_ech(const char *item, char *out, size_t size)
{
	size_t body = strspn(item, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
	size_t pad = strspn(item + body, "=");

	return body && pad <= 2 && (body + pad) % 4 == 0 && !item[body + pad] &&
	       (size_t)snprintf(out, size, "\"%s\"", item) < size;
}

/* The items of a list, each in its one spelling, none twice. */
static bool take_list(const struct param *param, const char *value, char *out, size_t size)
{
	char items[LIST_MOST][ITEM_MAX], item[ITEM_MAX];
	size_t at = 0;

	for (size_t n = 0;; n++) {
		size_t length = strcspn(value, ",");

		if (n == LIST_MOST || length >= sizeof(item))
			return false;
		memcpy(item, value, length);
		item[length] = '\0';
		if (!param->take(item, items[n], ITEM_MAX))
			return false;
		for (size_t i = 0; i < n; i++)
			if (strcmp(items[i], items[n]) == 0)
				return false;
		int written = snprintf(out + at, size - at, "%s%s", n ? "," : "", items[n]);
		if (written < 0 || (size_t)written >= size - at)
			return false;
		at += (size_t)written;
		if (!value[length])
			return true;
		value += length + 1;
	}
}

/* What stands behind the "=", without its quotes. NULL: there is nothing, or it is too long. */
static const char *take_value(const char *text, char out[static VALUE_MAX])
{
	size_t size = strlen(text);

	if (size >= 2 && text[0] == '"' && text[size - 1] == '"') {
		text++;
		size -= 2;
	}
	if (!size || size >= VALUE_MAX)
		return NULL;
	memcpy(out, text, size);
	out[size] = '\0';
	return out;
}

/* A word "key=value" or "key". */
static bool take_param(const char *text, char values[static PARAMS][VALUE_MAX], bool given[static PARAMS],
                       const char **why)
{
	char key[KEY_MAX], bare[VALUE_MAX];
	size_t length = strcspn(text, "="), i = PARAMS;
	const char *value = text[length] ? take_value(text + length + 1, bare) : NULL;

	if (length < sizeof(key)) {
		memcpy(key, text, length);
		key[length] = '\0';
		i = param_of(key);
	}
	if (i == PARAMS) {
		*why = "Parameters are mandatory, alpn, no-default-alpn, port, ipv4hint, ech and ipv6hint.";
		return false;
	}
	*why = given[i] ? "A parameter stands once." : params[i].words;
	if (given[i] || params[i].value != (text[length] == '='))
		return false;
	given[i] = true;
	if (!params[i].value)
		return true;
	return value && (params[i].list ? take_list(&params[i], value, values[i], VALUE_MAX)
	                                : params[i].take(value, values[i], VALUE_MAX));
}

/* Puts the list into the order of the numbers. False: one of them isn't there (RFC 9460 §8). */
static bool order_mandatory(char list[static VALUE_MAX], const bool given[static PARAMS])
{
	char text[VALUE_MAX];
	bool named[PARAMS] = { false };
	size_t at = 0;

	memcpy(text, list, VALUE_MAX);
	for (const char *item = text; *item;) {
		char key[KEY_MAX];
		size_t length = strcspn(item, ","), i;

		snprintf(key, sizeof(key), "%.*s", (int)length, item);
		i = param_of(key);
		if (i == PARAMS || !given[i])
			return false;
		named[i] = true;
		item += length + (item[length] == ',');
	}
	for (size_t i = 0; i < PARAMS; i++)
		if (named[i])
			at += (size_t)snprintf(list + at, VALUE_MAX - at, "%s%s", at ? "," : "", params[i].key);
	return true;
}

bool params_normalise(const struct dns_word *words, size_t n, struct arena *arena, struct buf *out, const char **why)
{
	char(*values)[VALUE_MAX] = arena_alloc(arena, sizeof(*values) * PARAMS);
	bool given[PARAMS] = { false };

	*why = "out of memory";
	if (!values)
		return false;
	for (size_t i = 0; i < n; i++) {
		*why = "Write parameters as key=value.";
		if (words[i].escaped || words[i].quoted || !take_param(words[i].text, values, given, why))
			return false;
	}
	*why = "A parameter that is mandatory isn't there.";
	if (!order_mandatory(values[MANDATORY], given))
		return false;
	*why = "no-default-alpn needs alpn beside it.";
	if (given[NO_DEFAULT_ALPN] && !given[ALPN])
		return false;
	for (size_t i = 0, first = out->size; i < PARAMS; i++)
		if (given[i])
			buf_printf(out, "%s%s%s%s", out->size > first ? " " : "", params[i].key,
			           params[i].value ? "=" : "", values[i]);
	return true;
}
