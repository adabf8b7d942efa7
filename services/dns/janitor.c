/* Janitor: zones whose grace period is over are removed; those on one node get a second when there is one;
 * new keys are announced. */
#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "dns_sql.h"
#include "key.h"
#include "place.h"
#include "revise.h"
#include "second.h"
#include "serve.h"
#include "store.h"

enum { ARENA_MAX = 32 << 20 };

static bool purge(struct service *service, const struct zone_due *due, struct error *err)
{
	const struct serve removed = { SERVING_REMOVED, "", "zone.purge", false };
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	_cleanup_(change_freep) struct change *change = NULL;
	struct zone zone;

	if (!arena)
		return error_set(err, ERR_INTERNAL, "no memory");
	if (!change_begin_system(service, &due->org, "", &change, err) ||
	    !zone_lock(change_tx(change), &due->id, arena, &zone, err))
		return false;
	if (zone.state != ZONE_DELETED || !zone.purge_ms)
		return true; /* brought back meanwhile */
	return serve_zone(change, service, &zone, &removed, arena, err) && change_commit(change, err);
}

bool dns_purge_due(struct service *service, struct error *err)
{
	struct zone_due due[ZONES_DUE];
	unsigned n = 0;

	if (!zone_due(service_db_wide(service), due, &n, err))
		return false;
	for (unsigned i = 0; i < n; i++)
		if (!purge(service, &due[i], err))
			return error_wrap(err, "purge what is past its grace period");
	return true;
}

static bool add_node(struct service *service, const struct zone_due *due, struct zone *zone, struct arena *arena,
                     struct error *err)
{
	const struct revision revision = {
		.kind = "servers",
		.permission = "",
		.action = "zone.servers",
		.actor_id = "system:dns",
		.actor_name = "dns",
		.request_id = "",
		.always = true,
	};
	const struct placement fresh = zone->nodes[zone->n_nodes - 1];
	_cleanup_(change_freep) struct change *change = NULL;
	struct complaints complaints = { .arena = arena };
	struct revised revised;
	struct content content;

	if (!change_begin_system(service, &due->org, "", &change, err) ||
	    !zone_lock(change_tx(change), &due->id, arena, zone, err))
		return false;
	if (zone->serving != SERVING_LIVE || zone->n_nodes >= WANTED_NODES)
		return true; /* changed meanwhile; the place is free again by itself */
	zone->nodes[zone->n_nodes++] = fresh;
	return content_lock(change_tx(change), zone, arena, &content, err) &&
	       revise(change, service, zone, &content, &revision, &complaints, &revised, err) &&
	       change_commit(change, err);
}

/* *ret_none: no node takes it now. */
static bool place_second(struct service *service, const struct zone_due *due, bool *ret_none, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	struct zone zone;

	if (!arena)
		return error_set(err, ERR_INTERNAL, "no memory");
	if (!zone_find(service_db_wide(service), &due->id, arena, &zone, err))
		return err->code == ERR_NOT_FOUND;
	if (place_one(service, NULL, &zone, "", arena, err))
		return add_node(service, due, &zone, arena, err);
	*ret_none = err->code == ERR_NO_NODE;
	return *ret_none;
}

bool dns_place_second(struct service *service, struct error *err)
{
	struct zone_due due[ZONES_DUE];
	struct uuid after = { { 0 } };
	bool none = false;
	unsigned n = 0;

	if (!zone_lonely(service_db_wide(service), &after, due, &n, err))
		return false;
	for (unsigned i = 0; i < n && !none; i++) {
		struct error why = { 0 };

		if (!place_second(service, &due[i], &none, &why))
			log_failure(LOG_WARN_, &why, "a second name server for a zone");
	}
	return true;
}

/* One change: CDS and CDNSKEY name the new key instead of the one before. */
static bool announce(struct service *service, const struct zone_due *due, struct error *err)
{
	const struct revision revision = {
		.kind = "dnssec",
		.permission = "",
		.action = "zone.announce",
		.actor_id = "system:dns",
		.actor_name = "dns",
		.request_id = "",
		.always = true,
	};
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	_cleanup_(change_freep) struct change *change = NULL;
	struct complaints complaints = { .arena = arena };
	struct key keys[KEYS];
	struct revised revised;
	struct content content;
	struct zone zone;
	size_t n;

	if (!arena)
		return error_set(err, ERR_INTERNAL, "no memory");
	if (!change_begin_system(service, &due->org, "", &change, err) ||
	    !zone_lock(change_tx(change), &due->id, arena, &zone, err) ||
	    !keys_lock(change_tx(change), &zone, arena, keys, &n, err))
		return false;
	if (zone.serving != SERVING_LIVE || !n || keys[n - 1].announced || keys[n - 1].announce_ms > clock_unix_ms())
		return true; /* changed meanwhile */
	return TX_RUN(change_tx(change), DNS_KEYS_ANNOUNCE, NULL, err, DB_UUID(&zone.id)) &&
	       content_lock(change_tx(change), &zone, arena, &content, err) &&
	       revise(change, service, &zone, &content, &revision, &complaints, &revised, err) &&
	       change_commit(change, err);
}

bool dns_announce_keys(struct service *service, struct error *err)
{
	struct zone_due due[ZONES_DUE];
	unsigned n = 0;

	if (!zone_silent(service_db_wide(service), due, &n, err))
		return false;
	for (unsigned i = 0; i < n; i++) {
		struct error why = { 0 };

		if (!announce(service, &due[i], &why))
			log_failure(LOG_WARN_, &why, "tell a parent zone of a new key");
	}
	return true;
}
