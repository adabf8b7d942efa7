/* seal_keys: what secrets for a zone's nodes are sealed to. */
#pragma once

#include "lib/service/call.h"

#include "zone.h"

/* A node's public key, by its place in the zone. */
struct seal_keys {
	const char *node_ids[ZONE_NODES];
	uint8_t of[ZONE_NODES][32];
	size_t n;
};

/* Asks for those of each node of the zone. ERR_UNAVAILABLE: one hasn't said it. */
bool seal_keys_ask(struct call *call, const struct zone *zone, struct seal_keys *ret, struct error *err) _must_check_;

/* Whether the zone, locked since, is on the nodes that were asked about. ERR_CONFLICT. */
bool seal_keys_fit(const struct seal_keys *keys, const struct zone *zone, struct error *err) _must_check_;

/* Seals a secret to one of them: it is of use for the zone's resource there alone. Appends. */
struct buf;
bool seal_keys_seal(const struct seal_keys *keys, const struct zone *zone, size_t place, const struct buf *secret,
                    struct buf *box, struct error *err) _must_check_;
