/* base32: RFC 4648 without padding, as NATS spells its keys. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* out holds (size * 8 + 4) / 5 characters and a NUL. */
void base32_encode(const uint8_t *bytes, size_t size, char *out);

/* How many bytes text spells; 0 for a foreign character, set trailing bits or more than max bytes. */
size_t base32_decode(const char *text, uint8_t *ret, size_t max);
