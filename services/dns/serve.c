/* serve: see serve.h. */
#include "serve.h"

#include "dns_sql.h"
#include "revise.h"
#include "store.h"
#include "view.h"

bool serve_zone(struct change *change, struct service *service, struct zone *zone, const struct serve *serve,
                struct arena *arena, struct error *err)
{
	const struct desire desire = { .serving = serve->serving, .permission = serve->permission, .service = service };
	const struct dns_settings *settings = service_settings(service);
	const struct weighing weighing = { zone, settings->name_servers, settings->contact, false };
	struct complaints complaints = { .arena = arena }; /* what is kept was looked at when it came */
	const struct zone before = *zone;
	struct weighed weighed;
	struct content content;

	return content_lock(change_tx(change), zone, arena, &content, err) &&
	       weigh(&content, &weighing, &complaints, &weighed, err) &&
	       zone_desire(change, zone, &desire, weighed.records, weighed.n, service_epoch(service), arena, err) &&
	       zone_update(change_tx(change), zone, err) &&
	       zone_tell(change, &before, zone, serve->action, "accepted", "updated", arena, err);
}

/* What becomes of it at another provider is said with the deletion, and forgotten when it is brought back. */
static bool mark(struct change *change, struct zone *zone, const struct serve *serve, struct error *err)
{
	return !zone_elsewhere(zone) || serve->serving == SERVING_REMOVED ||
	       TX_RUN(change_tx(change), DNS_PROVIDER_ZONE_REMOVES, NULL, err, DB_UUID(&zone->id),
	              DB_BOOL(serve->removes));
}

bool serve_call(struct call *call, const char *zone_id, struct serve serve, bool keep, serve_check *check,
                struct error *err)
{
	const struct dns_settings *settings = service_settings(call_service(call));
	_cleanup_(change_freep) struct change *change = NULL;
	struct arena *arena = call_arena(call);
	Stralix__V1__ZoneReply reply;
	struct zone zone;

	if (!zone_change_begin(call, zone_id, &change, &zone, err) || !check(&zone, err))
		return false;
	if (keep)
		serve.serving = zone.serving;
	if (!serve_zone(change, call_service(call), &zone, &serve, arena, err) ||
	    (!keep && !mark(change, &zone, &serve, err)) ||
	    !zone_reply(&zone, settings->name_servers, arena, &reply, err) || !change_reply(change, &reply.base, err) ||
	    !change_commit(change, err))
		return error_wrap(err, "%s '%s'", serve.action, zone.name);
	return true;
}
