/* DeleteZone. Stops answering for a zone; records and name stay for the grace period. At another provider it goes on
 * being served, until the grace period is over where that was asked for. */
#include "serve.h"

static bool check(const struct zone *zone, struct error *err)
{
	return zone->serving == SERVING_LIVE || error_set(err, ERR_CONFLICT, "This zone is deleted already.");
}

/*
 * Effects  one change: zone and nodes (deleting), tasks zone.apply with state deleted, audit zone.delete.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (deleted already, or about to be).
 */
bool dns_delete_zone(struct call *call, const Stralix__V1__DeleteZoneRequest *req, struct error *err)
{
	const struct serve deleted = { SERVING_DELETED, "zone:delete", "zone.delete", req->remove_at_provider };

	return serve_call(call, req->zone_id, deleted, false, check, err);
}
