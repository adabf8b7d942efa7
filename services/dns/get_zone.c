/* GetZone. Shows one zone with its servers. */
#include "desire.h"
#include "dns.h"
#include "provider_store.h"
#include "view.h"

/* How far it is at another provider. */
static bool fill_provider(struct call *call, struct zone *zone, Stralix__V1__Zone *view, struct error *err)
{
	const struct placement *node = zone_elsewhere(zone);
	struct arena *arena = call_arena(call);
	struct remote remote;

	if (!node)
		return true;
	if (!remote_find(service_db_wide(call_service(call)), &node->id, arena, &remote, err))
		return false;
	if (*remote.message)
		view->provider->message = (char *)(uintptr_t)remote.message;
	view->provider->step = (char *)(uintptr_t)remote_step_name(remote.step);
	view->provider->removes = remote.removes && zone->serving != SERVING_LIVE;
	view->provider->foreign = remote.others;
	view->provider->n_foreign = remote.n_others;
	view->provider->next_try_at = view_time(remote.due_ms, arena);
	view->provider->looked_at = view_time(remote.looked_ms, arena);
	view->provider->name_servers = arena_alloc(arena, (remote.n_servers + 1) * sizeof(char *));
	if (!view->provider->next_try_at || !view->provider->looked_at || !view->provider->name_servers)
		return error_set(err, ERR_TOO_LARGE, "no room for the answer");
	for (size_t i = 0; i < remote.n_servers; i++)
		view->provider->name_servers[i] = (char *)(uintptr_t)remote.servers[i];
	view->provider->n_name_servers = remote.n_servers;
	view->name_servers = view->provider->name_servers;
	view->n_name_servers = remote.n_servers;
	return true;
}

/* Errors: ERR_NOT_FOUND, the same for absent and not for these eyes. */
bool dns_get_zone(struct call *call, const Stralix__V1__GetZoneRequest *req, struct error *err)
{
	const struct dns_settings *settings = service_settings(call_service(call));
	Stralix__V1__GetZoneReply reply;
	struct zone zone;

	stralix__v1__get_zone_reply__init(&reply);
	return zone_see(call, req->zone_id, &zone, err) &&
	       zone_view(&zone, settings->name_servers, call_arena(call), &reply.zone, err) &&
	       fill_provider(call, &zone, reply.zone, err) && call_reply(call, &reply.base, err);
}
