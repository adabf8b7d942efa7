/* outcome: see outcome.h. */
#include "outcome.h"

#include "lib/base/clock.h"

#include "claims.h"
#include "dns.h"
#include "dns_sql.h"
#include "store.h"

enum { MS = 1000 };

static void settle(struct zone *zone, struct placement *node, const struct outcome *outcome, int64_t grace_ms,
                   struct arena *arena)
{
	node->state = outcome->success ? zone_settled(zone->serving) : ZONE_FAILED;
	node->message = outcome->success ? "" : outcome->words;
	if (outcome->success)
		node->applied_serial = zone->serving == SERVING_LIVE ? node->serial : 0;
	zone->updated_ms = clock_unix_ms();
	zone_judge(zone, arena);
	zone->purge_ms = zone->state == ZONE_DELETED ? zone->updated_ms + grace_ms : 0;
}

/* A zone that is gone: its name is free, and so is a place in the plan; its history stays. */
static bool give_back(struct change *change, struct zone *zone, struct error *err)
{
	zone->records = 0;
	return change_quota(change, DNS_QUOTA, -1, err) && claim_release(change, zone, err) &&
	       TX_SEND(change_tx(change), DNS_RECORDS_ERASE, err, DB_UUID(&zone->id)) &&
	       TX_SEND(change_tx(change), DNS_SECONDARIES_ERASE, err, DB_UUID(&zone->id)) &&
	       TX_SEND(change_tx(change), DNS_KEYS_FORGET, err, DB_UUID(&zone->id), DB_NULL);
}

bool zone_settle(struct change *change, struct service *service, struct zone *zone, struct placement *node,
                 const struct outcome *outcome, struct arena *arena, struct error *err)
{
	const struct dns_settings *settings = service_settings(service);
	const char *action = zone->serving == SERVING_REMOVED ? "zone.remove" : "zone.apply";
	const struct zone before = *zone;
	bool gone;

	settle(zone, node, outcome, settings->grace_s * MS, arena);
	gone = zone->state == ZONE_PURGED;
	return (!gone || give_back(change, zone, err)) && zone_update(change_tx(change), zone, err) &&
	       zone_tell(change, &before, zone, action, outcome->audit, gone ? "deleted" : "updated", arena, err);
}
