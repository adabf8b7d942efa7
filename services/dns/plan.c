/* plan: see plan.h. */
#include "plan.h"

#include "limited.h"
#include "provider_store.h"
#include "weigh.h"

/* What others changed at another provider: the change makes it right again. */
static bool fill_foreign(struct call *call, const struct zone *zone, Stralix__V1__PlanRecordsReply *reply,
                         struct error *err)
{
	struct remote remote;

	if (!zone_provider(zone)->calls)
		return true;
	if (!remote_find(service_db_wide(call_service(call)), &zone->nodes[0].id, call_arena(call), &remote, err))
		return false;
	reply->foreign = remote.others;
	reply->n_foreign = remote.n_others;
	return true;
}

bool plan_reply(struct call *call, const struct zone *zone, struct content *content, const struct file_faults *faults,
                struct complaints *complaints, struct error *err)
{
	const struct dns_settings *settings = service_settings(call_service(call));
	const struct weighing weighing = { zone, settings->name_servers, settings->contact, faults != NULL };
	Stralix__V1__PlanRecordsReply reply;
	struct weighed weighed;
	char etag[ZONE_ETAG];

	if (!weigh(content, &weighing, complaints, &weighed, err))
		return false;
	stralix__v1__plan_records_reply__init(&reply);
	limited_sets(call, zone, weighed.sets, &weighed.n_sets);
	reply.n_sets = weighed.n_sets < SETS_SHOWN ? weighed.n_sets : SETS_SHOWN;
	reply.more = weighed.n_sets > SETS_SHOWN;
	reply.sets = weighed.sets;
	reply.added = weighed.added;
	reply.removed = weighed.removed;
	reply.violations = complaints->list;
	reply.n_violations = complaints->n;
	if (faults) {
		reply.faults = faults->list;
		reply.n_faults = faults->n;
	}
	reply.records_etag = (char *)(uintptr_t)zone_records_etag(zone, etag);
	return fill_foreign(call, zone, &reply, err) && call_reply(call, &reply.base, err);
}
