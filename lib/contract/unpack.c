/* unpack: packed bytes to a message and back, all memory from an arena. */
#include "lib/contract/contract.h"

#include "wire.h"

struct memory {
	struct arena *arena;
	bool exhausted;
};

static void *take(void *data, size_t size)
{
	struct memory *memory = data;
	void *pointer = arena_alloc(memory->arena, size);

	memory->exhausted = memory->exhausted || !pointer;
	return pointer;
}

static void keep(void *data, void *pointer)
{
	(void)data;
	(void)pointer;
}

bool contract_unpack(const ProtobufCMessageDescriptor *descriptor, const void *data, size_t size, size_t max,
                     struct arena *arena, ProtobufCMessage **ret, struct error *err)
{
	struct memory memory = { .arena = arena };
	ProtobufCAllocator allocator = { .alloc = take, .free = keep, .allocator_data = &memory };
	static const uint8_t nothing[1];
	ProtobufCMessage *message;

	if (size > max)
		return error_set(err, ERR_TOO_LARGE, "the message has %zu bytes, at most %zu are read", size, max);
	if (!wire_check(descriptor, data, size, err))
		return false;
	message = protobuf_c_message_unpack(descriptor, &allocator, size, size ? data : nothing);
	if (!message && memory.exhausted)
		return error_set(err, ERR_TOO_LARGE, "the message needs too much memory");
	if (!message)
		return error_set(err, ERR_MALFORMED, "the message can't be read: a field has another type");
	*ret = message;
	return true;
}

uint8_t *contract_pack(const ProtobufCMessage *message, struct arena *arena, size_t *ret_size)
{
	size_t size = protobuf_c_message_get_packed_size(message);
	uint8_t *bytes = arena_alloc(arena, size ? size : 1);

	if (!bytes)
		return NULL;
	*ret_size = protobuf_c_message_pack(message, bytes);
	return bytes;
}
