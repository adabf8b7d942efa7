/* CheckZone. Asks each server of the zone, now, which serial it answers with. */
#include <inttypes.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/dns/query.h"

#include "desire.h"
#include "dns.h"
#include "names.h"
#include "provider_show.h"
#include "secondary.h"
#include "view.h"

enum {
	WAIT_MS = 1500,
	OUTSIDE_MS = 700 /* there may be many of them */,
	SERVERS_ASKED = 3 /* within one call's time */
};

static const char *words_of(const struct zone *zone, const char *name, bool answers, uint32_t serial,
                            const struct error *why, struct arena *arena)
{
	if (!answers)
		return arena_printf(arena, "%s", why->message);
	if (serial == zone->serial)
		return "";
	return arena_printf(arena, "%s still answers with serial %" PRIu32 ", not with %" PRIu32 ".", name, serial,
	                    zone->serial);
}

/* Of a catalog the servers make later serials by themselves. */
static Stralix__V1__ServerCheck *ask(const struct zone *zone, const struct placement *node,
                                     const struct dns_settings *settings, struct arena *arena)
{
	bool catalog = strcmp(zone->name, settings->catalog) == 0;
	Stralix__V1__ServerCheck *view = arena_alloc(arena, sizeof(*view));
	struct error why = { 0 };

	if (!view)
		return NULL;
	stralix__v1__server_check__init(view);
	view->node_id = (char *)(uintptr_t)node->node_id;
	view->node_name = (char *)(uintptr_t)node->node_name;
	view->address = (char *)(uintptr_t)node->address;
	view->port = node->port;
	view->name_server = (char *)(uintptr_t)name_server_of(settings->name_servers, node->node_id, arena);
	view->answers = dns_ask_serial(node->address, (uint16_t)node->port, zone->name, clock_unix_ms() + WAIT_MS,
	                               &view->serial, &why);
	view->in_step = view->answers &&
	                (view->serial == zone->serial || (catalog && dns_serial_after(view->serial, zone->serial)));
	view->message = view->in_step ? (char *)(uintptr_t) ""
	                              : (char *)(uintptr_t)words_of(zone, node->node_name, view->answers, view->serial,
	                                                            &why, arena);
	return view->name_server && view->message ? view : NULL;
}

static Stralix__V1__SecondaryCheck *ask_outside(const struct zone *zone, const struct secondary *secondary,
                                                struct arena *arena)
{
	Stralix__V1__SecondaryCheck *view = arena_alloc(arena, sizeof(*view));
	struct error why = { 0 };

	if (!view)
		return NULL;
	stralix__v1__secondary_check__init(view);
	view->secondary_id = view_id(&secondary->id, arena);
	view->address = (char *)(uintptr_t)secondary->address;
	view->port = secondary->port;
	view->name_server = (char *)(uintptr_t)secondary->name_server;
	view->answers = dns_ask_serial(secondary->address, (uint16_t)secondary->port, zone->name,
	                               clock_unix_ms() + OUTSIDE_MS, &view->serial, &why);
	view->in_step = view->answers && view->serial == zone->serial;
	view->message = (char *)(uintptr_t)words_of(zone, secondary->address, view->answers, view->serial, &why, arena);
	return view->secondary_id && view->message ? view : NULL;
}

static bool check_secondaries(struct call *call, const struct zone *zone, Stralix__V1__CheckZoneReply *reply,
                              struct error *err)
{
	struct arena *arena = call_arena(call);
	struct secondary list[SECONDARIES];
	size_t n;

	if (!secondaries_find(service_db_wide(call_service(call)), zone, arena, list, &n, err))
		return false;
	reply->secondaries = arena_alloc(arena, (n + 1) * sizeof(void *));
	for (; reply->secondaries && reply->n_secondaries < n; reply->n_secondaries++)
		if (!(reply->secondaries[reply->n_secondaries] = ask_outside(zone, &list[reply->n_secondaries], arena)))
			return error_set(err, ERR_TOO_LARGE, "no room for the reply");
	return reply->secondaries || error_set(err, ERR_TOO_LARGE, "no room for the reply");
}

/* One name server of another provider: serials there are its own, so records are asked for. */
static Stralix__V1__ServerCheck *ask_elsewhere(const struct zone *zone, const char *server,
                                               const struct records *records, const struct dns_settings *settings,
                                               struct arena *arena)
{
	Stralix__V1__ServerCheck *view = arena_alloc(arena, sizeof(*view));
	struct server_place place = { .port = 0 };
	struct error why = { 0 };

	if (!view)
		return NULL;
	stralix__v1__server_check__init(view);
	view->name_server = view->node_name = (char *)(uintptr_t)server;
	view->answers =
		server_find(server, settings, arena, &place, &why) &&
		dns_ask_serial(place.address, place.port, zone->name, clock_unix_ms() + WAIT_MS, &view->serial, &why);
	view->in_step =
		view->answers && server_shows(server, records, settings, clock_unix_ms() + WAIT_MS, arena, &why);
	view->address = arena_strdup(arena, place.address);
	view->port = place.port;
	view->message = arena_strdup(arena, view->in_step ? "" : why.message);
	return view->address && view->message ? view : NULL;
}

/* The first sets of what was last applied, or is being looked for. */
static bool check_elsewhere(struct call *call, struct zone *zone, struct error *err)
{
	const struct dns_settings *settings = service_settings(call_service(call));
	struct arena *arena = call_arena(call);
	Stralix__V1__ServerCheck *servers[PROVIDER_SERVERS];
	Stralix__V1__CheckZoneReply reply;
	struct remote remote;

	if (!remote_find(service_db_wide(call_service(call)), &zone_elsewhere(zone)->id, arena, &remote, err))
		return false;
	stralix__v1__check_zone_reply__init(&reply);
	reply.serial = zone->serial;
	reply.servers = servers;
	reply.in_step = remote.n_servers > 0 && zone->nodes[0].state == ZONE_ACTIVE;
	for (; reply.n_servers < remote.n_servers && reply.n_servers < SERVERS_ASKED; reply.n_servers++) {
		servers[reply.n_servers] =
			ask_elsewhere(zone, remote.servers[reply.n_servers], &remote.showing, settings, arena);
		if (!servers[reply.n_servers])
			return error_set(err, ERR_TOO_LARGE, "no room for the reply");
		reply.in_step = reply.in_step && servers[reply.n_servers]->in_step;
	}
	return call_reply(call, &reply.base, err);
}

/* Errors: ERR_NOT_FOUND. A server that doesn't answer is no error: its words say so. */
bool dns_check_zone(struct call *call, const Stralix__V1__CheckZoneRequest *req, struct error *err)
{
	const struct dns_settings *settings = service_settings(call_service(call));
	struct arena *arena = call_arena(call);
	Stralix__V1__ServerCheck *servers[ZONE_NODES];
	Stralix__V1__CheckZoneReply reply;
	struct zone zone;

	if (!zone_see(call, req->zone_id, &zone, err))
		return false;
	if (zone_elsewhere(&zone))
		return check_elsewhere(call, &zone, err);
	stralix__v1__check_zone_reply__init(&reply);
	reply.serial = zone.serial;
	reply.in_step = zone.n_nodes > 0;
	reply.servers = servers;
	for (; reply.n_servers < zone.n_nodes; reply.n_servers++) {
		servers[reply.n_servers] = ask(&zone, &zone.nodes[reply.n_servers], settings, arena);
		if (!servers[reply.n_servers])
			return error_set(err, ERR_TOO_LARGE, "no room for the reply");
		reply.in_step = reply.in_step && servers[reply.n_servers]->in_step;
	}
	return check_secondaries(call, &zone, &reply, err) && call_reply(call, &reply.base, err);
}
