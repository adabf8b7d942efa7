/* state: whether a zone's desired state is whole and right, before anything of it goes to PowerDNS. */

#include <stdio.h>
#include <string.h>

#include "lib/contract/contract.h"
#include "lib/dns/name.h"
#include "lib/dns/rdata.h"

#include "stralix/v1/zone.contract.h"

#include "agent/adapters/powerdns/node_internal.h"

enum { STATE_MOST = 262144, STATE_ARENA = 32 << 20 };

static bool unpack(const struct object *object, struct arena *arena, Stralix__V1__ZoneState **ret, struct error *err)
{
	ProtobufCMessage *message;

	if (!contract_unpack(&stralix__v1__zone_state__descriptor, object->desired, object->desired_size, STATE_MOST,
	                     arena, &message, err))
		return false;
	if (contract_has_unknown(message))
		return error_set(err, ERR_AGENT_TOO_OLD, "the zone has a field that this agent doesn't know");
	if (!contract_validate(&stralix__v1__zone_state__rules, message, arena, err))
		return false;
	*ret = (Stralix__V1__ZoneState *)message;
	return true;
}

/* The same in the one spelling: what isn't so could be more than one record. */
static bool check_data(const Stralix__V1__RecordSet *set, enum dns_type type, struct arena *arena, struct error *err)
{
	for (size_t i = 0; i < set->n_data; i++) {
		struct rdata_fault fault = { .words = "" };
		const char *normal;

		if (!rdata_normalise(type, set->data[i], ".", arena, &normal, &fault))
			return error_field(err, "sets.data", fault.rule[0] ? fault.rule : "data", "%.60s %s: %.80s",
			                   set->name, set->type, fault.words);
		if (strcmp(normal, set->data[i]) != 0)
			return error_field(err, "sets.data", "canonical", "%.60s %s isn't in its one spelling.",
			                   set->name, set->type);
		for (size_t j = 0; j < i; j++)
			if (strcmp(set->data[j], set->data[i]) == 0)
				return error_field(err, "sets.data", "unique", "%.60s %s holds a record twice.",
				                   set->name, set->type);
	}
	return true;
}

static bool check_set(const Stralix__V1__RecordSet *set, const char *origin, struct arena *arena, struct error *err)
{
	enum dns_type type = dns_type_parse(set->type);
	const char *why = NULL, *name = dns_owner(set->name, origin, arena, &why);

	if (type == DNS_NONE)
		return error_set(err, ERR_AGENT_TOO_OLD, "this agent doesn't know records of type %s", set->type);
	if (!name)
		return error_field(err, "sets.name", "DNS_NAME", "%.60s: %.90s", set->name,
		                   why ? why : "out of memory");
	if (strcmp(name, set->name) != 0)
		return error_field(err, "sets.name", "canonical", "%.60s isn't in its one spelling.", set->name);
	return check_data(set, type, arena, err);
}

static int by_name(const void *a, const void *b)
{
	const Stralix__V1__RecordSet *x = *(Stralix__V1__RecordSet *const *)a, *y = *(Stralix__V1__RecordSet *const *)b;
	int names = strcmp(x->name, y->name);

	return names ? names : strcmp(x->type, y->type);
}

/* One SOA, of the zone itself, with the serial that is told. */
static bool check_soa(const Stralix__V1__ZoneState *zone, const char *origin, struct arena *arena, struct error *err)
{
	size_t found = 0;

	for (size_t i = 0; i < zone->n_sets; i++) {
		const Stralix__V1__RecordSet *set = zone->sets[i];
		const char *members[DNS_MEMBERS];
		char serial[16];

		if (strcmp(set->type, "SOA") != 0)
			continue;
		found++;
		snprintf(serial, sizeof(serial), "%u", zone->serial);
		if (strcmp(set->name, origin) != 0 || set->n_data != 1 ||
		    !rdata_split(DNS_SOA, set->data[0], arena, members) || strcmp(members[2], serial) != 0)
			return error_field(err, "sets", "soa", "The SOA isn't the zone's, or has another serial.");
	}
	return found == 1 || error_field(err, "sets", "soa", "A zone has one SOA.");
}

static bool check_sets(const Stralix__V1__ZoneState *zone, struct arena *arena, struct error *err)
{
	const char *origin = arena_printf(arena, "%s.", zone->zone);
	Stralix__V1__RecordSet **sorted = arena_alloc(arena, (zone->n_sets + 1) * sizeof(void *));

	if (!origin || !sorted)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (zone->n_sets > 0)
		memcpy(sorted, zone->sets, zone->n_sets * sizeof(void *));
	qsort(sorted, zone->n_sets, sizeof(void *), by_name);
	for (size_t i = 0; i < zone->n_sets; i++) {
		if (i > 0 && by_name(&sorted[i - 1], &sorted[i]) == 0)
			return error_field(err, "sets", "unique", "%.60s %s is there twice.", sorted[i]->name,
			                   sorted[i]->type);
		if (!check_set(sorted[i], origin, arena, err))
			return false;
	}
	return zone->serving == STRALIX__V1__ZONE_STATE__SERVING__DELETED || check_soa(zone, origin, arena, err);
}

static bool read_zone(struct object *object, struct arena *arena, struct error *err)
{
	const char *why = NULL, *name;
	Stralix__V1__ZoneState *zone;

	if (!unpack(object, arena, &zone, err))
		return false;
	if (strcmp(zone->id, object->id) != 0)
		return error_field(err, "id", "match", "The desired state is of another zone.");
	name = dns_zone_name(zone->zone, arena, &why);
	if (!name || strcmp(name, zone->zone) != 0)
		return error_field(err, "zone", "DNS_ZONE", "%.100s", why ? why : "It isn't in its one spelling.");
	if (!check_sets(zone, arena, err))
		return false;
	object->served = zone->serving == STRALIX__V1__ZONE_STATE__SERVING__LIVE;
	snprintf(object->name, sizeof(object->name), "%s", zone->zone);
	return true;
}

bool powerdns_read(void *self, struct object *object, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(STATE_ARENA);

	(void)self;
	return arena ? read_zone(object, arena, err) : error_set(err, ERR_INTERNAL, "out of memory");
}

bool powerdns_planned(const Stralix__V1__PlanQuestion *wanted, struct object *object, struct error *err)
{
	if (!wanted->zone)
		return error_field(err, "zone", "required", "A plan needs the state that is planned.");
	object->desired_size = protobuf_c_message_get_packed_size(&wanted->zone->base);
	object->desired = malloc(object->desired_size + 1);
	if (!object->desired)
		return error_set(err, ERR_INTERNAL, "out of memory");
	protobuf_c_message_pack(&wanted->zone->base, object->desired);
	return true;
}

/* The zone's keys, then what its secondaries sign with. */
static bool open_all(const struct seal_key *seal, const struct object *object, const Stralix__V1__ZoneState *zone,
                     struct calls_secrets *ret, struct error *err)
{
	ret->list = calloc(zone->n_keys + zone->n_secondaries + 1, sizeof(*ret->list));
	if (!ret->list)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (size_t i = 0; i < zone->n_keys + zone->n_secondaries; i++) {
		const ProtobufCBinaryData *box =
			i < zone->n_keys ? &zone->keys[i]->sealed : &zone->secondaries[i - zone->n_keys]->sealed_secret;

		ret->n++;
		if (box->len > 0 &&
		    !seal_open(seal, "zone", object->id, box->data, box->len, &ret->list[ret->n - 1], err))
			return error_wrap(err, "open a key of the zone");
	}
	return true;
}

bool powerdns_open(void *self, const struct object *object, struct calls_secrets *ret, struct error *err)
{
	const struct powerdns_node *node = self;
	_cleanup_(arena_freep) struct arena *arena = arena_new(STATE_ARENA);
	Stralix__V1__ZoneState *zone;

	if (!arena)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return unpack(object, arena, &zone, err) && open_all(node->seal, object, zone, ret, err);
}
