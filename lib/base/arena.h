/* arena: memory that lives as long as one request and is freed at once. Not thread-safe. */
#pragma once

#include <stddef.h>

#include "lib/base/cleanup.h"

struct arena;

/* max is the sum of bytes that may ever be taken; NULL without memory. */
struct arena *arena_new(size_t max);
void arena_free(struct arena *arena);
DEFINE_CLEANUP(struct arena *, arena_free)

/* Zeroed, aligned for anything; NULL above the maximum or without memory. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t size);
char *arena_printf(struct arena *arena, const char *format, ...) _printf_(2, 3);
