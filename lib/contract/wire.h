/* wire: looks at packed bytes before protobuf-c does. */
#pragma once

#include <protobuf-c/protobuf-c.h>

#include "lib/base/error.h"

enum { WIRE_DEPTH = 16 };

/* Refuses what contract_unpack refuses, other than oversize. ERR_MALFORMED. */
bool wire_check(const ProtobufCMessageDescriptor *descriptor, const uint8_t *data, size_t size, struct error *err);
