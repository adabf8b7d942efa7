/* wire: looks at packed bytes before protobuf-c does. */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/error.h"

enum { WIRE_DEPTH = 16 };

/* Bytes that are left to read. */
struct wire_reader {
	const uint8_t *at, *end;
};

/* One number; false when it is cut off or has more than 64 bits. */
bool wire_long_varint(struct wire_reader *reader, uint64_t *ret);
static inline bool wire_varint(struct wire_reader *reader, uint64_t *ret)
{
	if (reader->at == reader->end || *reader->at >= 0x80)
		return wire_long_varint(reader, ret);
	*ret = *reader->at++; /* most of them */
	return true;
}

/* Refuses what contract_unpack refuses, other than oversize. ERR_MALFORMED. */
bool wire_check(const ProtobufCMessageDescriptor *descriptor, const uint8_t *data, size_t size, struct error *err);
