/* key: the keys that a zone is signed with. */
#pragma once

#include "lib/db/db.h"

#include "stralix/v1/zone.pb-c.h"

#include "seal_keys.h"
#include "zone.h"

enum { KEYS = 4, KEY_PUBLIC = 64 };

/* As others may know it. */
struct key {
	struct uuid id;
	uint32_t flags, algorithm, tag;
	bool retired, announced, leaving; /* announced: CDS may name it; leaving: CDS says that there is to be no DS */
	const char *dnskey, *ds;          /* in presentation format */
	int64_t created_ms, announce_ms;  /* announce_ms: when CDS is to name it; 0: it may */
};

bool keys_find(struct db *wide, const struct zone *zone, struct arena *arena, struct key ret[static KEYS], size_t *n,
               struct error *err) _must_check_;

/* The same within a change, whatever it did to them. */
bool keys_lock(struct tx *tx, const struct zone *zone, struct arena *arena, struct key ret[static KEYS], size_t *n,
               struct error *err) _must_check_;

/* The one that signs for good, and the one that the zone above is told; NULL: none. */
const struct key *keys_newest(const struct key *keys, size_t n);
const struct key *keys_announced(const struct key *keys, size_t n);

/* The rows of DNS_ZONE_KEYS. */
bool keys_read(const struct rows *rows, const struct zone *zone, struct arena *arena, struct key ret[static KEYS],
               size_t *n, struct error *err) _must_check_;

/* What one node is to sign with, of the rows of DNS_KEYS_SEALED. *ret from the arena. */
bool keys_state(const struct rows *rows, const struct placement *node, struct arena *arena, Stralix__V1__ZoneKey ***ret,
                size_t *n, struct error *err) _must_check_;

/* Makes a key in memory and seals it to each node; what isn't sealed is wiped. announce_ms: 0: at once. */
bool key_make(struct tx *tx, const struct zone *zone, const struct seal_keys *to, int64_t announce_ms, struct uuid *ret,
              struct error *err) _must_check_;
