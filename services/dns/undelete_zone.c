/* UndeleteZone. Answers for a deleted zone again. */
#include "serve.h"

static bool check(const struct zone *zone, struct error *err)
{
	return (zone->serving == SERVING_DELETED && (zone->state == ZONE_DELETED || zone->state == ZONE_FAILED)) ||
	       error_set(err, ERR_CONFLICT, "Only a deleted zone can be brought back.");
}

/*
 * Effects  one change: zone and nodes (pending), tasks zone.apply, audit zone.undelete.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (not deleted, or being removed).
 */
bool dns_undelete_zone(struct call *call, const Stralix__V1__UndeleteZoneRequest *req, struct error *err)
{
	const struct serve live = { SERVING_LIVE, "zone:delete", "zone.undelete", false };

	return serve_call(call, req->zone_id, live, false, check, err);
}
