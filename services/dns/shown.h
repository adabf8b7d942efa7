/* shown: whether the servers of a zone answer with a record. */
#pragma once

#include "lib/service/service.h"

#include "stralix/v1/dns.pb-c.h"

#include "zone.h"

/* Asks each of the zone's servers, now, and says whether all showed just this value among their answers: our own nodes,
 * or the name servers of the provider that has the zone. A server that doesn't answer by then (Unix ms) showed nothing.
 * err: the database's. */
bool zone_shows(struct service *service, struct zone *zone, const Stralix__V1__ManagedRecordState *record,
                int64_t deadline_ms, struct arena *arena, bool *ret, struct error *err) _must_check_;
