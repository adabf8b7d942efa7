/* write: what writing messages and writing packed bytes share. */
#pragma once

#include <protobuf-c/protobuf-c.h>

#include "lib/base/buf.h"

/* Whether a byte of a text stands in JSON as it is. */
static inline bool write_is_plain(char c)
{
	return c >= ' ' && c < 0x7F && c != '"' && c != '\\' && c != '<';
}

/* Appends one code point that isn't plain; gives its bytes, 0 when they aren't UTF-8 (and nothing is appended). */
size_t write_special(struct buf *buf, const char *text, size_t size);

/* Appends one value of a field, as it lies in a message. */
void write_value(struct buf *buf, const ProtobufCFieldDescriptor *field, const void *value);
