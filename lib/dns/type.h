/* type: the types of DNS records that a zone may hold, and what their data is made of. One list: types.def. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { DNS_MEMBERS = 7 };

/* What one member of a record's data holds. */
enum dns_kind {
	DNS_U8,
	DNS_U16,
	DNS_U32,
	DNS_TTL, /* seconds; zone files have units: 1h30m */
	DNS_IPV4,
	DNS_IPV6,
	DNS_NAME,         /* any name */
	DNS_NAME_OR_ROOT, /* or "." */
	DNS_HOST,         /* a name without underscores */
	DNS_HOST_OR_ROOT,
	DNS_MAILBOX, /* a name whose first label may hold "\." (RFC 1035 §8) */
	DNS_TAG,     /* letters and digits, kept in lower case */
	DNS_STRING,  /* one character-string of least to most bytes */
	DNS_STRINGS, /* what is left: character-strings */
	DNS_HEX,     /* what is left: least to most bytes */
	DNS_BASE64,  /* what is left: least to most bytes */
	DNS_PARAMS,  /* what is left: SvcParams (RFC 9460 §2) */
};

struct dns_member {
	const char *name; /* "priority" */
	enum dns_kind kind;
	uint32_t least, most;
	const char *words; /* what to enter, for people */
};

enum {
	DNS_TYPE_OWN = 1,  /* the panel's own: no user makes one */
	DNS_TYPE_APEX = 2, /* only at the zone's own name */
};

/* Its numbers are those of the wire. */
enum dns_type {
	DNS_NONE = 0,
#define MEMBER(...)
#define TYPE(name, number, flags, members) DNS_##name = (number),
#include "lib/dns/types.def"
#undef TYPE
#undef MEMBER
	DNS_DNSKEY = 48, /* asked for, never kept */
	DNS_ANY = 255,
};

struct dns_type_row {
	const char *name; /* "AAAA" */
	enum dns_type type;
	unsigned flags;
	struct dns_member members[DNS_MEMBERS]; /* ends with a name of NULL where it is shorter */
};

extern const struct dns_type_row dns_types[]; /* ends with a name of NULL */

const struct dns_type_row *dns_type_row(enum dns_type type);
enum dns_type dns_type_parse(const char *name); /* in upper case; DNS_NONE: there is none */
const char *dns_type_name(enum dns_type type);  /* "?" of what isn't in the list */
size_t dns_members(const struct dns_type_row *row);
