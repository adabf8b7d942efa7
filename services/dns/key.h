/* key: the keys that a zone is signed with. */
#pragma once

#include "lib/db/db.h"

#include "stralix/v1/zone.pb-c.h"

#include "zone.h"

enum { KEYS = 4, KEY_PUBLIC = 64 };

/* As others may know it. */
struct key {
	struct uuid id;
	uint32_t flags, algorithm, tag;
	bool retired;
	const char *dnskey, *ds; /* in presentation format */
	int64_t created_ms;
};

bool keys_find(struct db *wide, const struct zone *zone, struct arena *arena, struct key ret[static KEYS], size_t *n,
               struct error *err) _must_check_;

/* What one node is to sign with. *ret from the arena. */
bool keys_state(struct tx *tx, const struct zone *zone, const struct placement *node, struct arena *arena,
                Stralix__V1__ZoneKey ***ret, size_t *n, struct error *err) _must_check_;

/* A node's public key that secrets are sealed to, by its place in the zone. */
struct seal_keys {
	uint8_t of[ZONE_NODES][32];
};

/* Makes a key in memory and seals it to each node; what isn't sealed is wiped. */
bool key_make(struct tx *tx, const struct zone *zone, const struct seal_keys *to, struct uuid *ret,
              struct error *err) _must_check_;
