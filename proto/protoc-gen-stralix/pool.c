/* pool: a list of blocks, freed together. */
#include "pool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct block {
	struct block *next;
	max_align_t data[];
};

struct pool {
	struct block *blocks;
};

struct pool *pool_new(void)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		abort();
	return pool;
}

void pool_free(struct pool *pool)
{
	while (pool->blocks) {
		struct block *next = pool->blocks->next;

		free(pool->blocks);
		pool->blocks = next;
	}
	free(pool);
}

void *pool_alloc(struct pool *pool, size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + size);

	if (!block)
		abort();
	block->next = pool->blocks;
	pool->blocks = block;
	return block->data;
}

char *pool_printf(struct pool *pool, const char *format, ...)
{
	va_list list, again;
	int size;
	char *text;

	va_start(list, format);
	va_copy(again, list);
	size = vsnprintf(NULL, 0, format, list);
	if (size < 0)
		abort();
	text = pool_alloc(pool, (size_t)size + 1);
	vsnprintf(text, (size_t)size + 1, format, again);
	va_end(again);
	va_end(list);
	return text;
}

static void *take(void *pool, size_t size)
{
	return pool_alloc(pool, size);
}

static void keep(void *pool, void *pointer)
{
	(void)pool;
	(void)pointer;
}

ProtobufCAllocator pool_allocator(struct pool *pool)
{
	return (ProtobufCAllocator){ .alloc = take, .free = keep, .allocator_data = pool };
}
