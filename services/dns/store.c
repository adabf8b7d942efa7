/* store: see store.h. */
#include "store.h"

#include <string.h>

#include "lib/contract/contract.h"

#include "dns_sql.h"

enum { PARAMS_COUNT = 4 /* those of a list that its count takes */, SETTINGS_MAX = 4096 };

/* Columns of whole rows. */
enum {
	ID,
	ORG_ID,
	NAME,
	DISPLAY_NAME,
	REVERSE,
	SERVING,
	STATE,
	MESSAGE,
	EPOCH,
	N,
	VERSION,
	SERIAL,
	RECORDS,
	SETTINGS,
	TASK_ID,
	CREATED,
	UPDATED,
	PURGE,
	KEYS_KEPT,
};

/* Of a node's row. */
enum {
	P_ID,
	P_ZONE,
	P_NODE,
	P_NAME,
	P_ADDRESS,
	P_PORT,
	P_STATE,
	P_MESSAGE,
	P_EPOCH,
	P_N,
	P_SERIAL,
	P_APPLIED,
	P_TASK,
	P_PROVIDER,
	P_ACCOUNT,
};

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for a zone");
}

static bool no_such_zone(struct error *err)
{
	return error_set(err, ERR_NOT_FOUND, "There is no such zone.");
}

static uint8_t *pack_settings(const struct zone *zone, size_t *ret_size)
{
	size_t size = zone->settings ? protobuf_c_message_get_packed_size(&zone->settings->base) : 0;
	uint8_t *bytes = malloc(size + 1);

	*ret_size = bytes && size ? protobuf_c_message_pack(&zone->settings->base, bytes) : 0;
	return bytes;
}

static bool put_placement(struct tx *tx, const struct zone *zone, const struct placement *node, struct error *err)
{
	if (node->fresh &&
	    !TX_SEND(tx, DNS_PLACEMENT_INSERT, err, DB_UUID(&node->id), DB_UUID(&zone->id), DB_UUID(&zone->org),
	             DB_TEXT(node->node_id), DB_TEXT(node->node_name), DB_TEXT(node->address), DB_INT(node->port),
	             DB_TEXT(zone_state_name(node->state)), DB_INT(node->generation.epoch), DB_INT(node->generation.n),
	             DB_TEXT_OR_NULL(node->task_id), DB_TEXT(node->provider->kind),
	             uuid_is_nil(&node->account) ? DB_NULL : DB_UUID(&node->account)))
		return false;
	return TX_SEND(tx, DNS_PLACEMENT_UPDATE, err, DB_UUID(&node->id), DB_TEXT(zone_state_name(node->state)),
	               DB_TEXT(node->message), DB_INT(node->generation.epoch), DB_INT(node->generation.n),
	               DB_INT(node->serial), DB_INT(node->applied_serial), DB_TEXT_OR_NULL(node->task_id));
}

static bool put_placements(struct tx *tx, const struct zone *zone, struct error *err)
{
	for (size_t i = 0; i < zone->n_nodes; i++)
		if (!put_placement(tx, zone, &zone->nodes[i], err))
			return false;
	return true;
}

bool zone_insert(struct tx *tx, const struct zone *zone, struct error *err)
{
	size_t n;
	_cleanup_free_ uint8_t *settings = pack_settings(zone, &n);

	if (!settings)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return TX_RUN(tx, DNS_ZONE_INSERT, NULL, err, DB_UUID(&zone->id), DB_UUID(&zone->org), DB_TEXT(zone->name),
	              DB_TEXT(zone->display_name), DB_BOOL(zone->reverse), DB_TEXT(zone_serving_name(zone->serving)),
	              DB_TEXT(zone_state_name(zone->state)), DB_INT(zone->generation.epoch), DB_INT(zone->generation.n),
	              DB_INT(zone->serial), DB_INT(zone->records), DB_BYTES(settings, n),
	              DB_TEXT_OR_NULL(zone->task_id), DB_INT(zone->created_ms)) &&
	       put_placements(tx, zone, err);
}

bool zone_update(struct tx *tx, const struct zone *zone, struct error *err)
{
	size_t n;
	_cleanup_free_ uint8_t *settings = pack_settings(zone, &n);

	if (!settings)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return TX_SEND(tx, DNS_ZONE_UPDATE, err, DB_UUID(&zone->id), DB_TEXT(zone_serving_name(zone->serving)),
	               DB_TEXT(zone_state_name(zone->state)), DB_TEXT(zone->message), DB_INT(zone->generation.epoch),
	               DB_INT(zone->generation.n), DB_INT(zone->version), DB_INT(zone->serial), DB_INT(zone->records),
	               DB_BYTES(settings, n), DB_TEXT_OR_NULL(zone->task_id), DB_INT(zone->updated_ms),
	               DB_INT(zone->purge_ms)) &&
	       put_placements(tx, zone, err);
}

static struct generation read_generation(const struct rows *rows, unsigned row, unsigned epoch, unsigned n)
{
	return (struct generation){ .epoch = (uint32_t)rows_int(rows, row, epoch),
		                    .n = (uint64_t)rows_int(rows, row, n) };
}

static void read_task(const struct rows *rows, unsigned row, unsigned column, char to[static UUID_TEXT])
{
	struct uuid task = rows_uuid(rows, row, column);

	if (!rows_null(rows, row, column))
		uuid_format(&task, to);
}

static bool read_settings(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__ZoneSettings **ret,
                          struct error *err)
{
	size_t size;
	const uint8_t *bytes = rows_bytes(rows, row, SETTINGS, &size);
	ProtobufCMessage *message = NULL;

	if (!contract_unpack(&stralix__v1__zone_settings__descriptor, bytes, size, SETTINGS_MAX, arena, &message, err))
		return error_wrap(err, "settings of a zone");
	*ret = (Stralix__V1__ZoneSettings *)(void *)message;
	return true;
}

static bool read_zone(const struct rows *rows, unsigned row, struct arena *arena, struct zone *zone, struct error *err)
{
	*zone = (struct zone){
		.id = rows_uuid(rows, row, ID),
		.org = rows_uuid(rows, row, ORG_ID),
		.name = arena_strdup(arena, rows_text(rows, row, NAME)),
		.origin = arena_printf(arena, "%s.", rows_text(rows, row, NAME)),
		.display_name = arena_strdup(arena, rows_text(rows, row, DISPLAY_NAME)),
		.message = arena_strdup(arena, rows_text(rows, row, MESSAGE)),
		.reverse = rows_bool(rows, row, REVERSE),
		.generation = read_generation(rows, row, EPOCH, N),
		.version = (uint64_t)rows_int(rows, row, VERSION),
		.serial = (uint32_t)rows_int(rows, row, SERIAL),
		.records = (uint32_t)rows_int(rows, row, RECORDS),
		.created_ms = rows_ms(rows, row, CREATED),
		.updated_ms = rows_ms(rows, row, UPDATED),
		.purge_ms = rows_ms(rows, row, PURGE),
		.keys = (uint32_t)rows_int(rows, row, KEYS_KEPT),
	};
	read_task(rows, row, TASK_ID, zone->task_id);
	if (!zone_state_parse(rows_text(rows, row, STATE), &zone->state) ||
	    !zone_serving_parse(rows_text(rows, row, SERVING), &zone->serving))
		return error_set(err, ERR_INTERNAL, "a zone's row has an unknown state");
	if (!zone->name || !zone->origin || !zone->display_name || !zone->message)
		return no_room(err);
	return read_settings(rows, row, arena, &zone->settings, err);
}

static bool read_placement(const struct rows *rows, unsigned row, struct arena *arena, struct zone *zone,
                           struct error *err)
{
	struct placement *node = &zone->nodes[zone->n_nodes];

	if (zone->n_nodes == ZONE_NODES)
		return error_set(err, ERR_INTERNAL, "zone %s has too many nodes", zone->name);
	*node = (struct placement){
		.id = rows_uuid(rows, row, P_ID),
		.node_id = arena_strdup(arena, rows_text(rows, row, P_NODE)),
		.node_name = arena_strdup(arena, rows_text(rows, row, P_NAME)),
		.address = arena_strdup(arena, rows_text(rows, row, P_ADDRESS)),
		.message = arena_strdup(arena, rows_text(rows, row, P_MESSAGE)),
		.port = (uint32_t)rows_int(rows, row, P_PORT),
		.generation = read_generation(rows, row, P_EPOCH, P_N),
		.serial = (uint32_t)rows_int(rows, row, P_SERIAL),
		.applied_serial = (uint32_t)rows_int(rows, row, P_APPLIED),
		.provider = provider_find(rows_text(rows, row, P_PROVIDER)),
		.account = rows_uuid(rows, row, P_ACCOUNT),
	};
	read_task(rows, row, P_TASK, node->task_id);
	zone->n_nodes++;
	if (!zone_state_parse(rows_text(rows, row, P_STATE), &node->state) || !node->provider)
		return error_set(err, ERR_INTERNAL, "a zone's node has an unknown state or provider");
	return (node->node_id && node->node_name && node->address && node->message) || no_room(err);
}

/* Gives each row to its zone; both are few. */
static bool share_out(const struct rows *rows, struct zone *zones, unsigned n, struct arena *arena, struct error *err)
{
	for (unsigned row = 0; row < rows_count(rows); row++) {
		struct uuid id = rows_uuid(rows, row, P_ZONE);

		for (unsigned i = 0; i < n; i++)
			if (uuid_equal(&id, &zones[i].id) && !read_placement(rows, row, arena, &zones[i], err))
				return false;
	}
	return true;
}

static const char **ids_of(const struct zone *zones, unsigned n, struct arena *arena)
{
	const char **ids = arena_alloc(arena, (n + 1) * sizeof(*ids));

	for (unsigned i = 0; ids && i < n; i++) {
		char *text = arena_alloc(arena, UUID_TEXT);

		if (!text)
			return NULL;
		ids[i] = uuid_format(&zones[i].id, text);
	}
	return ids;
}

static bool add_wide(struct db *wide, struct zone *zones, unsigned n, struct arena *arena, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	const char **ids = ids_of(zones, n, arena);

	return ids ? DB_RUN(wide, NULL, DNS_WIDE_ZONE_PLACEMENTS, &rows, err, DB_TEXTS(ids, n)) &&
	                       share_out(rows, zones, n, arena, err)
	           : no_room(err);
}

bool zone_lock(struct tx *tx, const struct uuid *id, struct arena *arena, struct zone *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL, *nodes = NULL;
	char text[UUID_TEXT];
	const char *const ids[] = { uuid_format(id, text) };
	const struct db_ask asks[] = { DB_ASK(DNS_ZONE_LOCK, &rows, DB_UUID(id)),
		                       DB_ASK(DNS_PLACEMENTS, &nodes, DB_TEXTS(ids, 1)) };

	if (!tx_ask(tx, asks, ARRAY_SIZE(asks), err))
		return false;
	if (!rows_count(rows))
		return no_such_zone(err);
	return read_zone(rows, 0, arena, ret, err) && share_out(nodes, ret, 1, arena, err);
}

bool zone_lock_of(struct tx *tx, const struct uuid *placement, struct arena *arena, struct zone *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct uuid id;

	if (!TX_RUN(tx, DNS_PLACEMENT_ZONE, &rows, err, DB_UUID(placement)))
		return false;
	if (!rows_count(rows))
		return no_such_zone(err);
	id = rows_uuid(rows, 0, 0);
	return zone_lock(tx, &id, arena, ret, err);
}

bool zone_peek(struct db *wide, const struct uuid *id, struct arena *arena, struct zone *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!DB_RUN(wide, NULL, DNS_WIDE_ZONE_FIND, &rows, err, DB_UUID(id)))
		return false;
	if (!rows_count(rows))
		return no_such_zone(err);
	return read_zone(rows, 0, arena, ret, err);
}

bool zone_find(struct db *wide, const struct uuid *id, struct arena *arena, struct zone *ret, struct error *err)
{
	return zone_peek(wide, id, arena, ret, err) && add_wide(wide, ret, 1, arena, err);
}

static bool read_list(const struct rows *rows, unsigned limit, struct arena *arena, struct zone_list *ret,
                      struct error *err)
{
	unsigned n = rows_page(rows, limit, &ret->more);

	ret->zones = arena_alloc(arena, (n + 1) * sizeof(struct zone));
	if (!ret->zones)
		return error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
	for (ret->n = 0; ret->n < n; ret->n++)
		if (!read_zone(rows, ret->n, arena, &ret->zones[ret->n], err))
			return false;
	return true;
}

bool zone_list(struct db *wide, const struct zone_filter *filter, struct arena *arena, struct zone_list *ret,
               struct error *err)
{
	static const unsigned queries[] = {
		[ORDER_NAME_UP] = DNS_WIDE_ZONE_NAME_UP,
		[ORDER_NAME_DOWN] = DNS_WIDE_ZONE_NAME_DOWN,
		[ORDER_MADE_UP] = DNS_WIDE_ZONE_MADE_UP,
		[ORDER_MADE_DOWN] = DNS_WIDE_ZONE_MADE_DOWN,
	};
	const struct db_param params[] = {
		filter->orgs ? DB_TEXTS(filter->orgs, filter->n_orgs) : DB_NULL,
		DB_TEXT_OR_NULL(filter->search),
		DB_TEXT_OR_NULL(filter->state),
		DB_TEXT_OR_NULL(filter->node_id),
		DB_TEXT_OR_NULL(filter->after),
		DB_INT(filter->limit + 1),
	};
	_cleanup_(rows_freep) struct rows *rows = NULL, *total = NULL;

	if (!db_run(wide, NULL, queries[filter->order], params, ARRAY_SIZE(params), &rows, err) ||
	    !db_run(wide, NULL, DNS_WIDE_ZONE_COUNT, params, PARAMS_COUNT, &total, err))
		return error_wrap(err, "list zones");
	ret->total = (uint64_t)rows_int(total, 0, 0);
	return read_list(rows, filter->limit, arena, ret, err) && add_wide(wide, ret->zones, ret->n, arena, err);
}

static unsigned read_due(const struct rows *rows, struct zone_due ret[static ZONES_DUE])
{
	unsigned n = rows_count(rows) < ZONES_DUE ? rows_count(rows) : ZONES_DUE;

	for (unsigned i = 0; i < n; i++)
		ret[i] = (struct zone_due){ rows_uuid(rows, i, 0), rows_uuid(rows, i, 1) };
	return n;
}

bool zone_due(struct db *wide, struct zone_due ret[static ZONES_DUE], unsigned *ret_n, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!db_run(wide, NULL, DNS_WIDE_ZONE_DUE, NULL, 0, &rows, err))
		return error_wrap(err, "look for zones past their grace period");
	*ret_n = read_due(rows, ret);
	return true;
}

bool zone_lonely(struct db *wide, const struct uuid *after, struct zone_due ret[static ZONES_DUE], unsigned *ret_n,
                 struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!DB_RUN(wide, NULL, DNS_WIDE_ZONE_LONELY, &rows, err, DB_UUID(after)))
		return error_wrap(err, "look for zones on one node");
	*ret_n = read_due(rows, ret);
	return true;
}

bool zone_silent(struct db *wide, struct zone_due ret[static ZONES_DUE], unsigned *ret_n, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!db_run(wide, NULL, DNS_WIDE_KEYS_SILENT, NULL, 0, &rows, err))
		return error_wrap(err, "look for keys that aren't announced");
	*ret_n = read_due(rows, ret);
	return true;
}

bool zone_astray(struct db *wide, const char *mark, struct zone_due ret[static ZONES_DUE], unsigned *ret_n,
                 struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!DB_RUN(wide, NULL, DNS_WIDE_ZONE_ASTRAY, &rows, err, DB_TEXT(mark)))
		return error_wrap(err, "look for zones that are out of step with the catalog");
	*ret_n = read_due(rows, ret);
	return true;
}
