/* Fuzz target of lib/json: what was read is written, read and written again the same. */
#include <stdlib.h>
#include <string.h>

#include "lib/json/json.h"

#include "stralix/v1/contract.h"

enum { ARENA_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const ProtobufCMessageDescriptor *const types[] = {
	&stralix__v1__create_website_request__descriptor,
	&stralix__v1__create_api_token_request__descriptor,
	&stralix__v1__create_user_request__descriptor,
	&stralix__v1__node__descriptor,
	&stralix__v1__outcome__descriptor,
	&stralix__v1__link_frame__descriptor,
};

static void check(const ProtobufCMessageDescriptor *type, const char *text, size_t size, struct arena *arena)
{
	_cleanup_buf_ struct buf once = { 0 }, twice = { 0 };
	ProtobufCMessage *message, *again;
	struct error err = { 0 };

	if (!json_read(type, text, size, arena, &message, &err)) {
		if (err.code == ERR_NONE)
			abort();
		return;
	}
	if (!json_write(&once, message) || !json_read(type, once.data, once.size, arena, &again, &err))
		return; /* out of memory */
	if (!json_write(&twice, again) || strcmp(once.data, twice.data) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(ARENA_MAX);
	char *text = size ? malloc(size) : NULL;

	if (arena && text) {
		memcpy(text, data + 1, size - 1);
		check(types[data[0] % ARRAY_SIZE(types)], text, size - 1, arena);
	}
	free(text);
	if (arena)
		arena_free(arena);
	return 0;
}
