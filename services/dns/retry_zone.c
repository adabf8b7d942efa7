/* RetryZone. Sends the zone to its servers once more. */
#include "serve.h"

static bool check(const struct zone *zone, struct error *err)
{
	return zone->state == ZONE_FAILED || error_set(err, ERR_CONFLICT, "Nothing of this zone has failed.");
}

/*
 * Effects  one change: zone and nodes wait again, new tasks with the same desired state, audit zone.retry.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (nothing has failed).
 */
bool dns_retry_zone(struct call *call, const Stralix__V1__RetryZoneRequest *req, struct error *err)
{
	const struct serve again = { SERVING_LIVE, "zone:update", "zone.retry", false };

	return serve_call(call, req->zone_id, again, true, check, err);
}
