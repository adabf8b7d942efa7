/* random_bytes: see random_bytes.h. */
#include "random_bytes.h"

#include <string.h>

enum { REPEATED_MOST = 4 };

static uint64_t next(struct random *random)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 7;
	random->state ^= random->state << 17;
	return random->state;
}

unsigned random_below(struct random *random, unsigned limit)
{
	return (unsigned)((next(random) >> 20) % limit);
}

static void put_varint(struct buf *buf, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		buf_putc(buf, (char)(number | 0x80));
	buf_putc(buf, (char)number);
}

/* Small ones, all bits, and what lies on the borders. */
static uint64_t any_number(struct random *random)
{
	static const uint64_t borders[] = { 0, 1, 127, 128, INT32_MAX, UINT32_MAX, INT64_MAX, UINT64_MAX };

	switch (random_below(random, 3)) {
	case 0:
		return random_below(random, 8);
	case 1:
		return next(random) >> random_below(random, 64);
	default:
		return borders[random_below(random, sizeof(borders) / sizeof(borders[0]))];
	}
}

static void put_text(struct buf *buf, struct random *random)
{
	static const char *const pieces[] = {
		"example.org",      "\"", "\\", "<b>", "\n", "\x7F", "é", "\xE2\x80\xA8", "\xF0\x9F\x8C\x8D",
		" and more of it: "
	};
	_cleanup_buf_ struct buf text = { 0 };

	for (unsigned n = random_below(random, 5); n; n--)
		buf_puts(&text, pieces[random_below(random, sizeof(pieces) / sizeof(pieces[0]))]);
	put_varint(buf, text.size);
	buf_add(buf, text.data, text.size);
}

static void put_bytes(struct buf *buf, struct random *random)
{
	unsigned size = random_below(random, 9);

	put_varint(buf, size);
	while (size--)
		buf_putc(buf, (char)next(random));
}

static void put_inner(struct buf *buf, const ProtobufCMessageDescriptor *type, struct random *random)
{
	_cleanup_buf_ struct buf inner = { 0 };

	random_message(&inner, type, random);
	put_varint(buf, inner.size);
	buf_add(buf, inner.data, inner.size);
}

static void put_field(struct buf *buf, const ProtobufCFieldDescriptor *field, struct random *random)
{
	uint64_t number = any_number(random), key = (uint64_t)field->id << 3;

	switch (field->type) {
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
		put_varint(buf, key | PROTOBUF_C_WIRE_TYPE_32BIT);
		buf_add(buf, &number, sizeof(uint32_t));
		break;
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		put_varint(buf, key | PROTOBUF_C_WIRE_TYPE_64BIT);
		buf_add(buf, &number, sizeof(number));
		break;
	case PROTOBUF_C_TYPE_STRING:
		put_varint(buf, key | PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED);
		put_text(buf, random);
		break;
	case PROTOBUF_C_TYPE_BYTES:
		put_varint(buf, key | PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED);
		put_bytes(buf, random);
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		put_varint(buf, key | PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED);
		put_inner(buf, field->descriptor, random);
		break;
	default:
		put_varint(buf, key | PROTOBUF_C_WIRE_TYPE_VARINT);
		put_varint(buf, number);
		break;
	}
}

void random_message(struct buf *buf, const ProtobufCMessageDescriptor *type, struct random *random)
{
	buf_add(buf, "", 0);
	for (unsigned i = 0; i < type->n_fields; i++) {
		bool repeated = type->fields[i].label == PROTOBUF_C_LABEL_REPEATED;

		for (unsigned n = random_below(random, repeated ? REPEATED_MOST : 3); n; n = repeated ? n - 1 : 0)
			put_field(buf, &type->fields[i], random);
	}
}

void random_break(struct buf *buf, struct random *random)
{
	size_t at = random_below(random, (unsigned)buf->size + 1), left = buf->size - at;
	char byte = (char)next(random);

	switch (random_below(random, 4)) {
	case 0:
		if (left)
			buf->data[at] = byte;
		break;
	case 1:
		buf->size = at;
		break;
	case 2: /* the first part comes again */
		if (buf_room(buf, at)) {
			memcpy(buf->data + buf->size, buf->data, at);
			buf->size += at;
		}
		break;
	default:
		if (buf_room(buf, 1)) {
			memmove(buf->data + at + 1, buf->data + at, left);
			buf->data[at] = byte;
			buf->size++;
		}
		break;
	}
}
