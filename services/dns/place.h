/* place: where a zone is served, as tasks says. */
#pragma once

#include "lib/service/call.h"

#include "zone.h"

/* One more node for the zone, apart from those it has: node_id, or by placement when it is "". Adds it, fresh. call
 * NULL: the janitor's. ERR_NO_NODE, ERR_INVALID (node_id; a node's own name), ERR_UNAVAILABLE. */
bool place_one(struct service *service, struct call *call, struct zone *zone, const char *node_id, struct arena *arena,
               struct error *err) _must_check_;

/* The same, for a resource whose id is given. */
bool place_as(struct service *service, struct call *call, struct zone *zone, const struct uuid *id, const char *node_id,
              struct arena *arena, struct error *err) _must_check_;
