/* rdata: see rdata.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dns/name.h"

#include "internal.h"

enum { STRING_MOST = 255, NUMBER_DIGITS = 10 };

/* One record's data as it is read: members come out one by one. */
struct reading {
	const struct dns_word *words;
	size_t n, at;
	const char *origin;
	struct arena *arena;
	struct rdata_fault *fault;
};

bool rdata_refuse(struct rdata_fault *fault, const struct dns_member *member, const char *rule, const char *words)
{
	snprintf(fault->member, sizeof(fault->member), "%s", member ? member->name : "");
	snprintf(fault->rule, sizeof(fault->rule), "%s", rule);
	snprintf(fault->words, sizeof(fault->words), "%s", words ? words : member ? member->words : "");
	return false;
}

static bool take_number(const char *text, uint32_t least, uint32_t most, struct buf *out)
{
	size_t digits = strspn(text, "0123456789");

	if (!digits || digits > NUMBER_DIGITS || text[digits])
		return false;
	unsigned long long value = strtoull(text, NULL, 10);
	if (value < least || value > most)
		return false;
	buf_printf(out, "%llu", value);
	return true;
}

static bool take_seconds(const char *text, uint32_t least, uint32_t most, struct buf *out)
{
	uint32_t value;

	if (!dns_word_seconds(text, &value) || value < least || value > most)
		return false;
	buf_printf(out, "%" PRIu32, value);
	return true;
}

bool address_normalise(int family, const char *text, char *out, size_t size)
{
	union {
		struct in_addr v4;
		struct in6_addr v6;
	} bytes;

	if (inet_pton(family, text, &bytes) != 1)
		return false;
	if (family == AF_INET6 && (IN6_IS_ADDR_V4MAPPED(&bytes.v6) || IN6_IS_ADDR_V4COMPAT(&bytes.v6)))
		return false;
	return inet_ntop(family, &bytes, out, (socklen_t)size) != NULL;
}

static bool take_address(int family, const char *text, struct buf *out)
{
	char normal[INET6_ADDRSTRLEN];

	if (!address_normalise(family, text, normal, sizeof(normal)))
		return false;
	buf_puts(out, normal);
	return true;
}

/* Whoever enters an address for a name would get a name that begins with it. */
static bool is_address(const char *text)
{
	struct in_addr bytes;
	char address[INET_ADDRSTRLEN];
	size_t size = strlen(text);

	if (size && text[size - 1] == '.')
		size--;
	if (size >= sizeof(address))
		return false;
	snprintf(address, sizeof(address), "%.*s", (int)size, text);
	return inet_pton(AF_INET, address, &bytes) == 1;
}

static bool take_name(struct reading *reading, const struct dns_member *member, const char *text, struct buf *out)
{
	static const unsigned flags[] = {
		[DNS_NAME] = 0,
		[DNS_NAME_OR_ROOT] = DNS_NAME_ROOT,
		[DNS_HOST] = DNS_NAME_HOST,
		[DNS_HOST_OR_ROOT] = DNS_NAME_HOST | DNS_NAME_ROOT,
		[DNS_MAILBOX] = DNS_NAME_MAILBOX,
	};
	const char *why = NULL, *name = dns_name(text, reading->origin, flags[member->kind], reading->arena, &why);

	if (is_address(text) || (name && is_address(name))) /* digits of another script are the same in A-labels */
		return rdata_refuse(reading->fault, member, "NAME", "Enter a name, not an address.");
	if (!name)
		return rdata_refuse(reading->fault, member, "NAME", why);
	buf_puts(out, name);
	return true;
}

static bool take_tag(const char *text, struct buf *out)
{
	for (; *text; text++) {
		char c = dns_lower(*text);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
			return false;
		buf_putc(out, c);
	}
	return true;
}

static bool take_string(struct reading *reading, const struct dns_member *member, const char *text, struct buf *out)
{
	_cleanup_buf_ struct buf bytes = { 0 };

	if (!dns_word_decode(text, &bytes))
		return rdata_refuse(reading->fault, member, "STRING", NULL);
	if (bytes.size < member->least || bytes.size > member->most)
		return rdata_refuse(reading->fault, member, "length", member->words);
	dns_word_quote(bytes.data ? bytes.data : "", bytes.size, out);
	return true;
}

/* All words that are left, those above 255 bytes in pieces; no more of them than are read back. */
static bool take_strings(struct reading *reading, const struct dns_member *member, struct buf *out)
{
	size_t pieces = 0;

	if (reading->at == reading->n)
		return rdata_refuse(reading->fault, member, "required", NULL);
	for (; reading->at < reading->n; reading->at++) {
		_cleanup_buf_ struct buf bytes = { 0 };

		if (!dns_word_decode(reading->words[reading->at].text, &bytes))
			return rdata_refuse(reading->fault, member, "STRINGS", NULL);
		size_t done = 0;
		do {
			size_t piece = bytes.size - done > STRING_MOST ? STRING_MOST : bytes.size - done;

			if (pieces == DNS_RDATA_WORDS)
				return rdata_refuse(reading->fault, member, "length", "There are too many parts.");
			buf_puts(out, pieces++ ? " " : "");
			dns_word_quote(bytes.data ? bytes.data + done : "", piece, out);
			done += piece;
		} while (done < bytes.size);
	}
	return true;
}

static bool take_hex(struct reading *reading, const struct dns_member *member, struct buf *out)
{
	size_t digits = 0;

	for (; reading->at < reading->n; reading->at++) {
		const char *text = reading->words[reading->at].text;

		for (; *text; text++, digits++) {
			if (!strchr("0123456789abcdefABCDEF", *text))
				return rdata_refuse(reading->fault, member, "HEX", NULL);
			buf_putc(out, dns_lower(*text));
		}
	}
	if (!digits)
		return rdata_refuse(reading->fault, member, "required", NULL);
	if (digits % 2 || digits / 2 < member->least || digits / 2 > member->most)
		return rdata_refuse(reading->fault, member, "length", "This has the wrong number of digits.");
	return true;
}

/* Words are put together; the last bits that stand for nothing are zero. */
static bool take_base64(struct reading *reading, const struct dns_member *member, struct buf *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = 0, pads = 0;
	unsigned last = 0;

	for (; reading->at < reading->n; reading->at++) {
		for (const char *text = reading->words[reading->at].text; *text; text++, n++) {
			const char *digit = *text == '=' ? NULL : strchr(digits, *text);

			if ((!digit && *text != '=') || (digit && pads) || (!digit && ++pads > 2))
				return rdata_refuse(reading->fault, member, "BASE64", NULL);
			last = digit ? (unsigned)(digit - digits) : last;
			buf_putc(out, *text);
		}
	}
	if (!n)
		return rdata_refuse(reading->fault, member, "required", NULL);
	if (n % 4 || (last & (pads == 2 ? 15 : pads == 1 ? 3 : 0)))
		return rdata_refuse(reading->fault, member, "BASE64", NULL);
	n = n / 4 * 3 - pads;
	return (n >= member->least && n <= member->most) || rdata_refuse(reading->fault, member, "length", NULL);
}

static bool take_params(struct reading *reading, const struct dns_member *member, struct buf *out)
{
	const char *why = NULL;
	bool ok = params_normalise(reading->words + reading->at, reading->n - reading->at, reading->arena, out, &why);

	reading->at = reading->n;
	return ok || rdata_refuse(reading->fault, member, "PARAMS", why);
}

static bool take_word(struct reading *reading, const struct dns_member *member, struct buf *out)
{
	const struct dns_word *word = &reading->words[reading->at++];

	if (member->kind == DNS_STRING)
		return take_string(reading, member, word->text, out);
	if (member->kind >= DNS_NAME && member->kind <= DNS_MAILBOX)
		return take_name(reading, member, word->text, out);
	if (word->escaped)
		return rdata_refuse(reading->fault, member, "escape", NULL);
	switch (member->kind) {
	case DNS_IPV4:
		return take_address(AF_INET, word->text, out) || rdata_refuse(reading->fault, member, "IPV4", NULL);
	case DNS_IPV6:
		return take_address(AF_INET6, word->text, out) || rdata_refuse(reading->fault, member, "IPV6", NULL);
	case DNS_TAG:
		return (strlen(word->text) >= member->least && strlen(word->text) <= member->most &&
		        take_tag(word->text, out)) ||
		       rdata_refuse(reading->fault, member, "TAG", NULL);
	case DNS_TTL:
		return take_seconds(word->text, member->least, member->most, out) ||
		       rdata_refuse(reading->fault, member, "range", NULL);
	default:
		return take_number(word->text, member->least, member->most, out) ||
		       rdata_refuse(reading->fault, member, "range", NULL);
	}
}

static bool take_member(struct reading *reading, const struct dns_member *member, struct buf *out)
{
	switch (member->kind) {
	case DNS_STRINGS:
		return take_strings(reading, member, out);
	case DNS_HEX:
		return take_hex(reading, member, out);
	case DNS_BASE64:
		return take_base64(reading, member, out);
	case DNS_PARAMS:
		return take_params(reading, member, out);
	default:
		return reading->at < reading->n ? take_word(reading, member, out)
		                                : rdata_refuse(reading->fault, member, "required", NULL);
	}
}

static bool take_members(const struct dns_type_row *row, struct reading *reading, char *members[static DNS_MEMBERS])
{
	for (size_t i = 0; i < dns_members(row); i++) {
		_cleanup_buf_ struct buf out = { 0 };

		if (!take_member(reading, &row->members[i], &out))
			return false;
		members[i] = buf_failed(&out) ? NULL : arena_strdup(reading->arena, out.data ? out.data : "");
		if (!members[i])
			return rdata_refuse(reading->fault, &row->members[i], "memory", "out of memory");
	}
	if (reading->at < reading->n)
		return rdata_refuse(reading->fault, NULL, "parts", "There is more than this type of record holds.");
	return rdata_rules(row, members, reading->fault);
}

/* Quotes within a word are for parameters alone. */
static bool inner_quotes_fit(const struct dns_type_row *row, const struct dns_word *words, size_t n)
{
	if (row->members[dns_members(row) - 1].kind == DNS_PARAMS)
		return true;
	for (size_t i = 0; i < n; i++)
		if (words[i].inner)
			return false;
	return true;
}

bool rdata_from_words(enum dns_type type, const struct dns_word *words, size_t n, const char *origin,
                      struct arena *arena, const char **ret, struct rdata_fault *fault)
{
	const struct dns_type_row *row = dns_type_row(type);
	struct reading reading = { words, n, 0, origin, arena, fault };
	char *members[DNS_MEMBERS] = { NULL };
	_cleanup_buf_ struct buf out = { 0 };

	if (!row)
		return rdata_refuse(fault, NULL, "type", "This type of record isn't known.");
	if (n > DNS_RDATA_WORDS)
		return rdata_refuse(fault, NULL, "words", "There are too many parts.");
	if (!inner_quotes_fit(row, words, n))
		return rdata_refuse(fault, NULL, "words", "Put text with quotes, brackets or semicolons into quotes.");
	if (!take_members(row, &reading, members))
		return false;
	for (size_t i = 0; i < dns_members(row); i++)
		if (*members[i])
			buf_printf(&out, "%s%s", out.size ? " " : "", members[i]);
	*ret = buf_failed(&out) ? NULL : arena_strdup(arena, out.data ? out.data : "");
	if (!*ret)
		return rdata_refuse(fault, NULL, "memory", "out of memory");
	return out.size <= DNS_RDATA_MAX || rdata_refuse(fault, NULL, "length", "This is too long for one record.");
}

/* A TXT's text without quotes is one word, as it stands. */
static bool bare_text(const char *text, struct arena *arena, const char **ret, struct rdata_fault *fault)
{
	_cleanup_buf_ struct buf escaped = { 0 };

	for (const char *at = text; *at; at++) {
		if ((unsigned char)*at < ' ' || *at == '\x7f')
			return rdata_refuse(fault, NULL, "control", "Control characters can't be used.");
		if (*at == '\\' && (!at[1] || !strchr("0123456789\\\"", at[1])))
			buf_putc(&escaped, '\\'); /* a backslash that means itself */
		else if (*at == '\\')
			buf_putc(&escaped, *at++);
		buf_putc(&escaped, *at);
	}
	*ret = buf_failed(&escaped) ? NULL : arena_strdup(arena, escaped.data ? escaped.data : "");
	return *ret || rdata_refuse(fault, NULL, "memory", "out of memory");
}

bool rdata_normalise(enum dns_type type, const char *text, const char *origin, struct arena *arena, const char **ret,
                     struct rdata_fault *fault)
{
	struct dns_word words[DNS_RDATA_WORDS];
	const char *why = NULL;
	size_t n = 0;

	*fault = (struct rdata_fault){ 0 };
	if (strlen(text) > DNS_RDATA_MAX)
		return rdata_refuse(fault, NULL, "length", "This is too long for one record.");
	if (type == DNS_TXT && text[strspn(text, " \t")] != '"' && *text) {
		words[0] = (struct dns_word){ 0 };
		if (!bare_text(text, arena, &words[0].text, fault))
			return false;
		n = 1;
	} else if (!dns_words(text, arena, words, DNS_RDATA_WORDS, &n, &why)) {
		return rdata_refuse(fault, NULL, "words", why);
	}
	return rdata_from_words(type, words, n, origin, arena, ret, fault);
}
