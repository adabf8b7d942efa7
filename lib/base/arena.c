/* arena: a list of blocks with a bump pointer; large requests get a block of their own. */

#include "lib/base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { BLOCK_LEAST = 4096, BLOCK_MOST = 65536, ALIGNMENT = 16 };

struct block {
	struct block *next;
	size_t size, used;
	_Alignas(ALIGNMENT) unsigned char data[];
};

struct arena {
	struct block *blocks; /* the one that is filled now stands first */
	size_t max, taken;
};

struct arena *arena_new(size_t max)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena)
		arena->max = max;
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	for (struct block *next, *block = arena->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

/* As much again as was taken so far, so that there are few blocks. */
static size_t usual_size(const struct arena *arena)
{
	if (arena->taken < BLOCK_LEAST)
		return BLOCK_LEAST;
	return arena->taken < BLOCK_MOST ? arena->taken : BLOCK_MOST;
}

static struct block *block_add(struct arena *arena, size_t size)
{
	size_t usual = usual_size(arena), room = size > usual ? size : usual;
	struct block *block = calloc(1, sizeof(*block) + room);

	if (!block)
		return NULL;
	block->size = room;
	if (arena->blocks && size > usual) { /* the small one goes on being filled */
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct block *block = arena->blocks;
	size_t rounded;
	void *memory;

	if (size > arena->max - arena->taken)
		return NULL;
	rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (rounded < size)
		return NULL;
	if (!block || rounded > block->size - block->used)
		block = block_add(arena, rounded);
	if (!block)
		return NULL;
	memory = block->data + block->used;
	block->used += rounded;
	arena->taken += size;
	return memory;
}

char *arena_strndup(struct arena *arena, const char *text, size_t size)
{
	size_t length = strnlen(text, size);
	char *copy = arena_alloc(arena, length + 1);

	if (copy)
		memcpy(copy, text, length);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, SIZE_MAX);
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args, again;
	char *text = NULL;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	if (length >= 0)
		text = arena_alloc(arena, (size_t)length + 1);
	if (text)
		vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	va_end(args);
	return text;
}
