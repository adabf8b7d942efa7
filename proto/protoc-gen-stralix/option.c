/* option: an extension reaches protobuf-c as unknown fields whose bytes begin with their own length. */
#include "option.h"

#include <string.h>

enum { OPTION_TAG = 50001 };

static size_t prefix_size(const ProtobufCMessageUnknownField *field)
{
	size_t n = 0;

	while (n < field->len && (field->data[n] & 0x80))
		n++;
	return n + 1;
}

/* protoc may hand one option on in several pieces: put together they are one message. */
static const ProtobufCMessage *read_option(const ProtobufCMessage *options, const ProtobufCMessageDescriptor *type,
                                           struct pool *pool)
{
	ProtobufCAllocator allocator = pool_allocator(pool);
	uint8_t *bytes = NULL;
	size_t size = 0, all = 0;

	for (unsigned i = 0; i < options->n_unknown_fields; i++)
		all += options->unknown_fields[i].len;
	for (unsigned i = 0; i < options->n_unknown_fields; i++) {
		const ProtobufCMessageUnknownField *field = &options->unknown_fields[i];
		size_t prefix = prefix_size(field);

		if (field->tag != OPTION_TAG || field->wire_type != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED ||
		    prefix > field->len)
			continue;
		if (!bytes)
			bytes = pool_alloc(pool, all);
		memcpy(bytes + size, field->data + prefix, field->len - prefix);
		size += field->len - prefix;
	}
	return bytes ? protobuf_c_message_unpack(type, &allocator, size, bytes) : NULL;
}

const Stralix__MethodRule *option_method(const Google__Protobuf__MethodOptions *options, struct pool *pool)
{
	if (!options)
		return NULL;
	return (const Stralix__MethodRule *)read_option(&options->base, &stralix__method_rule__descriptor, pool);
}

const Stralix__FieldRule *option_field(const Google__Protobuf__FieldOptions *options, struct pool *pool)
{
	if (!options)
		return NULL;
	return (const Stralix__FieldRule *)read_option(&options->base, &stralix__field_rule__descriptor, pool);
}
