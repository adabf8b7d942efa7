/* base64: bytes as text (RFC 4648 §4), with padding. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/base/arena.h"

/* NULL without room. */
const char *base64(const void *bytes, size_t size, struct arena *arena);

/* How many bytes a text stands for; 0: it isn't base64 in its one spelling. */
size_t base64_size(const char *text);
