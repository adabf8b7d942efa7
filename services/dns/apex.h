/* apex: the service's own records at a zone's name: SOA, NS, and what its keys and secondaries make of it. */
#pragma once

#include "content.h"
#include "key.h"

/* The part of it that the keys make. */
void apex_keys(const struct key *keys, size_t n, struct apex *ret);

/* The rows are those of DNS_ZONE_KEYS and DNS_ZONE_SECONDARIES. */
bool apex_read(const struct rows *key_rows, const struct rows *secondary_rows, const struct zone *zone,
               struct arena *arena, struct apex *ret, struct error *err) _must_check_;
bool apex_find(struct db *wide, const struct zone *zone, struct arena *arena, struct apex *ret,
               struct error *err) _must_check_;
