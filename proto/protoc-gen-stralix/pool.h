/* pool: memory that lives until the generator ends; running out of it aborts. */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

struct pool;

struct pool *pool_new(void);
void pool_free(struct pool *pool);

void *pool_alloc(struct pool *pool, size_t size); /* zeroed */
char *pool_printf(struct pool *pool, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Lets protobuf-c take from the pool: what it unpacks is never freed by hand. */
ProtobufCAllocator pool_allocator(struct pool *pool);
