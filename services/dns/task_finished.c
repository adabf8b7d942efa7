/* TaskFinished. Takes note of how a task of this service's ended. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/service/change.h"

#include "claims.h"
#include "desire.h"
#include "dns.h"
#include "dns_sql.h"
#include "store.h"

enum { MS = 1000 };

/* A task's final state: what becomes of the node's zone, and the audit record's word. */
static const struct outcome {
	const char *name, *audit, *words; /* words: when nobody said any */
	bool success;
} outcomes[] = {
	{ "success", "success", "", true },
	{ "failed", "failed", "The server didn't take the zone over.", false },
	{ "denied", "denied", "Who changed the zone may not do that any more.", false },
	{ "cancelled", "failed", "The task was cancelled: this server doesn't have the newest records.", false },
};

static const struct outcome *find_outcome(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++)
		if (strcmp(outcomes[i].name, name) == 0)
			return &outcomes[i];
	return NULL; /* superseded: a newer task tells */
}

/* The node whose newest task this was, while the zone waits for it. */
static struct placement *find_node(struct zone *zone, const struct uuid *id, const Stralix__V1__Generation *generation)
{
	for (size_t i = 0; i < zone->n_nodes; i++) {
		struct placement *node = &zone->nodes[i];

		if (uuid_equal(&node->id, id) && node->generation.epoch == generation->epoch &&
		    node->generation.n == generation->n && node->state == zone_waiting(zone->serving))
			return node;
	}
	return NULL;
}

static void settle(struct zone *zone, struct placement *node, const struct outcome *outcome, const char *message,
                   int64_t grace_ms, struct arena *arena)
{
	node->state = outcome->success ? zone_settled(zone->serving) : ZONE_FAILED;
	node->message = outcome->success ? "" : *message ? message : outcome->words;
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
	       TX_RUN(change_tx(change), DNS_RECORDS_ERASE, NULL, err, DB_UUID(&zone->id)) &&
	       TX_RUN(change_tx(change), DNS_SECONDARIES_ERASE, NULL, err, DB_UUID(&zone->id)) &&
	       TX_RUN(change_tx(change), DNS_KEYS_FORGET, NULL, err, DB_UUID(&zone->id), DB_NULL);
}

static bool record(struct call *call, struct change *change, struct zone *zone, struct placement *node,
                   const Stralix__V1__TaskFinishedRequest *req, const struct outcome *outcome, struct error *err)
{
	const struct dns_settings *settings = service_settings(call_service(call));
	const char *action = zone->serving == SERVING_REMOVED ? "zone.remove" : "zone.apply";
	const struct zone before = *zone;
	bool gone;

	settle(zone, node, outcome, req->message, settings->grace_s * MS, call_arena(call));
	gone = zone->state == ZONE_PURGED;
	return (!gone || give_back(change, zone, err)) && zone_update(change_tx(change), zone, err) &&
	       zone_tell(change, &before, zone, action, outcome->audit, gone ? "deleted" : "updated", call_arena(call),
	                 err) &&
	       change_commit(change, err);
}

static bool done(struct call *call, struct error *err)
{
	Stralix__V1__Empty reply;

	stralix__v1__empty__init(&reply);
	return call_reply(call, &reply.base, err);
}

/*
 * Effects  one change by system:dns: zone and node, audit record, event; claim and quota given back after the last
 * removal. Repeat   safe: what is no news any more is answered and forgotten.
 */
bool dns_task_finished(struct call *call, const Stralix__V1__TaskFinishedRequest *req, struct error *err)
{
	const struct outcome *outcome = find_outcome(req->state);
	_cleanup_(change_freep) struct change *change = NULL;
	struct placement *node;
	struct uuid id, org;
	struct zone zone;

	if (!req->target || !req->generation || !uuid_parse(req->target->id, &id) ||
	    !uuid_parse(req->target->organisation_id, &org))
		return error_set(err, ERR_INVALID, "target and generation are needed");
	if (!outcome)
		return done(call, err);
	if (!change_begin_system(call_service(call), &org, call_request_id(call), &change, err) ||
	    !change_on_behalf(change, req->actor_id, err))
		return false;
	if (!zone_lock_of(change_tx(change), &id, call_arena(call), &zone, err))
		return err->code == ERR_NOT_FOUND ? done(call, err) : false;
	node = find_node(&zone, &id, req->generation);
	if (!node)
		return done(call, err);
	if (!record(call, change, &zone, node, req, outcome, err))
		return error_wrap(err, "end of task %s", req->task_id);
	return done(call, err);
}
