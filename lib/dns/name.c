/* name: see name.h. */
#include "lib/dns/name.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#include "lib/contract/domain.h"
#include "lib/dns/word.h"

enum { INPUT_MAX = 1024, IPV4_BITS = 32, IPV6_BITS = 128, OCTET = 8, OCTETS = 4, OCTET_DIGITS = 3, NIBBLE = 4 };

static const char *refuse(const char **why, const char *words)
{
	*why = words;
	return NULL;
}

static bool is_label_char(char c, unsigned flags)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || (c == '_' && !(flags & DNS_NAME_HOST));
}

/* One label in U-label form as A-label: libidn2 behind domain.h wants a whole name. What it takes for a dot in it
 * (U+3002) would make two labels of one. */
static const char *label_to_ascii(const char *label, size_t size, struct arena *arena)
{
	const char *name = arena_printf(arena, "%.*s.example", (int)size, label);
	const char *ascii = name ? domain_normalise(name, arena) : NULL;
	const char *end = ascii ? strchr(ascii, '.') : NULL;

	return end && strcmp(end, ".example") == 0 ? arena_strndup(arena, ascii, (size_t)(end - ascii)) : NULL;
}

/* Appends one label in lower case to at; false: it is none. */
static bool take_label(const char *label, size_t size, unsigned flags, char *at)
{
	if (!size || size > DNS_LABEL_MAX || label[0] == '-' || label[size - 1] == '-')
		return false;
	for (size_t i = 0; i < size; i++) {
		char c = dns_lower(label[i]);

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

/* Why a label that begins at text isn't one. */
static const char *label_words(const char *text, size_t size, unsigned flags)
{
	if (!size)
		return "There is an empty part between two dots.";
	if (memchr(text, '*', size))
		return "A * stands alone, as the first part of a name.";
	if (size > DNS_LABEL_MAX)
		return "A part of a name has 63 characters at most.";
	return flags & DNS_NAME_HOST
	               ? "Use letters, digits and hyphens; no hyphen at either end of a part."
	               : "Use letters, digits, hyphens and underscores; no hyphen at either end of a part.";
}

/* One label of text and its dot, appended at; false: it is none. */
static bool add_label(const char *text, size_t size, unsigned flags, struct arena *arena, char *at)
{
	const char *label = text;

	if (flags & DNS_NAME_WILDCARD && size == 1 && *text == '*') {
		memcpy(at, "*.", sizeof("*."));
		return true;
	}
	if (has_high_byte(text, size)) {
		label = label_to_ascii(text, size, arena);
		size = label ? strlen(label) : 0;
	}
	if (!label || !take_label(label, size, flags, at))
		return false;
	at += strlen(at);
	memcpy(at, ".", sizeof("."));
	return true;
}

/* The labels of text, each with its dot, to out (which has room for twice INPUT_MAX). */
static bool take_labels(const char *text, unsigned flags, struct arena *arena, char *out, const char **why)
{
	static const unsigned first_only = DNS_NAME_WILDCARD | DNS_NAME_MAILBOX;
	char *at = out;

	for (;;) {
		size_t size = label_size(text, flags);

		if (!add_label(text, size, flags, arena, at))
			return refuse(why, label_words(text, size, flags)) != NULL;
		at += strlen(at);
		text += size + (text[size] == '.');
		if (!*text)
			return true;
		if ((size_t)(at - out) > INPUT_MAX)
			return refuse(why, "A name has 253 characters at most.") != NULL;
		flags &= ~first_only;
	}
}

const char *dns_name(const char *text, const char *origin, unsigned flags, struct arena *arena, const char **why)
{
	size_t size = strlen(text);
	char out[2 * INPUT_MAX];

	if (strcmp(text, ".") == 0 || (strcmp(text, "@") == 0 && strcmp(origin, ".") == 0))
		return flags & DNS_NAME_ROOT ? "." : refuse(why, "Enter a name, not the root.");
	if (!size)
		return refuse(why, "Enter a name.");
	if (size > INPUT_MAX)
		return refuse(why, "A name has 253 characters at most.");
	bool is_origin = strcmp(text, "@") == 0;
	if (!is_origin && !take_labels(text, flags, arena, out, why))
		return NULL;
	bool absolute = text[size - 1] == '.' && !(size > 1 && text[size - 2] == '\\');
	if (!absolute && !is_origin && dns_name_within(out, origin) && strcmp(origin, ".") != 0)
		return refuse(why, "A full name ends with a dot, else the zone's own name is put behind it once more.");
	const char *ret = arena_printf(arena, "%s%s", is_origin ? "" : out,
	                               absolute || (!is_origin && strcmp(origin, ".") == 0) ? "" : origin);
	if (!ret)
		return refuse(why, "out of memory");
	if (flags & DNS_NAME_HOST && strchr(ret, '_')) /* which the origin brought along */
		return refuse(why, label_words("_", 1, flags));
	return strlen(ret) <= DNS_NAME_MAX ? ret : refuse(why, "A name has 253 characters at most.");
}

const char *dns_owner(const char *text, const char *origin, struct arena *arena, const char **why)
{
	const char *name = dns_name(text, origin, DNS_NAME_WILDCARD, arena, why);

	if (name && !dns_name_within(name, origin))
		return refuse(why, "This name is outside of the zone.");
	return name;
}

bool dns_zone_is_reverse(const char *zone)
{
	return dns_name_within(zone, "in-addr.arpa") || dns_name_within(zone, "ip6.arpa");
}

/* A number from 0 to 255 without zeros before it; the digits that it takes, 0 when it is none. */
static size_t take_octet(const char *text, unsigned *ret)
{
	size_t digits = strspn(text, "0123456789");

	*ret = 0;
	for (size_t i = 0; i < digits && i < OCTET_DIGITS; i++)
		*ret = *ret * 10 + (unsigned)(text[i] - '0');
	return digits > OCTET_DIGITS || *ret > UINT8_MAX || (digits > 1 && text[0] == '0') ? 0 : digits;
}

/* Of labels that are numbers from 0 to 255; below three of them also RFC 2317's with a range: 0-25. */
static bool is_ipv4_reverse(const char *zone)
{
	bool range = false;
	unsigned labels = 0;

	for (; strcmp(zone, "in-addr.arpa") != 0; labels++) {
		unsigned from, to;
		size_t size = strcspn(zone, "."), digits = take_octet(zone, &from);

		if (!digits)
			return false;
		if (digits != size) {
			range = labels == 0 && zone[digits] == '-' && size > digits + 1 &&
			        digits + 1 + take_octet(zone + digits + 1, &to) == size;
			if (!range)
				return false;
		}
		zone += size + 1;
	}
	return labels >= 1 && labels <= OCTETS && (!range || labels == OCTETS);
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
		return name ? refuse(why, "out of memory") : NULL;
	if (dns_zone_is_reverse(zone))
		return (dns_name_within(zone, "in-addr.arpa") ? is_ipv4_reverse(zone) : is_ipv6_reverse(zone))
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
	char *relative = arena_strndup(arena, name, size - tail); /* with its dot */
	if (!relative)
		return NULL;
	if (dns_name_within(relative, origin)) /* dns_name would ask for the dot of this one */
		return arena_strdup(arena, name);
	relative[size - tail - 1] = '\0';
	return relative;
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
	unsigned octets = prefix / OCTET, bits = prefix % OCTET;

	if (prefix > IPV4_BITS || (bits && octets != OCTETS - 1))
		return NULL;
	for (unsigned i = 0; i < octets && name; i++)
		name = arena_printf(arena, "%u.%s", bytes[i], name);
	if (bits && name)
		name = arena_printf(arena, "%u-%u.%s", bytes[octets] & (0xFFU << (OCTET - bits)), prefix, name);
	return name;
}

/* Its four bits, of which the first are the upper half of the first byte. */
static unsigned nibble_at(const unsigned char *bytes, unsigned i)
{
	return i % 2 ? bytes[i / 2] % 16U : bytes[i / 2] / 16U;
}

static const char *reverse_ipv6(const unsigned char *bytes, unsigned prefix, struct arena *arena)
{
	const char *name = "ip6.arpa";

	if (prefix > IPV6_BITS || prefix % NIBBLE)
		return NULL;
	for (unsigned i = 0; i < prefix / NIBBLE && name; i++)
		name = arena_printf(arena, "%x.%s", nibble_at(bytes, i), name);
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
