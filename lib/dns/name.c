/* name: see name.h. */
#include "lib/dns/name.h"

#include <arpa/inet.h>
#include <string.h>

#include "lib/contract/domain.h"

enum { INPUT_MAX = 1024, IPV4_BITS = 32, IPV6_BITS = 128, OCTET = 8, NIBBLE = 4 };

static const char *refuse(const char **why, const char *words)
{
	*why = words;
	return NULL;
}

static bool is_label_char(char c, unsigned flags)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || (c == '_' && !(flags & DNS_NAME_HOST));
}

/* One label in U-label form as A-label: libidn2 behind domain.h wants a whole name. */
static const char *label_to_ascii(const char *label, size_t size, struct arena *arena)
{
	const char *name = arena_printf(arena, "%.*s.example", (int)size, label);
	const char *ascii = name ? domain_normalise(name, arena) : NULL;
	const char *end = ascii ? strstr(ascii, ".example") : NULL;

	return end ? arena_strndup(arena, ascii, (size_t)(end - ascii)) : NULL;
}

/* Appends one label in lower case to at; false: it is none. */
static bool take_label(const char *label, size_t size, unsigned flags, char *at)
{
	if (!size || size > DNS_LABEL_MAX || label[0] == '-' || label[size - 1] == '-')
		return false;
	for (size_t i = 0; i < size; i++) {
		char c = label[i] >= 'A' && label[i] <= 'Z' ? (char)(label[i] - 'A' + 'a') : label[i];

		if (flags & DNS_NAME_MAILBOX && c == '\\' && i + 1 < size && label[i + 1] == '.') {
			*at++ = '\\';
			*at++ = '.';
			i++;
			continue;
		}
		if (!is_label_char(c, flags))
			return false;
		*at++ = c;
	}
	*at = '\0';
	return true;
}

/* To the next dot; of a mailbox's first label one that isn't escaped. */
static size_t label_size(const char *text, unsigned flags)
{
	size_t size = 0;

	while (text[size] && text[size] != '.') {
		if (flags & DNS_NAME_MAILBOX && text[size] == '\\' && text[size + 1] == '.')
			size++;
		size++;
	}
	return size;
}

static bool has_high_byte(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)text[i] >= 0x80)
			return true;
	return false;
}

/* The labels of text, each with its dot, to out (which has room for twice INPUT_MAX). */
static const char *take_labels(const char *text, unsigned flags, struct arena *arena, char *out, const char **why)
{
	char *at = out;

	for (bool first = true;; first = false) {
		size_t size = label_size(text, first ? flags : flags & ~(unsigned)DNS_NAME_MAILBOX);
		const char *label = text;
		size_t taken = size;

		if (has_high_byte(text, size)) {
			label = label_to_ascii(text, size, arena);
			taken = label ? strlen(label) : 0;
		}
		if (first && (flags & DNS_NAME_WILDCARD) && size == 1 && *text == '*') {
			strcpy(at, "*");
		} else if (!label ||
		           !take_label(label, taken, first ? flags : flags & ~(unsigned)DNS_NAME_MAILBOX, at)) {
			if (memchr(text, '*', size))
				return refuse(why, "A * stands alone, as the first part of a name.");
			return refuse(
				why, size > DNS_LABEL_MAX
					     ? "A part of a name has 63 characters at most."
					     : "Use letters, digits, hyphens and, where it isn't a host, underscores.");
		}
		at += strlen(at);
		*at++ = '.';
		*at = '\0';
		text += size;
		if (!*text)
			return out;
		text++;
		if (!*text)
			return out; /* the trailing dot */
		if ((size_t)(at - out) > INPUT_MAX)
			return refuse(why, "A name has 253 characters at most.");
	}
}

const char *dns_name(const char *text, const char *origin, unsigned flags, struct arena *arena, const char **why)
{
	size_t size = strlen(text);
	char *out;
	const char *ret;

	if (strcmp(text, "@") == 0)
		return arena_strdup(arena, origin);
	if (strcmp(text, ".") == 0)
		return flags & DNS_NAME_ROOT ? "." : refuse(why, "Enter a name, not the root.");
	if (!size)
		return refuse(why, "Enter a name.");
	if (size > INPUT_MAX)
		return refuse(why, "A name has 253 characters at most.");
	out = arena_alloc(arena, 3 * INPUT_MAX);
	if (!out)
		return refuse(why, "out of memory");
	if (!take_labels(text, flags, arena, out, why))
		return NULL;
	bool absolute = text[size - 1] == '.' && !(size > 1 && text[size - 2] == '\\');
	ret = absolute || strcmp(origin, ".") == 0 ? out : arena_printf(arena, "%s%s", out, origin);
	if (!ret)
		return refuse(why, "out of memory");
	return strlen(ret) <= DNS_NAME_MAX ? ret : refuse(why, "A name has 253 characters at most.");
}

const char *dns_owner(const char *text, const char *origin, struct arena *arena, const char **why)
{
	const char *name = dns_name(text, origin, DNS_NAME_WILDCARD, arena, why);

	if (name && !dns_name_within(name, origin))
		return refuse(why, "This name is outside of the zone.");
	return name;
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), tail = strlen(end);

	return size > tail && strcmp(text + size - tail, end) == 0;
}

bool dns_zone_is_reverse(const char *zone)
{
	return ends_with(zone, ".in-addr.arpa") || ends_with(zone, ".ip6.arpa");
}

/* Of labels that are numbers from 0 to 255, or RFC 2317's with a range: 0-25. */
static bool is_ipv4_reverse(const char *zone)
{
	unsigned labels = 0;

	for (; strcmp(zone, "in-addr.arpa") != 0; labels++) {
		size_t size = strcspn(zone, "."), digits = strspn(zone, "0123456789");
		unsigned value = 0;

		for (size_t i = 0; i < digits && i < 3; i++)
			value = value * 10 + (unsigned)(zone[i] - '0');
		if (!digits || digits > 3 || value > 255 || (digits > 1 && zone[0] == '0'))
			return false;
		if (digits != size &&
		    !(labels == 0 && zone[digits] == '-' &&
		      digits + 1 + strspn(zone + digits + 1, "0123456789") == size && size > digits + 1))
			return false;
		zone += size + 1;
	}
	return labels >= 1 && labels <= 4;
}

static bool is_ipv6_reverse(const char *zone)
{
	unsigned labels = 0;

	for (; strcmp(zone, "ip6.arpa") != 0; labels++) {
		if (!strchr("0123456789abcdef", zone[0]) || zone[1] != '.')
			return false;
		zone += 2;
	}
	return labels >= 1 && labels <= IPV6_BITS / NIBBLE;
}

const char *dns_zone_name(const char *text, struct arena *arena, const char **why)
{
	const char *name = dns_name(text, ".", 0, arena, why);
	char *zone = name ? arena_strndup(arena, name, strlen(name) - 1) : NULL;

	if (!zone)
		return NULL;
	if (dns_zone_is_reverse(zone))
		return (ends_with(zone, ".in-addr.arpa") ? is_ipv4_reverse(zone) : is_ipv6_reverse(zone))
		               ? zone
		               : refuse(why, "Enter a reverse zone such as 2.0.192.in-addr.arpa.");
	name = domain_normalise(zone, arena);
	return name ? name : refuse(why, "Enter a full domain such as shop.example.");
}

bool dns_name_within(const char *name, const char *above)
{
	size_t size = strlen(name), tail = strlen(above);

	if (strcmp(above, ".") == 0)
		return true;
	return size >= tail && strcmp(name + size - tail, above) == 0 && (size == tail || name[size - tail - 1] == '.');
}

const char *dns_name_relative(const char *name, const char *origin, struct arena *arena)
{
	size_t size = strlen(name), tail = strlen(origin);

	if (strcmp(name, origin) == 0)
		return "@";
	if (strcmp(origin, ".") == 0 || !dns_name_within(name, origin))
		return arena_strdup(arena, name);
	return arena_strndup(arena, name, size - tail - 1);
}

/* Where the last label before end begins. */
static const char *last_label(const char *name, const char *end)
{
	while (end > name && end[-1] != '.')
		end--;
	return end;
}

static int compare_bytes(const char *a, size_t a_size, const char *b, size_t b_size)
{
	int order = memcmp(a, b, a_size < b_size ? a_size : b_size);

	return order ? order : (a_size > b_size) - (a_size < b_size);
}

int dns_name_compare(const char *a, const char *b)
{
	const char *a_end = a + strlen(a) - 1, *b_end = b + strlen(b) - 1; /* at the trailing dot */

	for (;;) {
		const char *a_label = last_label(a, a_end), *b_label = last_label(b, b_end);
		int order = compare_bytes(a_label, (size_t)(a_end - a_label), b_label, (size_t)(b_end - b_label));

		if (order)
			return order;
		if (a_label == a || b_label == b)
			return (a_label != a) - (b_label != b);
		a_end = a_label - 1;
		b_end = b_label - 1;
	}
}

static const char *reverse_ipv4(const unsigned char *bytes, unsigned prefix, struct arena *arena)
{
	const char *name = "in-addr.arpa";

	if (prefix > IPV4_BITS || prefix % OCTET)
		return NULL;
	for (unsigned i = 0; i < prefix / OCTET && name; i++)
		name = arena_printf(arena, "%u.%s", bytes[i], name);
	return name;
}

static const char *reverse_ipv6(const unsigned char *bytes, unsigned prefix, struct arena *arena)
{
	const char *name = "ip6.arpa";

	if (prefix > IPV6_BITS || prefix % NIBBLE)
		return NULL;
	for (unsigned i = 0; i < prefix / NIBBLE && name; i++)
		name = arena_printf(arena, "%x.%s", (bytes[i / 2] >> (i % 2 ? 0 : NIBBLE)) & 0xFU, name);
	return name;
}

const char *dns_reverse_zone(const char *address, unsigned prefix, struct arena *arena)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, address, bytes) == 1)
		return prefix ? reverse_ipv4(bytes, prefix, arena) : NULL;
	if (inet_pton(AF_INET6, address, bytes) == 1)
		return prefix ? reverse_ipv6(bytes, prefix, arena) : NULL;
	return NULL;
}

const char *dns_reverse_name(const char *address, struct arena *arena)
{
	const char *zone = dns_reverse_zone(address, strchr(address, ':') ? IPV6_BITS : IPV4_BITS, arena);

	return zone ? arena_printf(arena, "%s.", zone) : NULL;
}
