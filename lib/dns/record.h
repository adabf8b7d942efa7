/* record: records of a zone, and what must hold between them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/dns/type.h"

/* All text is borrowed. */
struct dns_record {
	const char *name; /* absolute, with the dot */
	enum dns_type type;
	uint32_t ttl;
	const char *data; /* normal: rdata.h */
	size_t tag;       /* the caller's */
};

/* By name (RFC 4034 §6.1), type, data. Records of one set are neighbours then. */
void dns_sort(struct dns_record *records, size_t n);

/* Whether both are of one set: the same name and type. */
bool dns_same_set(const struct dns_record *a, const struct dns_record *b);

struct dns_limits {
	uint32_t least_ttl, most_ttl;
	size_t records, in_set; /* at most */
	bool needs_ns;          /* the zone's own name has NS records */
};

#define DNS_ZONE_ITSELF SIZE_MAX

struct dns_fault {
	size_t tag;         /* of the record, or DNS_ZONE_ITSELF */
	const char *member; /* "ttl", "name", "type", "data" */
	const char *rule;   /* "cname_alone" … */
	char words[200];
};

/*
 * Looks at sorted records of the zone whose origin this is; with SOA and apex NS or without them. Stores the first most
 * faults and answers how many there are. RFC 1034 §3.6.2 (CNAME), §4.2.1 (delegations), 2181 §5.2 (one TTL), 10.3 (MX,
 * NS), 4035 §2.4 (DS), 4592 §4 (wildcards), 7505 §3 (no mail), 9460 §2.4.
 */
size_t dns_check(const struct dns_record *records, size_t n, const char *origin, const struct dns_limits *limits,
                 struct dns_fault *faults, size_t most);

/* Sets of one state and another. before or after is empty (n = 0) for what came or went. */
struct dns_set {
	const struct dns_record *records;
	size_t n;
};

struct dns_difference {
	struct dns_set before, after;
};

/* Both sorted. Stores the first most differences and answers how many there are; a TTL counts. */
size_t dns_diff(const struct dns_record *before, size_t n_before, const struct dns_record *after, size_t n_after,
                struct dns_difference *ret, size_t most);
