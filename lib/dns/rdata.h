/*
 * rdata: the data of one record in presentation format (RFC 1035 §5.1): in one line, names absolute, one spelling. What
 * comes out never holds a line break, so it can't make a second record wherever it is written.
 */
#pragma once

#include <stdbool.h>

#include "lib/base/arena.h"
#include "lib/dns/type.h"
#include "lib/dns/word.h"

enum {
	DNS_RDATA_MAX = 8192, /* characters of one record's data */
	DNS_RDATA_WORDS = 64, /* its parts, such as the strings of a TXT */
};

struct rdata_fault {
	char member[24]; /* "priority"; empty: the data as a whole */
	char rule[24];   /* "U16", "NAME", "length", "memory" … */
	char words[160]; /* for people */
};

/* Of what people enter. Text of a TXT that doesn't begin with a quote is one text, whatever blanks are in it. */
bool rdata_normalise(enum dns_type type, const char *text, const char *origin, struct arena *arena, const char **ret,
                     struct rdata_fault *fault);

/* The same of a zone file's words. */
bool rdata_from_words(enum dns_type type, const struct dns_word *words, size_t n, const char *origin,
                      struct arena *arena, const char **ret, struct rdata_fault *fault);

/*
 * Members of normal data as forms have them, by the type's list: text without quotes, an empty string for none; a byte
 * that isn't text is \DDD, a backslash is doubled. The strings of a TXT are one text when they are one that was cut at
 * 255 bytes; else they keep their quotes.
 */
bool rdata_split(enum dns_type type, const char *data, struct arena *arena, const char *ret[static DNS_MEMBERS]);

/* The way back, before rdata_normalise; a missing member is NULL. NULL without memory. */
const char *rdata_join(enum dns_type type, const char *const members[static DNS_MEMBERS], struct arena *arena);

/* The name that the data of an NS, CNAME, MX, SRV, PTR or ALIAS points to, with the dot; NULL of others. */
const char *rdata_target(enum dns_type type, const char *data);
