/* Fuzz target of contract_unpack and contract_validate: hostile bytes, as every service and the engine read them. */
#include <stdlib.h>
#include <string.h>

#include "lib/contract/contract.h"

#include "stralix/v1/contract.h"

enum { ARENA_MAX = 1 << 20, SIZE_MAX_ = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct contract_message *const types[] = {
	&stralix__v1__create_website_request__rules,
	&stralix__v1__enqueue_request__rules,
	&stralix__v1__outcome__rules,
	&stralix__v1__report__rules,
	&stralix__v1__command__rules,
	&stralix__v1__website_state__rules,
	&stralix__v1__link_frame__rules,
	&stralix__v1__signer_request__rules,
	&stralix__v1__heartbeat__rules,
	&stralix__v1__node__rules,
};

/* What is good once stays good, on the wire and by its rules. */
static void check(const struct contract_message *type, const uint8_t *data, size_t size, struct arena *arena)
{
	ProtobufCMessage *message, *again;
	size_t packed_size = 0;
	uint8_t *packed;

	if (!contract_unpack(type->descriptor, data, size, SIZE_MAX_, arena, &message, NULL))
		return;
	(void)contract_has_unknown(message);
	if (!contract_validate(type, message, arena, NULL))
		return;
	packed = contract_pack(message, arena, &packed_size);
	if (!packed)
		return; /* the arena is full */
	if (!contract_unpack(type->descriptor, packed, packed_size, SIZE_MAX_, arena, &again, NULL))
		return;
	if (!contract_validate(type, again, arena, NULL))
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
