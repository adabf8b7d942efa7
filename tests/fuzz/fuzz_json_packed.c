/* Fuzz target of json_write_packed: hostile bytes are refused, or written as unpacking and writing would. */
#include <stdlib.h>
#include <string.h>

#include "lib/contract/contract.h"
#include "lib/json/json.h"

#include "stralix/v1/contract.h"

enum { ARENA_MAX = 4 << 20, SIZE_MAX_ = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const ProtobufCMessageDescriptor *const types[] = {
	&stralix__v1__list_websites_reply__descriptor, &stralix__v1__list_tasks_reply__descriptor,
	&stralix__v1__list_nodes_reply__descriptor,    &stralix__v1__list_records_reply__descriptor,
	&stralix__v1__heartbeat__descriptor,           &stralix__v1__outcome__descriptor,
	&stralix__v1__link_frame__descriptor,          &stralix__v1__violation__descriptor,
};

static void check(const ProtobufCMessageDescriptor *type, const uint8_t *data, size_t size, struct arena *arena)
{
	_cleanup_(json_plan_freep) struct json_plan *plan = json_plan_new(type);
	_cleanup_buf_ struct buf straight = { 0 }, want = { 0 };
	ProtobufCMessage *message;
	struct error err = { 0 };

	if (!plan || !json_write_packed(&straight, plan, data, size))
		return;
	if (!contract_unpack(type, data, size, SIZE_MAX_, arena, &message, &err)) {
		if (err.code != ERR_TOO_LARGE)
			abort();
		return;
	}
	if (!json_write(&want, message) || strcmp(straight.data, want.data) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(ARENA_MAX);
	uint8_t *copy = size ? malloc(size) : NULL; /* of its own size: reading past it shows */

	if (arena && copy) {
		memcpy(copy, data + 1, size - 1);
		check(types[data[0] % ARRAY_SIZE(types)], copy, size - 1, arena);
	}
	free(copy);
	if (arena)
		arena_free(arena);
	return 0;
}
