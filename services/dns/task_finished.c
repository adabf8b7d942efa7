/* TaskFinished. Takes note of how a task of this service's ended. */
#include <string.h>

#include "lib/service/change.h"

#include "desire.h"
#include "dns.h"
#include "outcome.h"
#include "store.h"

/* A task's final state: what becomes of the node's zone, and the audit record's word. */
static const struct ending {
	const char *name, *audit, *words; /* words: when nobody said any */
	bool success;
} outcomes[] = {
	{ "success", "success", "", true },
	{ "failed", "failed", "The server didn't take the zone over.", false },
	{ "denied", "denied", "Who changed the zone may not do that any more.", false },
	{ "cancelled", "failed", "The task was cancelled: this server doesn't have the newest records.", false },
};

static const struct ending *find_outcome(const char *name)
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
	const struct ending *outcome = find_outcome(req->state);
	_cleanup_(change_freep) struct change *change = NULL;
	struct placement *node;
	struct outcome ending;
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
	ending = (struct outcome){ outcome->success, outcome->audit, *req->message ? req->message : outcome->words };
	if (!zone_settle(change, call_service(call), &zone, node, &ending, call_arena(call), err) ||
	    !change_commit(change, err))
		return error_wrap(err, "end of task %s", req->task_id);
	return done(call, err);
}
