/*
 * straight: packed bytes to JSON in one pass, for replies as services pack them: fields in the order of their numbers,
 * each known and of its type. Whatever is otherwise is left to contract_unpack, which so remains the only judge of
 * bytes.
 */
#include <string.h>

#include "lib/contract/wire.h"
#include "lib/json/json.h"

#include "plan.h"
#include "write.h"

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

enum { KEY_BYTES = 2, LENGTH_BYTES = 4, WORD = sizeof(uint64_t) };

/* A value as it would lie in a message. */
union value {
	uint32_t word;
	uint64_t wide;
	protobuf_c_boolean truth;
	ProtobufCBinaryData bytes;
};

/* A number that takes at most so many bytes: protobuf-c reads keys and lengths less far than wire_varint. */
static bool read_short(struct wire_reader *reader, ptrdiff_t most, uint64_t *ret)
{
	const uint8_t *start = reader->at;

	return wire_varint(reader, ret) && reader->at - start <= most;
}

static bool read_bytes(struct wire_reader *reader, struct wire_reader *ret)
{
	uint64_t size;

	if (!read_short(reader, LENGTH_BYTES, &size) || size > (uint64_t)(reader->end - reader->at))
		return false;
	*ret = (struct wire_reader){ reader->at, reader->at + size };
	reader->at += size;
	return true;
}

/* The highest bit of each byte that equals c, and perhaps of some behind the first such. */
static inline uint64_t bytes_equal(uint64_t word, uint8_t c)
{
	uint64_t other = word ^ (ONES * c);

	return (other - ONES) & ~other;
}

/* Whether all eight stand in JSON as they are: write_is_plain for eight at a time. */
static inline bool is_plain_word(uint64_t word)
{
	uint64_t controls = (word - ONES * ' ') & ~word;

	return !((word | controls | bytes_equal(word, '"') | bytes_equal(word, '\\') | bytes_equal(word, '<') |
	          bytes_equal(word, 0x7F)) &
	         HIGHS);
}

static inline bool copy_plain_word(char *to, const char *text)
{
	uint64_t word;

	memcpy(&word, text, sizeof(word));
	if (!is_plain_word(word))
		return false;
	memcpy(to, &word, sizeof(word));
	return true;
}

/* The plain bytes at the start of a text, copied. */
static size_t add_plain(char *to, const char *text, size_t size)
{
	size_t n = 0;

	while (size - n >= WORD && copy_plain_word(to + n, text + n))
		n += WORD;
	/* The rest, with what stands before it. */
	if (size >= WORD && size - n < WORD && copy_plain_word(to + size - WORD, text + size - WORD))
		return size;
	for (; n < size && write_is_plain(text[n]); n++)
		to[n] = text[n];
	return n;
}

/* What has to be escaped, and what isn't text at all. */
static bool write_rest(struct buf *buf, const char *text, size_t size)
{
	for (size_t step; size; text += step, size -= step) {
		char *to = buf_room(buf, size);

		if (!to)
			return false;
		step = add_plain(to, text, size);
		to[step] = '\0';
		buf->size += step;
		if (!step)
			step = *text ? write_special(buf, text, size) : 0;
		if (!step)
			return false;
	}
	buf_putc(buf, '"');
	return true;
}

/* Checks, escapes and copies at once. */
static bool write_text(struct buf *buf, struct wire_reader text)
{
	size_t size = (size_t)(text.end - text.at), plain;
	char *to = buf_room(buf, size + strlen("\"\""));

	if (!to)
		return false;
	*to++ = '"';
	plain = add_plain(to, (const char *)text.at, size);
	buf->size += 1 + plain;
	if (plain < size) {
		to[plain] = '\0';
		return write_rest(buf, (const char *)text.at + plain, size - plain);
	}
	to[plain] = '"';
	to[plain + 1] = '\0';
	buf->size++;
	return true;
}

static int32_t zigzag(uint32_t number)
{
	return (int32_t)(number >> 1 ^ (0 - (number & 1)));
}

static int64_t zigzag_wide(uint64_t number)
{
	return (int64_t)(number >> 1 ^ (0 - (number & 1)));
}

static bool read_number(struct wire_reader *reader, ProtobufCType type, union value *ret)
{
	uint64_t number;

	if (!wire_varint(reader, &number))
		return false;
	switch (type) {
	case PROTOBUF_C_TYPE_BOOL:
		ret->truth = number != 0;
		break;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_UINT64:
		ret->wide = number;
		break;
	case PROTOBUF_C_TYPE_SINT64:
		ret->wide = (uint64_t)zigzag_wide(number);
		break;
	case PROTOBUF_C_TYPE_SINT32:
		ret->word = (uint32_t)zigzag((uint32_t)number);
		break;
	default:
		ret->word = (uint32_t)number;
		break;
	}
	return true;
}

/* The bytes of the wire are those of memory. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers of fixed size would have to be turned round");

static bool read_fixed(struct wire_reader *reader, size_t size, union value *ret)
{
	if ((size_t)(reader->end - reader->at) < size)
		return false;
	memcpy(ret, reader->at, size);
	reader->at += size;
	return true;
}

static bool write_scalar(struct buf *buf, const struct plan_member *member, struct wire_reader *reader)
{
	union value value = { .wide = 0 };
	struct wire_reader bytes;
	bool read;

	switch (member->wire) {
	case PROTOBUF_C_WIRE_TYPE_VARINT:
		read = read_number(reader, member->field->type, &value);
		break;
	case PROTOBUF_C_WIRE_TYPE_32BIT:
		read = read_fixed(reader, sizeof(value.word), &value);
		break;
	case PROTOBUF_C_WIRE_TYPE_64BIT:
		read = read_fixed(reader, sizeof(value.wide), &value);
		break;
	default:
		read = read_bytes(reader, &bytes);
		if (read) {
			value.bytes.len = (size_t)(bytes.end - bytes.at);
			memcpy(&value.bytes.data, &bytes.at, sizeof(bytes.at)); /* const, but for protobuf-c's type */
		}
		break;
	}
	if (read)
		write_value(buf, member->field, &value);
	return read;
}

static bool write_message(struct buf *buf, const struct json_plan *plan, struct wire_reader reader);

static bool write_one(struct buf *buf, const struct plan_member *member, struct wire_reader *reader)
{
	struct wire_reader value;

	if (member->field->type == PROTOBUF_C_TYPE_STRING)
		return read_bytes(reader, &value) && write_text(buf, value);
	if (member->field->type == PROTOBUF_C_TYPE_MESSAGE)
		return read_bytes(reader, &value) && write_message(buf, member->plan, value);
	return write_scalar(buf, member, reader);
}

/* The values of an array follow each other, each behind the same key. */
static bool write_array(struct buf *buf, const struct plan_member *member, const uint8_t *key, size_t key_size,
                        struct wire_reader *reader)
{
	buf_putc(buf, '[');
	while (write_one(buf, member, reader)) {
		if ((size_t)(reader->end - reader->at) < key_size || memcmp(reader->at, key, key_size) != 0) {
			buf_putc(buf, ']');
			return true;
		}
		reader->at += key_size;
		buf_putc(buf, ',');
	}
	return false;
}

/* The first member has no comma before it. */
static void add_member(struct buf *buf, const char *text, size_t size, size_t start)
{
	size_t comma = buf->size == start && size;

	buf_add(buf, text + comma, size - comma);
}

static bool write_message(struct buf *buf, const struct json_plan *plan, struct wire_reader reader)
{
	const struct plan_member *member = plan->members, *end = member + plan->n;
	size_t start;

	buf_putc(buf, '{');
	start = buf->size;
	while (reader.at < reader.end) {
		const uint8_t *at = reader.at;
		uint64_t key;

		if (!read_short(&reader, KEY_BYTES, &key))
			return false;
		for (; member < end && member->field->id < key >> 3; member++)
			add_member(buf, member->absent, member->absent_size, start);
		if (member == end || member->field->id != key >> 3 || member->wire != (key & 7) || member->uncommon)
			return false;
		add_member(buf, member->key, member->key_size, start);
		if (!(member->repeated ? write_array(buf, member, at, (size_t)(reader.at - at), &reader)
		                       : write_one(buf, member, &reader)))
			return false;
		member++;
	}
	for (; member < end; member++)
		add_member(buf, member->absent, member->absent_size, start);
	buf_putc(buf, '}');
	return true;
}

bool json_write_packed(struct buf *buf, const struct json_plan *plan, const void *data, size_t size)
{
	static const uint8_t nothing[1];
	const uint8_t *bytes = size ? data : nothing;
	size_t start = buf->size;

	/* Names take about as much room as values. */
	if (buf_room(buf, 2 * size) && write_message(buf, plan, (struct wire_reader){ bytes, bytes + size }) &&
	    !buf_failed(buf))
		return true;
	buf->size = start;
	if (buf->data)
		buf->data[start] = '\0';
	return false;
}
