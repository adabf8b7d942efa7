/*
 * name: names in zones (RFC 1035, 4343), kept absolute, in lower case, with the trailing dot: "www.shop.example.".
 * A zone's own name is kept without the dot. All from the arena; NULL or false: why says what to mend, for people.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/arena.h"

enum { DNS_NAME_MAX = 254, DNS_LABEL_MAX = 63 };

enum {
	DNS_NAME_WILDCARD = 1, /* the first label may be "*" */
	DNS_NAME_HOST = 2,     /* no underscores */
	DNS_NAME_ROOT = 4,     /* "." too */
	DNS_NAME_MAILBOX = 8,  /* "\." in the first label */
};

/*
 * "@" is the origin; what has no trailing dot is below it; U-labels become A-labels (RFC 5890). origin: with the dot.
 * "www.shop.example" in "shop.example." is refused: its dot was forgotten.
 */
const char *dns_name(const char *text, const char *origin, unsigned flags, struct arena *arena, const char **why);

/* The owner of a record in the zone whose origin this is; what lies outside is refused. */
const char *dns_owner(const char *text, const char *origin, struct arena *arena, const char **why);

/* "shop.example" or the name of a reverse zone: "2.0.192.in-addr.arpa". */
const char *dns_zone_name(const char *text, struct arena *arena, const char **why);

bool dns_zone_is_reverse(const char *zone);

/* Whether name is this one or below it; both with the dot. */
bool dns_name_within(const char *name, const char *above);

/* As people write it in its zone: "@", "www"; what is outside, or would look as if its dot was forgotten, stays as it
 * is. From the arena. */
const char *dns_name_relative(const char *name, const char *origin, struct arena *arena);

/* The order of RFC 4034 §6.1: by labels from the right. */
int dns_name_compare(const char *a, const char *b);

/*
 * The name of an address below in-addr.arpa or ip6.arpa (RFC 1035 §3.5, 3596 §2.5), and of the zone of its first prefix
 * bits. These end between labels, or are 25 to 31: "128-25.2.0.192.in-addr.arpa" (RFC 2317, with a hyphen for its
 * slash). NULL: there is none.
 */
const char *dns_reverse_name(const char *address, struct arena *arena);
const char *dns_reverse_zone(const char *address, unsigned prefix, struct arena *arena);
