/* PurgeZone. Removes a deleted zone for good. */
#include "serve.h"

static bool check(const struct zone *zone, struct error *err)
{
	return (zone->serving != SERVING_LIVE && (zone->state == ZONE_DELETED || zone->state == ZONE_FAILED)) ||
	       error_set(err, ERR_CONFLICT, "Only a deleted zone can be purged.");
}

/*
 * Effects  one change: zone and nodes (purging), tasks zone.remove, audit zone.purge. Name and quota come free when the
 *          last task has succeeded.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (not deleted, or being purged already).
 */
bool dns_purge_zone(struct call *call, const Stralix__V1__PurgeZoneRequest *req, struct error *err)
{
	const struct serve removed = { SERVING_REMOVED, "zone:delete", "zone.purge", false };

	return serve_call(call, req->zone_id, removed, false, check, err);
}
