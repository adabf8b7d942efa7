/* shown: whether the servers of a zone answer with a record. */
#pragma once

#include "stralix/v1/dns.pb-c.h"

#include "zone.h"

/* Asks each of the zone's servers, now, and says whether all showed just this value among their answers. A server that
 * doesn't answer by then (Unix ms) showed nothing. */
bool zone_shows(const struct zone *zone, const Stralix__V1__ManagedRecordState *record, int64_t deadline_ms,
                struct arena *arena);
