/* url: see url.h. */
#include "url.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "domain.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define PLAIN LETTERS DIGITS "-._~!&'()*+,;=:@" /* pchar of RFC 3986 without '$' and '%' */

enum { PORT_DIGITS = 5, PORT_MAX = 65535, HOST_MAX = 253 };

/* The byte that a percent sign and two digits stand for; -1: they aren't there. */
static int escaped(const char *text)
{
	static const char hex[] = DIGITS "abcdefABCDEF";
	char digits[3] = "";

	if (text[0] != '%' || strspn(text + 1, hex) < 2)
		return -1;
	memcpy(digits, text + 1, 2);
	return (int)strtol(digits, NULL, 16);
}

/* How many bytes of text are of the alphabet, or stand escaped for one that isn't refused. */
static size_t span(const char *text, const char *alphabet, bool (*refused)(int byte))
{
	size_t n = 0;

	for (;;) {
		int byte;

		n += strspn(text + n, alphabet);
		byte = escaped(text + n);
		if (byte < 0 || refused(byte))
			return n;
		n += 3;
	}
}

/* What would change the shape of a path once it is decoded, or can't be written down for a daemon. */
static bool refused_in_path(int byte)
{
	return byte < 0x20 || byte == 0x7F || strchr("./\\$", byte);
}

static bool refused_in_query(int byte)
{
	return byte == 0;
}

static bool is_dots(const char *segment, size_t size)
{
	return (size == 1 && segment[0] == '.') || (size == 2 && segment[0] == '.' && segment[1] == '.');
}

/* The size of the path that text begins with; 0: none that is good. */
static size_t path_size(const char *text)
{
	size_t n = 0;

	if (*text != '/')
		return 0;
	while (text[n] == '/') {
		size_t size = span(text + n + 1, PLAIN, refused_in_path);
		bool last = text[n + 1 + size] != '/';

		if (is_dots(text + n + 1, size) || (size == 0 && !last))
			return 0;
		n += 1 + size;
	}
	return n;
}

const char *url_path(const char *text, struct arena *arena)
{
	size_t size = path_size(text);

	(void)arena;
	return size && !text[size] ? text : NULL;
}

/* "?query#fragment", each of them optional, to the end. */
static bool is_rest(const char *text)
{
	if (*text == '?')
		text += 1 + span(text + 1, PLAIN "/?", refused_in_query);
	if (*text == '#')
		text += 1 + span(text + 1, PLAIN "/?", refused_in_query);
	return *text == '\0';
}

/* The size of "host" or "host:port"; 0: none that is good. A host is a domain name or an IPv4 address. */
static size_t authority_size(const char *text, struct arena *arena)
{
	size_t host = strspn(text, LETTERS DIGITS "-."), digits;
	const char *name = host && host <= HOST_MAX ? arena_strndup(arena, text, host) : NULL;
	long port;

	if (!name || (!domain_normalise(name, arena) && name[strspn(name, DIGITS ".")]))
		return 0;
	if (text[host] != ':')
		return host;
	digits = strspn(text + host + 1, DIGITS);
	port = digits && digits <= PORT_DIGITS ? strtol(text + host + 1, NULL, 10) : 0;
	return port > 0 && port <= PORT_MAX ? host + 1 + digits : 0;
}

const char *url_target(const char *text, struct arena *arena)
{
	const char *rest = text;
	size_t size;

	if (strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0) {
		rest = strchr(text, '/') + 2;
		size = authority_size(rest, arena);
		if (!size)
			return NULL;
		rest += size;
		if (*rest == '/' && !path_size(rest))
			return NULL;
	} else if (*text != '/') {
		return NULL;
	}
	rest += path_size(rest);
	return rest > text && is_rest(rest) ? text : NULL;
}

static size_t file_name_size(const char *text)
{
	return *text == '.' ? 0 : strspn(text, LETTERS DIGITS "._-");
}

const char *url_file_name(const char *text, struct arena *arena)
{
	size_t size = file_name_size(text);

	(void)arena;
	return size && !text[size] ? text : NULL;
}

const char *url_folder(const char *text, struct arena *arena)
{
	const char *at = text;

	(void)arena;
	for (;;) {
		size_t size = file_name_size(at);

		if (!size)
			return NULL;
		at += size;
		if (!*at)
			return text;
		if (*at++ != '/')
			return NULL;
	}
}

const char *url_decode(const char *path, struct arena *arena)
{
	char *decoded = arena_strdup(arena, path), *to = decoded;

	for (const char *from = path; decoded && *from; to++) {
		int byte = escaped(from);

		*to = (char)(byte < 0 ? *from : byte);
		from += byte < 0 ? 1 : 3;
	}
	if (to)
		*to = '\0';
	return decoded;
}

/* Splits "scheme://address[:port]"; address without brackets. */
static bool upstream_split(const char *text, char address[static INET6_ADDRSTRLEN], int *ret_family,
                           const char **ret_port)
{
	const char *host = strncmp(text, "http://", 7) == 0    ? text + 7
	                   : strncmp(text, "https://", 8) == 0 ? text + 8
	                                                       : NULL;
	bool v6 = host && *host == '[';
	size_t size;

	if (!host)
		return false;
	host += v6;
	size = strcspn(host, v6 ? "]" : ":");
	if (size == 0 || size >= INET6_ADDRSTRLEN || (v6 && host[size] != ']'))
		return false;
	memcpy(address, host, size);
	address[size] = '\0';
	*ret_family = v6 ? AF_INET6 : AF_INET;
	*ret_port = host + size + v6;
	return **ret_port == '\0' || **ret_port == ':';
}

const char *url_upstream(const char *text, struct arena *arena)
{
	char address[INET6_ADDRSTRLEN], plain[INET6_ADDRSTRLEN];
	uint8_t bytes[16];
	const char *port;
	size_t digits;
	int family;

	(void)arena;
	if (!upstream_split(text, address, &family, &port) || inet_pton(family, address, bytes) != 1 ||
	    !inet_ntop(family, bytes, plain, sizeof(plain)) || strcmp(address, plain) != 0)
		return NULL;
	if (*port == '\0')
		return text;
	digits = strspn(port + 1, DIGITS);
	return digits && digits <= PORT_DIGITS && !port[1 + digits] && port[1] != '0' &&
	                       strtol(port + 1, NULL, 10) <= PORT_MAX
	               ? text
	               : NULL;
}

struct block {
	uint8_t bytes[16];
	unsigned bits;
};

static bool within(const uint8_t *bytes, const struct block *blocks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t whole = blocks[i].bits / 8;
		uint8_t mask = (uint8_t)(0xFF00 >> blocks[i].bits % 8);

		if (memcmp(bytes, blocks[i].bytes, whole) == 0 &&
		    (!mask || ((bytes[whole] ^ blocks[i].bytes[whole]) & mask) == 0))
			return true;
	}
	return false;
}

bool url_upstream_is_inner(const char *upstream)
{
	static const struct block v4[] = {
		{ { 0 }, 8 },                   /* this network */
		{ { 127 }, 8 },                 /* loopback */
		{ { 169, 254 }, 16 },           /* link-local, and most providers' metadata */
		{ { 192, 0, 0 }, 24 },          /* IETF; Oracle's metadata */
		{ { 100, 100, 100, 200 }, 32 }, /* Alibaba's metadata */
		{ { 168, 63, 129, 16 }, 32 },   /* Azure's */
		{ { 224 }, 4 },                 /* multicast */
		{ { 240 }, 4 },                 /* reserved, broadcast */
	};
	static const struct block v6[] = {
		{ { 0 }, 96 },                        /* unspecified, loopback, IPv4-compatible */
		{ { [10] = 0xFF, [11] = 0xFF }, 96 }, /* IPv4-mapped: say the IPv4 address */
		{ { 0x00, 0x64, 0xFF, 0x9B }, 96 },   /* NAT64 */
		{ { 0x20, 0x02 }, 16 },               /* 6to4 */
		{ { 0xFE, 0x80 }, 10 },               /* link-local */
		{ { 0xFF }, 8 },                      /* multicast */
		{ { 0xFD, 0x00, 0x0E, 0xC2 }, 32 },   /* Amazon's metadata */
	};
	char address[INET6_ADDRSTRLEN];
	uint8_t bytes[16];
	const char *port;
	int family;

	if (!upstream_split(upstream, address, &family, &port) || inet_pton(family, address, bytes) != 1)
		return true;
	return family == AF_INET ? within(bytes, v4, sizeof(v4) / sizeof(v4[0]))
	                         : within(bytes, v6, sizeof(v6) / sizeof(v6[0]));
}
