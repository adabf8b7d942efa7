/* secondary: name servers that others run and that may transfer a zone. */
#pragma once

#include "lib/db/db.h"

#include "stralix/v1/zone.pb-c.h"

#include "seal_keys.h"
#include "zone.h"

enum { SECONDARIES = 8 /* of a zone */ };

/* Texts belong to the arena. */
struct secondary {
	struct uuid id;
	const char *address, *name_server; /* name_server: with the dot, in the zone's NS records; "": in none */
	const char *tsig_name, *tsig_algorithm;
	uint32_t port;
	bool notify, keyless; /* keyless: of the catalog: its address is enough */
	int64_t created_ms;
};

bool secondaries_find(struct db *wide, const struct zone *zone, struct arena *arena,
                      struct secondary ret[static SECONDARIES], size_t *n, struct error *err) _must_check_;

/* The same within a change, whatever it did to them. */
bool secondaries_lock(struct tx *tx, const struct zone *zone, struct arena *arena,
                      struct secondary ret[static SECONDARIES], size_t *n, struct error *err) _must_check_;

/* The rows of DNS_ZONE_SECONDARIES. */
bool secondaries_read(const struct rows *rows, struct arena *arena, struct secondary ret[static SECONDARIES], size_t *n,
                      struct error *err) _must_check_;

/* What one node is to know of them: those with a secret for it, of the rows of DNS_SECONDARIES_SEALED. *ret from the
 * arena. */
bool secondaries_state(struct tx *tx, const struct zone *zone, const struct rows *rows, struct arena *arena,
                       Stralix__V1__ZonePeer ***ret, size_t *n, struct error *err) _must_check_;

/* A new row, with the secret sealed to each node. ERR_EXISTS: the zone has this address and port, or somebody a key of
 * this name. */
bool secondary_insert(struct tx *tx, const struct zone *zone, const struct secondary *secondary,
                      const struct seal_keys *to, const struct buf *secret, struct error *err) _must_check_;
bool secondary_delete(struct tx *tx, const struct zone *zone, const struct uuid *id, struct error *err) _must_check_;

/* Whether an address and port may be told of changes, and asked: not inner ones but those that are allowed, none that
 * is refused; both lists as in the settings. */
bool secondary_may_be(const char *address, uint32_t port, const char *allowed, const char *refused);
