/* internal: what the files of rdata share. */
#pragma once

#include "lib/base/buf.h"
#include "lib/dns/rdata.h"

/* Sets the fault; always false. words NULL: those of the member. */
bool rdata_refuse(struct rdata_fault *fault, const struct dns_member *member, const char *rule, const char *words);

/* The one spelling of an address (RFC 5952). No IPv4 address in IPv6's form: programs have those, not the network (RFC
 * 4291 §2.5.5). */
bool address_normalise(int family, const char *text, char *out, size_t size);

/* SvcParams: sorted, once each, "alpn=h2,h3 port=8443 ech=\"AEX+DQ==\"". mandatory keys are there (RFC 9460 §8).
 * Appends. */
bool params_normalise(const struct dns_word *words, size_t n, struct arena *arena, struct buf *out, const char **why);

/* What a type's list of members can't say. members: normal text of each. */
bool rdata_rules(const struct dns_type_row *row, char *const members[static DNS_MEMBERS], struct rdata_fault *fault);
