/* catalog: see catalog.h; and the janitor's row that keeps members in step with it. */
#include "catalog.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/log.h"

#include "desire.h"
#include "dns_sql.h"
#include "serve.h"
#include "store.h"

enum { ARENA_MAX = 32 << 20 };

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for the catalog");
}

static bool make_mark(struct catalog *catalog, struct error *err)
{
	_cleanup_buf_ struct buf text = { 0 };
	uint8_t digest[TOKEN_DIGEST];

	buf_puts(&text, catalog->name);
	for (size_t i = 0; i < catalog->n; i++) {
		const struct secondary *one = &catalog->secondaries[i];

		buf_printf(&text, "\n%s %" PRIu32 " %d %d %s %s", one->address, one->port, one->notify, one->keyless,
		           one->tsig_name, one->tsig_algorithm);
	}
	for (size_t i = 0; i < catalog->n_nodes; i++)
		buf_printf(&text, "\n%s", catalog->node_ids[i]);
	if (buf_failed(&text))
		return no_room(err);
	token_digest(text.data, text.size, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(catalog->mark + 2 * i, 3, "%02x", digest[i]);
	return true;
}

bool catalog_find(struct service *service, struct arena *arena, struct catalog *ret, struct error *err)
{
	const struct dns_settings *settings = service_settings(service);
	struct db *wide = service_db_wide(service);
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct zone zone;
	struct uuid id;

	*ret = (struct catalog){ .name = settings->catalog };
	if (!*ret->name)
		return true;
	if (!DB_RUN(wide, NULL, DNS_WIDE_CATALOG_ZONE, &rows, err, DB_TEXT(ret->name)))
		return false;
	if (!rows_count(rows))
		return make_mark(ret, err);
	id = rows_uuid(rows, 0, 0);
	if (!zone_find(wide, &id, arena, &zone, err) ||
	    !secondaries_find(wide, &zone, arena, ret->secondaries, &ret->n, err))
		return false;
	for (; ret->n_nodes < zone.n_nodes; ret->n_nodes++)
		ret->node_ids[ret->n_nodes] = zone.nodes[ret->n_nodes].node_id;
	return make_mark(ret, err);
}

bool catalog_is(const struct catalog *catalog, const struct zone *zone)
{
	return *catalog->name && strcmp(catalog->name, zone->name) == 0;
}

static bool add(const struct secondary *from, bool keyless, struct arena *arena, Stralix__V1__ZonePeer **ret)
{
	Stralix__V1__ZonePeer *peer = *ret = arena_alloc(arena, sizeof(*peer));

	if (!peer)
		return false;
	stralix__v1__zone_peer__init(peer);
	peer->address = (char *)(uintptr_t)from->address;
	peer->port = from->port;
	peer->notify = from->notify && !keyless;
	if (keyless)
		return true;
	peer->tsig_name = (char *)(uintptr_t)from->tsig_name;
	peer->tsig_algorithm = (char *)(uintptr_t)from->tsig_algorithm;
	return true;
}

static bool is_on(const struct catalog *catalog, const char *node_id)
{
	for (size_t i = 0; i < catalog->n_nodes; i++)
		if (strcmp(catalog->node_ids[i], node_id) == 0)
			return true;
	return false;
}

bool catalog_peers(const struct catalog *catalog, const char *node_id, struct arena *arena,
                   Stralix__V1__ZonePeer ***list, size_t *n, struct error *err)
{
	Stralix__V1__ZonePeer **all = arena_alloc(arena, (*n + 2 * catalog->n + 1) * sizeof(void *));

	if (!is_on(catalog, node_id))
		return true;
	if (!all)
		return no_room(err);
	if (*n)
		memcpy(all, *list, *n * sizeof(void *));
	for (size_t i = 0; i < catalog->n && i < CATALOG_SECONDARIES; i++) {
		if (!add(&catalog->secondaries[i], false, arena, &all[(*n)++]))
			return no_room(err);
		if (catalog->secondaries[i].keyless && !add(&catalog->secondaries[i], true, arena, &all[(*n)++]))
			return no_room(err);
	}
	*list = all;
	return true;
}

/* A new generation with the same serial: no record is other than before. */
static bool follow(struct service *service, const struct zone_due *due, struct error *err)
{
	const struct serve serve = { SERVING_LIVE, "", "zone.catalog", false };
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	_cleanup_(change_freep) struct change *change = NULL;
	struct zone zone;

	if (!arena)
		return error_set(err, ERR_INTERNAL, "no memory");
	if (!change_begin_system(service, &due->org, "", &change, err) ||
	    !zone_lock(change_tx(change), &due->id, arena, &zone, err))
		return false;
	if (zone.serving != SERVING_LIVE)
		return true; /* deleted meanwhile */
	return serve_zone(change, service, &zone, &serve, arena, err) && change_commit(change, err);
}

bool dns_follow_catalog(struct service *service, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	struct zone_due due[ZONES_DUE];
	struct catalog catalog;
	unsigned n = 0;

	if (!arena)
		return error_set(err, ERR_INTERNAL, "no memory");
	if (!catalog_find(service, arena, &catalog, err) ||
	    !zone_astray(service_db_wide(service), catalog.mark, due, &n, err))
		return false;
	for (unsigned i = 0; i < n; i++) {
		struct error why = { 0 };

		if (!follow(service, &due[i], &why))
			log_failure(LOG_WARN_, &why, "tell a zone's servers of the catalog");
	}
	return true;
}
