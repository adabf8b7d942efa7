/* pem: text of RFC 7468, in one spelling: blocks and nothing else, lines of 64 digits, a line feed behind each. */
#pragma once

#include <stdbool.h>

#include "lib/base/arena.h"

/* Keeps the blocks and drops what stands between them, as people's files have it. From the arena; NULL when there is no
 * block, or one that isn't whole, is encrypted in the old way (with headers) or isn't base64. */
const char *pem_normalise(const char *text, struct arena *arena);

/* How many blocks a normal text has; 0 when one of them has another label. */
size_t pem_count(const char *pem, const char *label);
