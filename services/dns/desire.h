/* desire: a new generation of a zone, and the tasks that bring it about, one a node; for another provider a row. */
#pragma once

#include "lib/service/change.h"

#include "stralix/v1/zone.pb-c.h"

#include "content.h"

struct desire {
	enum zone_serving serving;
	const char *permission; /* "" for the system */
	bool only_fresh;        /* tasks for nodes that are new alone */
	struct service *service;
};

/* Raises the generation and asks for the tasks: fills generation, serving, states, task ids and updated_ms. records:
 * all of them, sorted. */
bool zone_desire(struct change *change, struct zone *zone, const struct desire *desire,
                 const struct dns_record *records, size_t n, uint32_t epoch, struct arena *arena,
                 struct error *err) _must_check_;

/* Sorted records as messages of their sets. False without room. */
bool zone_sets(const struct dns_record *records, size_t n, struct arena *arena, Stralix__V1__RecordSet ***ret,
               size_t *ret_n);

/* Audit record and event of what was done; before may be NULL. verb: created, updated, deleted. */
bool zone_tell(struct change *change, const struct zone *before, const struct zone *after, const char *action,
               const char *outcome, const char *verb, struct arena *arena, struct error *err) _must_check_;

/* The zone, for these eyes. ERR_NOT_FOUND. */
bool zone_see(struct call *call, const char *zone_id, struct zone *ret, struct error *err) _must_check_;

/* A call that changes one zone: begins the change and locks the row. ERR_NOT_FOUND for what isn't for these eyes. */
bool zone_change_begin(struct call *call, const char *zone_id, struct change **ret, struct zone *zone,
                       struct error *err) _must_check_;
