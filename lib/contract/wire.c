/* wire: protobuf-c checks neither depth nor UTF-8 nor NUL bytes, and lets a field that comes twice win: this does. */
#include "wire.h"

#include <string.h>

#include "lib/contract/format.h"

enum { VARINT_MAX = 10, FIELDS_MAX = 256, WORD_BITS = 64 };

/* Which fields of a message were met. */
struct seen {
	uint64_t words[FIELDS_MAX / WORD_BITS];
};

static bool malformed(struct error *err, const char *what)
{
	return error_set(err, ERR_MALFORMED, "the message can't be read: %s", what);
}

bool wire_long_varint(struct wire_reader *reader, uint64_t *ret)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < VARINT_MAX && reader->at < reader->end; i++) {
		uint8_t byte = *reader->at++;

		value |= (uint64_t)(byte & 0x7F) << (7 * i);
		if (byte & 0x80)
			continue;
		*ret = value;
		return i < VARINT_MAX - 1 || byte <= 1;
	}
	return false;
}

static bool skip(struct wire_reader *reader, uint64_t size)
{
	if ((uint64_t)(reader->end - reader->at) < size)
		return false;
	reader->at += size;
	return true;
}

/* Goes past one value; for a length-prefixed one *ret is its bytes. */
static bool read_value(struct wire_reader *reader, unsigned type, struct wire_reader *ret)
{
	uint64_t number;

	switch (type) {
	case PROTOBUF_C_WIRE_TYPE_VARINT:
		return wire_varint(reader, &number);
	case PROTOBUF_C_WIRE_TYPE_64BIT:
		return skip(reader, 8);
	case PROTOBUF_C_WIRE_TYPE_32BIT:
		return skip(reader, 4);
	case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
		if (!wire_varint(reader, &number))
			return false;
		*ret = (struct wire_reader){ reader->at, reader->at };
		if (!skip(reader, number))
			return false;
		ret->end = reader->at;
		return true;
	default:
		return false; /* groups */
	}
}

static bool note_seen(struct seen *seen, const ProtobufCMessageDescriptor *descriptor,
                      const ProtobufCFieldDescriptor *field, struct error *err)
{
	size_t index = (size_t)(field - descriptor->fields);
	uint64_t bit = UINT64_C(1) << (index % WORD_BITS);

	if (field->label == PROTOBUF_C_LABEL_REPEATED || index >= FIELDS_MAX)
		return true;
	if (seen->words[index / WORD_BITS] & bit)
		return malformed(err, "a field comes twice");
	seen->words[index / WORD_BITS] |= bit;
	return true;
}

static bool check_message(const ProtobufCMessageDescriptor *descriptor, struct wire_reader reader, unsigned depth,
                          struct error *err);

static bool check_bytes(const ProtobufCFieldDescriptor *field, struct wire_reader value, unsigned depth,
                        struct error *err)
{
	size_t size = (size_t)(value.end - value.at);

	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return check_message(field->descriptor, value, depth + 1, err);
	if (field->type != PROTOBUF_C_TYPE_STRING)
		return true;
	if (memchr(value.at, 0, size))
		return malformed(err, "a text holds a NUL byte");
	return format_utf8_valid(value.at, size) || malformed(err, "a text isn't UTF-8");
}

/* Fields come in the order of their numbers, most likely: the search begins at *place. */
static const ProtobufCFieldDescriptor *find_field(const ProtobufCMessageDescriptor *descriptor, unsigned number,
                                                  unsigned *place)
{
	while (*place < descriptor->n_fields && descriptor->fields[*place].id < number)
		++*place;
	if (*place < descriptor->n_fields && descriptor->fields[*place].id == number)
		return &descriptor->fields[*place];
	return protobuf_c_message_descriptor_get_field(descriptor, number);
}

static bool check_field(const ProtobufCMessageDescriptor *descriptor, struct wire_reader *reader, struct seen *seen,
                        unsigned *place, unsigned depth, struct error *err)
{
	const ProtobufCFieldDescriptor *field;
	struct wire_reader value = { NULL, NULL };
	uint64_t key;

	if (!wire_varint(reader, &key) || key >> 3 == 0 || key >> 3 > 0x1FFFFFFF)
		return malformed(err, "a field has no number");
	if (!read_value(reader, (unsigned)(key & 7), &value))
		return malformed(err, "a field is cut off");
	field = find_field(descriptor, (unsigned)(key >> 3), place);
	if (!field)
		return true; /* of a later contract: kept, not understood */
	return note_seen(seen, descriptor, field, err) && (!value.at || check_bytes(field, value, depth, err));
}

static bool check_message(const ProtobufCMessageDescriptor *descriptor, struct wire_reader reader, unsigned depth,
                          struct error *err)
{
	struct seen seen = { 0 };
	unsigned place = 0;

	if (depth > WIRE_DEPTH)
		return malformed(err, "it is nested too deeply");
	while (reader.at < reader.end)
		if (!check_field(descriptor, &reader, &seen, &place, depth, err))
			return false;
	return true;
}

bool wire_check(const ProtobufCMessageDescriptor *descriptor, const uint8_t *data, size_t size, struct error *err)
{
	struct wire_reader reader = { data, data };

	if (!size)
		return true;
	reader.end = data + size;
	return check_message(descriptor, reader, 1, err);
}
