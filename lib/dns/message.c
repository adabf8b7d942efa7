/* message: reading of DNS messages (RFC 1035 §4.1): bytes that anybody may have sent. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "lib/base/base64.h"
#include "lib/dns/query.h"
#include "lib/dns/word.h"

enum {
	CLASS_IN = 1,
	JUMPS = 16,
	POINTER = 0xC0,
	FLAG_QR = 0x8000,
	OPCODE = 0x7800,
	FLAG_AA = 0x0400,
	FLAG_TC = 0x0200,
	RCODE = 0x000F,
	WIRE_NAME_MAX = 255,
};

struct message {
	const uint8_t *bytes;
	size_t size, at;
	struct arena *arena;
};

static bool take_u8(struct message *message, uint8_t *ret)
{
	if (message->at >= message->size)
		return false;
	*ret = message->bytes[message->at++];
	return true;
}

static bool take_u16(struct message *message, uint16_t *ret)
{
	if (message->size - message->at < 2)
		return false;
	*ret = (uint16_t)(message->bytes[message->at] << 8 | message->bytes[message->at + 1]);
	message->at += 2;
	return true;
}

static bool take_u32(struct message *message, uint32_t *ret)
{
	uint16_t high, low;

	if (!take_u16(message, &high) || !take_u16(message, &low))
		return false;
	*ret = (uint32_t)high << 16 | low;
	return true;
}

static void add_label(const uint8_t *label, size_t size, struct buf *out)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t c = (uint8_t)dns_lower((char)label[i]);

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '*')
			buf_putc(out, (char)c);
		else if (c == '.')
			buf_puts(out, "\\.");
		else
			buf_printf(out, "\\%03u", c);
	}
	buf_putc(out, '.');
}

/* A name, also one that points backwards. Appends it in lower case with the dot. */
static bool take_name(struct message *message, struct buf *out)
{
	size_t at = message->at, begin = out->size, wire = 1;
	bool jumped = false;

	for (unsigned jumps = 0;;) {
		if (at >= message->size)
			return false;
		uint8_t size = message->bytes[at++];
		if ((size & POINTER) == POINTER) {
			if (at >= message->size || ++jumps > JUMPS)
				return false;
			size_t target = (size_t)(size & ~POINTER) << 8 | message->bytes[at++];
			if (!jumped)
				message->at = at;
			if (target >= at - 2)
				return false;
			jumped = true;
			at = target;
			continue;
		}
		if (size & POINTER || message->size - at < size)
			return false;
		if (!size)
			break;
		wire += size + 1U;
		if (wire > WIRE_NAME_MAX)
			return false;
		add_label(message->bytes + at, size, out);
		at += size;
	}
	if (out->size == begin)
		buf_putc(out, '.');
	if (!jumped)
		message->at = at;
	return true;
}

static bool read_address(struct message *message, int family, size_t size, struct buf *out)
{
	char text[INET6_ADDRSTRLEN];
	size_t want = family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);

	if (size != want || !inet_ntop(family, message->bytes + message->at, text, sizeof(text)))
		return false;
	buf_puts(out, text);
	message->at += size;
	return true;
}

static bool read_strings(struct message *message, size_t end, struct buf *out)
{
	while (message->at < end) {
		uint8_t size = message->bytes[message->at++];

		if (end - message->at < size)
			return false;
		buf_puts(out, out->size ? " " : "");
		dns_word_quote((const char *)message->bytes + message->at, size, out);
		message->at += size;
	}
	return out->size > 0;
}

static bool read_soa(struct message *message, struct buf *out)
{
	if (!take_name(message, out))
		return false;
	buf_putc(out, ' ');
	if (!take_name(message, out))
		return false;
	for (unsigned i = 0; i < 5; i++) {
		uint32_t number;

		if (!take_u32(message, &number))
			return false;
		buf_printf(out, " %" PRIu32, number);
	}
	return true;
}

static bool read_mx(struct message *message, struct buf *out)
{
	uint16_t priority;

	if (!take_u16(message, &priority))
		return false;
	buf_printf(out, "%u ", priority);
	return take_name(message, out);
}

static bool read_ds(struct message *message, size_t end, struct buf *out)
{
	uint16_t tag;
	uint8_t algorithm, type;

	if (!take_u16(message, &tag) || !take_u8(message, &algorithm) || !take_u8(message, &type) || message->at >= end)
		return false;
	buf_printf(out, "%u %u %u ", tag, algorithm, type);
	while (message->at < end)
		buf_printf(out, "%02x", message->bytes[message->at++]);
	return true;
}

static bool read_dnskey(struct message *message, size_t end, struct buf *out)
{
	uint16_t flags;
	uint8_t protocol, algorithm;

	if (!take_u16(message, &flags) || !take_u8(message, &protocol) || !take_u8(message, &algorithm) ||
	    message->at >= end)
		return false;
	buf_printf(out, "%u %u %u ", flags, protocol, algorithm);
	base64_put(out, message->bytes + message->at, end - message->at);
	message->at = end;
	return true;
}

static bool read_caa(struct message *message, size_t end, struct buf *out)
{
	uint8_t flags, size;

	if (!take_u8(message, &flags) || !take_u8(message, &size) || !size || message->at > end ||
	    end - message->at < size)
		return false;
	buf_printf(out, "%u ", flags);
	for (size_t i = 0; i < size; i++) {
		uint8_t c = (uint8_t)dns_lower((char)message->bytes[message->at + i]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			return false;
		buf_putc(out, (char)c);
	}
	message->at += size;
	buf_putc(out, ' ');
	dns_word_quote((const char *)message->bytes + message->at, end - message->at, out);
	message->at = end;
	return true;
}

/* False: the data isn't what its type says. */
static bool read_data(struct message *message, enum dns_type type, size_t size, struct buf *out)
{
	size_t end = message->at + size;

	switch (type) {
	case DNS_A:
		return read_address(message, AF_INET, size, out);
	case DNS_AAAA:
		return read_address(message, AF_INET6, size, out);
	case DNS_NS:
	case DNS_CNAME:
	case DNS_PTR:
		return take_name(message, out);
	case DNS_MX:
		return read_mx(message, out);
	case DNS_TXT:
		return read_strings(message, end, out);
	case DNS_SOA:
		return read_soa(message, out);
	case DNS_DS:
	case DNS_CDS:
		return read_ds(message, end, out);
	case DNS_DNSKEY:
	case DNS_CDNSKEY:
		return read_dnskey(message, end, out);
	case DNS_CAA:
		return read_caa(message, end, out);
	default:
		message->at = end; /* not known: left out */
		return true;
	}
}

static bool read_record(struct message *message, struct dns_answer *ret)
{
	_cleanup_buf_ struct buf name = { 0 }, data = { 0 };
	uint16_t type, class, size;
	uint32_t ttl;

	if (!take_name(message, &name) || !take_u16(message, &type) || !take_u16(message, &class) ||
	    !take_u32(message, &ttl) || !take_u16(message, &size) || message->size - message->at < size)
		return false;
	size_t end = message->at + size;
	if (!read_data(message, (enum dns_type)type, size, &data) || message->at != end)
		return false;
	if (class != CLASS_IN || !data.size)
		return true;
	if (ret->n == DNS_ANSWERS)
		return false; /* a part would be taken for the whole */
	struct dns_record *record = &ret->records[ret->n];
	*record = (struct dns_record){ .type = (enum dns_type)type, .ttl = ttl };
	record->name = buf_failed(&name) ? NULL : arena_strdup(message->arena, name.data);
	record->data = buf_failed(&data) ? NULL : arena_strdup(message->arena, data.data);
	if (!record->name || !record->data)
		return false;
	ret->n++;
	return true;
}

static bool same_question(struct message *message, const char *name, enum dns_type type)
{
	_cleanup_buf_ struct buf asked = { 0 };
	uint16_t type_asked, class;

	return take_name(message, &asked) && take_u16(message, &type_asked) && take_u16(message, &class) &&
	       !buf_failed(&asked) && strcmp(asked.data, name) == 0 && type_asked == type && class == CLASS_IN;
}

static enum dns_reading bad(struct error *err, const char *words)
{
	error_set(err, ERR_BAD_REPLY, "%s", words);
	return DNS_READING_BAD;
}

enum dns_reading dns_answer_read(const uint8_t *bytes, size_t size, uint16_t id, const char *name, enum dns_type type,
                                 struct arena *arena, struct dns_answer *ret, struct error *err)
{
	struct message message = { bytes, size, 0, arena };
	uint16_t got_id, flags, questions, answers, rest;

	*ret = (struct dns_answer){ 0 };
	if (!take_u16(&message, &got_id) || !take_u16(&message, &flags) || !take_u16(&message, &questions) ||
	    !take_u16(&message, &answers) || !take_u16(&message, &rest) || !take_u16(&message, &rest))
		return DNS_READING_FOREIGN;
	if (got_id != id || !(flags & FLAG_QR) || flags & OPCODE)
		return DNS_READING_FOREIGN;
	ret->rcode = flags & RCODE;
	ret->authoritative = flags & FLAG_AA;
	ret->cut = flags & FLAG_TC;
	/* A refusal may come without the question. */
	if (questions == 0 && ret->rcode)
		return DNS_READING_GOOD;
	if (questions != 1 || !same_question(&message, name, type))
		return DNS_READING_FOREIGN;
	for (unsigned i = 0; i < answers && !ret->cut; i++)
		if (!read_record(&message, ret))
			return bad(err, "the answer can't be read");
	return DNS_READING_GOOD;
}
