/*
 * zonefile: zones as text (RFC 1035 §5, $TTL of RFC 2308). Reading is strict: class IN, the types of types.def, neither
 * $INCLUDE nor $GENERATE, nothing outside of the zone.
 */
#pragma once

#include "lib/base/buf.h"
#include "lib/dns/record.h"

enum {
	ZONEFILE_MAX = 1 << 20, /* bytes */
	ZONEFILE_RECORDS = 10000,
	ZONEFILE_ARENA = 16 << 20, /* an arena of this size is enough for any file */
};

struct zonefile_fault {
	unsigned line;   /* from 1 */
	char member[24]; /* "name", "ttl", "type", "data", "directive" */
	char words[200];
};

struct zonefile {
	struct dns_record *records; /* in the order of the file; tag is the line. From the arena */
	size_t n;
	struct zonefile_fault *faults; /* the first of them */
	size_t n_faults;
};

/* Reads all lines, also after a fault, until there are 50. origin: with the dot; ttl: of records that have none and no
 * $TTL or record with one before them. False: there are faults, or not even the memory to say so (then n_faults is 0).
 */
bool zonefile_read(const char *text, size_t size, const char *origin, uint32_t ttl, struct arena *arena,
                   struct zonefile *ret);

/* Appends sorted records; reading gives the same ones. */
void zonefile_write(const struct dns_record *records, size_t n, const char *origin, struct arena *arena,
                    struct buf *out);
