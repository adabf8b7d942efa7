/* params: SvcParams of SVCB and HTTPS records (RFC 9460 §2.1, §7). */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { LIST_MOST = 16, ITEM_MAX = 256, VALUE_MAX = 1024, PORT_MOST = 65535 };

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

static bool take_address(int family, const char *item, char *out, size_t size)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	return inet_pton(family, item, bytes) == 1 && inet_ntop(family, bytes, out, (socklen_t)size);
}

static bool take_ipv4(const char *item, char *out, size_t size)
{
	return take_address(AF_INET, item, out, size);
}

static bool take_ipv6(const char *item, char *out, size_t size)
{
	return take_address(AF_INET6, item, out, size);
}

static bool take_ech(const char *item, char *out, size_t size)
{
	size_t body = strspn(item, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
	size_t pad = strspn(item + body, "=");

	return body && pad <= 2 && (body + pad) % 4 == 0 && !item[body + pad] && copy(item, out, size);
}

/* The items of a list, each in its one spelling, none twice. */
static bool take_items(const struct param *param, const char *value, char *out, size_t size)
{
	char items[LIST_MOST][ITEM_MAX];
	size_t n = 0, at = 0;

	for (;; n++) {
		size_t length = param->list ? strcspn(value, ",") : strlen(value);
		char item[VALUE_MAX];

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

/* A word "key=value", "key=" with a quoted value behind is one word too: alpn="h2,h3". */
static bool take_param(const char *text, char values[static PARAMS][VALUE_MAX], bool given[static PARAMS],
                       const char **why)
{
	char key[32];
	size_t length = strcspn(text, "=");
	const char *value = text[length] ? text + length + 1 : NULL;

	if (length >= sizeof(key)) {
		*why = "There is no such parameter.";
		return false;
	}
	memcpy(key, text, length);
	key[length] = '\0';
	size_t i = param_of(key);
	if (i == PARAMS) {
		*why = "Parameters are mandatory, alpn, no-default-alpn, port, ipv4hint, ech and ipv6hint.";
		return false;
	}
	*why = given[i] ? "A parameter stands once." : params[i].words;
	if (given[i] || params[i].value != (value && *value))
		return false;
	given[i] = true;
	return !params[i].value || take_items(&params[i], value, values[i], VALUE_MAX);
}

static bool mandatory_given(const char *list, const bool given[static PARAMS])
{
	while (*list) {
		size_t length = strcspn(list, ",");
		bool found = false;

		for (size_t i = 0; i < PARAMS; i++)
			found = found || (given[i] && strlen(params[i].key) == length &&
			                  memcmp(params[i].key, list, length) == 0);
		if (!found)
			return false;
		list += length + (list[length] == ',');
	}
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
		if (words[i].escaped || words[i].quoted) {
			*why = "Write parameters as key=value.";
			return false;
		}
		if (!take_param(words[i].text, values, given, why))
			return false;
	}
	if (!mandatory_given(values[MANDATORY], given)) {
		*why = "A parameter that is mandatory isn't there.";
		return false;
	}
	if (given[NO_DEFAULT_ALPN] && !given[ALPN]) {
		*why = "no-default-alpn needs alpn beside it.";
		return false;
	}
	for (size_t i = 0, first = out->size; i < PARAMS; i++)
		if (given[i])
			buf_printf(out, "%s%s%s%s", out->size > first ? " " : "", params[i].key,
			           params[i].value ? "=" : "", values[i]);
	return true;
}
