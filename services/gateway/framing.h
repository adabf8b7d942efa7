/* framing: what of a request's outer shape is refused before anything else looks at it. Pure: no HTTP library. */
#pragma once

#include <stddef.h>

#include "lib/base/error.h"

enum {
	FRAMING_TARGET_MAX = 4096,       /* bytes of path and query */
	FRAMING_HEADERS_MAX = 100,       /* fields */
	FRAMING_HEADER_BYTES = 16 << 10, /* sum of names and values */
	FRAMING_BODY_MAX = 256 << 10,    /* a body that is read into a message */
	FRAMING_DRAIN_MAX = 2 << 20,     /* a body that is still read so that its refusal arrives */
};

/* Starts zeroed; framing_header is called for each header of the request. */
struct framing {
	size_t n_headers, header_bytes;
	unsigned n_lengths, n_encodings, n_hosts;
	size_t length; /* the declared one */
	bool bad_length, bad_encoding, bad_name, bad_bytes;
};

void framing_header(struct framing *framing, const char *name, const char *value);

/*
 * The HTTP status of the refusal, or 0 when the shape is good; err says why. All of these close the connection: what
 * follows on it can't be told from the body.
 */
unsigned framing_check(const struct framing *framing, const char *target, struct error *err);
