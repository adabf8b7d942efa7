/* FindZones. Which of an organisation's zones covers a name, for services that want to put records there. */
#include <string.h>

#include "dns.h"
#include "dns_sql.h"
#include "managed.h"
#include "names.h"
#include "provider_access.h"
#include "provider_store.h"
#include "store.h"

_Static_assert((int)NAME_SERVERS >= (int)PROVIDER_SERVERS, "another provider's have room, too");

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for zones");
}

/* "ns1.dns.example." or "192.0.2.53": a port is how the panel asks, and none of a delegation. */
static char *spell(const char *text, struct arena *arena)
{
	struct server server;

	if (!server_parse(text, &server))
		return NULL;
	return arena_printf(arena, "%s%s", server.host,
	                    server.is_name && server.host[strlen(server.host) - 1] != '.' ? "." : "");
}

/* Another provider's, as it or the account named them; none before it was asked first. */
static bool fill_elsewhere(struct call *call, const struct placement *place, Stralix__V1__FoundZone *view,
                           struct error *err)
{
	struct remote remote;

	if (!remote_find(service_db_wide(call_service(call)), &place->id, call_arena(call), &remote, err))
		return false;
	for (; view->n_name_servers < remote.n_servers; view->n_name_servers++)
		if (!(view->name_servers[view->n_name_servers] =
		              spell(remote.servers[view->n_name_servers], call_arena(call))))
			return no_room(err);
	return true;
}

static bool fill_servers(struct call *call, struct zone *zone, Stralix__V1__FoundZone *view, struct error *err)
{
	const struct dns_settings *settings = service_settings(call_service(call));
	const struct placement *elsewhere = zone_elsewhere(zone);
	const char *servers[NAME_SERVERS];

	view->name_servers = arena_alloc(call_arena(call), NAME_SERVERS * sizeof(char *));
	if (!view->name_servers)
		return no_room(err);
	if (elsewhere)
		return fill_elsewhere(call, elsewhere, view, err);
	view->n_name_servers = name_servers(settings->name_servers, zone, call_arena(call), servers);
	for (size_t i = 0; i < view->n_name_servers; i++)
		view->name_servers[i] = (char *)(uintptr_t)servers[i];
	return true;
}

/* id NULL: there is none. */
static bool fill(struct call *call, const struct uuid *id, Stralix__V1__FoundZone **ret, struct error *err)
{
	struct arena *arena = call_arena(call);
	Stralix__V1__FoundZone *view = *ret = arena_alloc(arena, sizeof(*view));
	char text[UUID_TEXT];
	struct zone zone;

	if (!view)
		return no_room(err);
	stralix__v1__found_zone__init(view);
	if (!id)
		return true;
	if (!zone_find(service_db_wide(call_service(call)), id, arena, &zone, err))
		return err->code == ERR_NOT_FOUND; /* purged just now */
	view->zone_id = arena_strdup(arena, uuid_format(id, text));
	view->zone = arena_strdup(arena, zone.name);
	if (!view->zone_id || !view->zone)
		return no_room(err);
	return fill_servers(call, &zone, view, err);
}

static bool find_all(struct call *call, struct tx *tx, const struct uuid *org, const Stralix__V1__FindZonesRequest *req,
                     Stralix__V1__FindZonesReply *reply, struct error *err)
{
	for (; reply->n_zones < req->n_names; reply->n_zones++) {
		bool found = false;
		struct uuid id;

		if (!managed_zone(tx, org, req->names[reply->n_zones], call_arena(call), &id, &found, err) ||
		    !fill(call, found ? &id : NULL, &reply->zones[reply->n_zones], err))
			return false;
	}
	return true;
}

static bool find_oldest(struct call *call, struct tx *tx, const struct uuid *org, Stralix__V1__FoundZone **ret,
                        struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct uuid id;

	if (!TX_RUN(tx, DNS_ZONE_OLDEST, &rows, err, DB_UUID(org)))
		return false;
	if (!rows_count(rows))
		return true;
	id = rows_uuid(rows, 0, 0);
	return fill(call, &id, ret, err);
}

/* Errors: none of its own; a name that no zone covers is answered with an empty one. */
bool dns_find_zones(struct call *call, const Stralix__V1__FindZonesRequest *req, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	Stralix__V1__FindZonesReply reply;
	struct uuid org;

	stralix__v1__find_zones_reply__init(&reply);
	if (!uuid_parse(req->organisation_id, &org))
		return error_set(err, ERR_INVALID, "an organisation is needed");
	reply.zones = arena_alloc(call_arena(call), (req->n_names + 1) * sizeof(void *));
	if (!reply.zones)
		return no_room(err);
	return tx_begin(service_db(call_service(call)), &org, &tx, err) && find_all(call, tx, &org, req, &reply, err) &&
	       find_oldest(call, tx, &org, &reply.oldest, err) && call_reply(call, &reply.base, err);
}
