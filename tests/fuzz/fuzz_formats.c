/* Fuzz target of the formats: what comes out is normal, that is, it comes out of a second check as it is. */
#include <stdlib.h>
#include <string.h>

#include "lib/contract/format.h"

enum { ARENA_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(Stralix__Format format, const char *text, struct arena *arena)
{
	const char *normal, *again, *reason;

	if (!format_check(format, text, arena, &normal, &reason)) {
		if (!reason || !*reason)
			abort();
		return;
	}
	if (!format_utf8_valid(normal, strlen(normal)))
		abort();
	if (*normal && (!format_check(format, normal, arena, &again, &reason) || strcmp(normal, again) != 0))
		abort();
	if (format == STRALIX__FORMAT__HOSTNAME && !format_display_domain(normal, arena))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(ARENA_MAX);
	char *text = size ? malloc(size) : NULL;

	if (arena && text) {
		memcpy(text, data + 1, size - 1);
		text[size - 1] = '\0';
		check((Stralix__Format)data[0], text, arena);
	}
	free(text);
	if (arena)
		arena_free(arena);
	return 0;
}
