/* catalog: the zone that lists all zones, for name servers outside that serve all of them (RFC 9432). */
#pragma once

#include "lib/service/service.h"
#include "lib/token/token.h"

#include "secondary.h"

enum { CATALOG_SECONDARIES = 4, CATALOG_MARK = 2 * TOKEN_DIGEST + 1 };

/* Texts belong to the arena. */
struct catalog {
	const char *name;        /* as in the settings; "": there is none */
	char mark[CATALOG_MARK]; /* another one whenever members' nodes are to know something else of it */
	struct secondary secondaries[SECONDARIES];
	const char *node_ids[ZONE_NODES]; /* that serve it */
	size_t n, n_nodes;
};

bool catalog_find(struct service *service, struct arena *arena, struct catalog *ret, struct error *err) _must_check_;

bool catalog_is(const struct catalog *catalog, const struct zone *zone);

/* Adds the catalog's secondaries to those of a member on one node: their keys are there with the catalog. */
bool catalog_peers(const struct catalog *catalog, const char *node_id, struct arena *arena,
                   Stralix__V1__ZonePeer ***list, size_t *n, struct error *err) _must_check_;
