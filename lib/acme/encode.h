/* encode: base64url without padding (RFC 7515); for this module alone. */
#pragma once

#include "lib/base/buf.h"

void encode_base64url(struct buf *to, const void *data, size_t size);

/* Appends the bytes; false for foreign characters, padding and a length that none has. */
bool decode_base64url(struct buf *to, const char *text);
