/* desire: see desire.h. */
#include "desire.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/clock.h"

#include "stralix/v1/dns.contract.h"
#include "stralix/v1/zone.pb-c.h"

#include "catalog.h"
#include "dns_sql.h"
#include "key.h"
#include "limited.h"
#include "secondary.h"
#include "store.h"
#include "view.h"

enum { STATE_MAX = 250000 /* of a task, packed */ };

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for a zone");
}

static char *borrow(const char *text)
{
	return (char *)(uintptr_t)text;
}

static Stralix__V1__RecordSet *set_message(const struct dns_record *records, size_t n, struct arena *arena)
{
	Stralix__V1__RecordSet *ret = arena_alloc(arena, sizeof(*ret));

	if (!ret)
		return NULL;
	stralix__v1__record_set__init(ret);
	ret->name = borrow(records->name);
	ret->type = borrow(dns_type_name(records->type));
	ret->ttl = records->ttl;
	ret->data = arena_alloc(arena, n * sizeof(char *));
	for (; ret->data && ret->n_data < n; ret->n_data++)
		ret->data[ret->n_data] = borrow(records[ret->n_data].data);
	return ret->data ? ret : NULL;
}

bool zone_sets(const struct dns_record *records, size_t n, struct arena *arena, Stralix__V1__RecordSet ***ret,
               size_t *ret_n)
{
	*ret_n = 0;
	*ret = arena_alloc(arena, (n + 1) * sizeof(void *));
	if (!*ret)
		return false;
	for (size_t i = 0, set; i < n; i += set) {
		for (set = 1; i + set < n && dns_same_set(&records[i], &records[i + set]); set++)
			;
		(*ret)[*ret_n] = set_message(records + i, set, arena);
		if (!(*ret)[(*ret_n)++])
			return false;
	}
	return true;
}

/* What every node gets of it; the id is each one's own. */
static bool state_message(const struct zone *zone, const struct dns_record *records, size_t n, struct arena *arena,
                          Stralix__V1__ZoneState *ret, struct error *err)
{
	stralix__v1__zone_state__init(ret);
	ret->zone = borrow(zone->name);
	ret->serving = zone->serving == SERVING_LIVE ? STRALIX__V1__ZONE_STATE__SERVING__LIVE
	                                             : STRALIX__V1__ZONE_STATE__SERVING__DELETED;
	ret->serial = zone->serial;
	if (!zone_sets(records, n, arena, &ret->sets, &ret->n_sets))
		return no_room(err);
	if (protobuf_c_message_get_packed_size(&ret->base) > STATE_MAX)
		return error_set(err, ERR_TOO_LARGE,
		                 "The zone's records are too many or too long: at most %d bytes in all.", STATE_MAX);
	return true;
}

/* Another provider: the row says what it is to have; a worker makes it so (provider_run.h). */
static bool ask_elsewhere(struct change *change, const struct placement *node, const Stralix__V1__ZoneState *state,
                          struct arena *arena, struct error *err)
{
	size_t size;
	uint8_t *bytes = contract_pack(&state->base, arena, &size);

	return bytes ? TX_SEND(change_tx(change), DNS_PROVIDER_ZONE_WANTS, err, DB_UUID(&node->id),
	                       DB_BYTES(bytes, size))
	             : no_room(err);
}

static bool ask(struct change *change, struct zone *zone, struct placement *node, const struct desire *desire,
                const struct catalog *catalog, Stralix__V1__ZoneState *state, struct arena *arena, struct error *err)
{
	_cleanup_(rows_freep) struct rows *keys = NULL, *boxes = NULL;
	const struct db_ask asks[] = { DB_ASK(DNS_KEYS_SEALED, &keys, DB_UUID(&zone->id)),
		                       DB_ASK(DNS_SECONDARIES_SEALED, &boxes, DB_UUID(&zone->id), DB_UUID(&node->id)) };
	bool removed = zone->serving == SERVING_REMOVED;
	Stralix__V1__Generation generation;
	Stralix__V1__Target target;

	node->generation = zone->generation;
	node->serial = zone->serial;
	node->state = zone_waiting(zone->serving);
	node->message = "";
	if (node->provider->calls)
		return ask_elsewhere(change, node, state, arena, err);
	stralix__v1__generation__init(&generation);
	generation.epoch = node->generation.epoch;
	generation.n = node->generation.n;
	if (!zone_target(zone, node, arena, &target, err))
		return false;
	state->id = target.id;
	if (!tx_ask(change_tx(change), asks, ARRAY_SIZE(asks), err) ||
	    !keys_state(keys, node, arena, &state->keys, &state->n_keys, err) ||
	    !secondaries_state(change_tx(change), zone, boxes, arena, &state->secondaries, &state->n_secondaries,
	                       err) ||
	    (!state->producer &&
	     !catalog_peers(catalog, node->node_id, arena, &state->secondaries, &state->n_secondaries, err)))
		return false;
	return change_task(change, removed ? "remove" : "apply", &target, &generation, removed ? NULL : &state->base,
	                   desire->permission, node->task_id, err);
}

bool zone_desire(struct change *change, struct zone *zone, const struct desire *desire,
                 const struct dns_record *records, size_t n, uint32_t epoch, struct arena *arena, struct error *err)
{
	Stralix__V1__ZoneState state;
	struct catalog catalog;
	bool first = true;

	zone->serving = desire->serving;
	zone->generation.epoch = epoch > zone->generation.epoch ? epoch : zone->generation.epoch;
	zone->generation.n++;
	zone->purge_ms = 0;
	zone->updated_ms = clock_unix_ms();
	if (!state_message(zone, records, n, arena, &state, err) ||
	    !catalog_find(desire->service, arena, &catalog, err))
		return false;
	state.producer = catalog_is(&catalog, zone);
	state.catalog = borrow(state.producer ? "" : catalog.name);
	for (size_t i = 0; i < zone->n_nodes; i++) {
		struct placement *node = &zone->nodes[i];

		if (desire->only_fresh && !node->fresh)
			continue;
		if (!ask(change, zone, node, desire, &catalog, &state, arena, err))
			return false;
		if (first)
			memcpy(zone->task_id, node->task_id, UUID_TEXT);
		first = false;
	}
	zone_judge(zone, arena);
	return TX_SEND(change_tx(change), DNS_ZONE_MARK, err, DB_UUID(&zone->id), DB_TEXT(catalog.mark));
}

bool zone_tell(struct change *change, const struct zone *before, const struct zone *after, const char *action,
               const char *outcome, const char *verb, struct arena *arena, struct error *err)
{
	Stralix__V1__Zone *was = NULL, *is;
	Stralix__V1__Target target;

	if ((before && !zone_view(before, "", arena, &was, err)) || !zone_view(after, "", arena, &is, err) ||
	    !zone_target(after, NULL, arena, &target, err))
		return false;
	return change_audit(change, action, &target, outcome, &stralix__v1__zone__rules, was ? &was->base : NULL,
	                    &is->base, err) &&
	       change_event(change, "zone", verb, target.id, err);
}

typedef bool look_fn(struct db *wide, const struct uuid *id, struct arena *arena, struct zone *ret, struct error *err);

static bool see(struct call *call, const char *zone_id, look_fn *look, struct zone *ret, struct error *err)
{
	struct uuid id;

	if (!uuid_parse(zone_id, &id))
		return error_set(err, ERR_NOT_FOUND, "There is no such zone.");
	if (!look(service_db_wide(call_service(call)), &id, call_arena(call), ret, err))
		return false;
	return (call_may_see(call, &ret->org) && !limited_out(call, &id)) ||
	       error_set(err, ERR_NOT_FOUND, "There is no such zone.");
}

bool zone_see(struct call *call, const char *zone_id, struct zone *ret, struct error *err)
{
	return see(call, zone_id, zone_find, ret, err);
}

bool zone_change_begin(struct call *call, const char *zone_id, struct change **ret, struct zone *zone,
                       struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;

	if (!see(call, zone_id, zone_peek, zone, err) || !change_begin(call, &zone->org, &change, err))
		return false;
	if (!zone_lock(change_tx(change), &zone->id, call_arena(call), zone, err))
		return false;
	*ret = TAKE_PTR(change);
	return true;
}
