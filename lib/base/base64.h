/* base64: bytes as text and back (RFC 4648 §4). */
#pragma once

#include <stddef.h>

#include "lib/base/buf.h"

/* With padding; buf_failed tells when there was no room. */
void base64_put(struct buf *buf, const void *bytes, size_t size);

/* How many bytes a text stands for; 0: it isn't base64 in its one spelling. */
size_t base64_size(const char *text);

/* The bytes that a text stands for, with its padding or without; their number, 0: it isn't base64, or more than max. */
size_t base64_decode(const char *text, void *ret, size_t max);
