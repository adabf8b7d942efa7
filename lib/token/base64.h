/* base64: base64url without padding, of which each value has one spelling; for this module alone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Refuses foreign bytes, padding, set trailing bits and more than max bytes. */
bool base64_read(const char *text, size_t length, void *ret, size_t max, size_t *ret_size);
