/* zone: a zone comes, changes and goes, each by one request. */

#include <string.h>

#include "lib/base/failpoint.h"
#include "lib/contract/contract.h"

#include "stralix/v1/zone.contract.h"

#include "agent/adapters/powerdns/internal.h"

enum { STATE_MOST = 262144 };

bool zone_read(const ProtobufCBinaryData *packed, struct arena *arena, Stralix__V1__ZoneState **ret, struct error *err)
{
	ProtobufCMessage *message;

	if (!contract_unpack(&stralix__v1__zone_state__descriptor, packed->data, packed->len, STATE_MOST, arena,
	                     &message, err) ||
	    !contract_validate(&stralix__v1__zone_state__rules, message, arena, err))
		return false;
	*ret = (Stralix__V1__ZoneState *)message;
	return true;
}

const char *zone_path(const char *zone, struct arena *arena)
{
	return arena_printf(arena, "/zones/%s.", zone);
}

static bool get(struct powerdns *powerdns, struct call *call, const char *zone, bool *there, struct rrsets *ret,
                struct error *err)
{
	const struct api_call wanted = { .method = "GET", .path = zone_path(zone, call->arena) };
	_cleanup_json_ json_t *answer = NULL;
	struct error why = { 0 };

	*there = false;
	*ret = (struct rrsets){ 0 };
	if (!wanted.path)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (api_ask(powerdns, call, &wanted, &answer, &why)) {
		*there = true;
		return rrsets_of_json(answer, call->arena, ret, err);
	}
	if (why.code == ERR_NOT_FOUND)
		return true;
	*err = why;
	return false;
}

bool zone_has(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *zone, bool *there,
              struct rrsets *ret, struct error *err)
{
	Stralix__V1__ZoneState *before;

	if (!call->state->sure)
		return get(powerdns, call, zone->zone, there, ret, err);
	*there = false;
	*ret = (struct rrsets){ 0 };
	if (call->state->before.len == 0)
		return true;
	if (!zone_read(&call->state->before, call->arena, &before, err))
		return false;
	*there = before->serving == STRALIX__V1__ZONE_STATE__SERVING__LIVE;
	return !*there || rrsets_of_state(before, call->arena, ret, err);
}

/* PowerDNS keeps what it has answered: that there is no such name, when a zone is new, and what was, when a question
 * was under way while it wrote. Who asks is told so for seconds, until this. */
static bool forget_answers(struct powerdns *powerdns, struct call *call, const char *zone, struct error *err)
{
	const struct api_call flush = { .method = "PUT",
		                        .path = arena_printf(call->arena, "/cache/flush?domain=%s.", zone) };
	_cleanup_json_ json_t *answer = NULL;

	if (!flush.path)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return api_ask(powerdns, call, &flush, &answer, err);
}

static bool create(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *zone,
                   const struct rrsets *wants, struct error *err)
{
	_cleanup_json_ json_t *sets = json_array(), *body = NULL, *answer = NULL;
	const char *name = arena_printf(call->arena, "%s.", zone->zone);

	for (size_t i = 0; i < wants->n; i++)
		if (json_array_append_new(sets, rrset_json(&wants->sets[i], NULL)) < 0)
			return error_set(err, ERR_INTERNAL, "out of memory");
	/* The serial is ours: PowerDNS makes none of its own. */
	body = json_pack("{s:s, s:s, s:s, s:s, s:[], s:O}", "name", name, "kind", "Native", "soa_edit_api", "",
	                 "soa_edit", "", "nameservers", "rrsets", sets);
	if (!name || !body)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return api_ask(powerdns, call,
	               &(struct api_call){ .method = "POST", .path = "/zones", .body = body, .touches = true }, &answer,
	               err) &&
	       forget_answers(powerdns, call, zone->zone, err);
}

/* What goes comes first: a name may change its only type. */
struct patch {
	json_t *deletes, *replaces;
};

static bool add_change(void *arg, const struct rrset *has, const struct rrset *wants)
{
	struct patch *patch = arg;

	return wants ? json_array_append_new(patch->replaces, rrset_json(wants, "REPLACE")) == 0
	             : json_array_append_new(patch->deletes, rrset_json(has, "DELETE")) == 0;
}

static bool change(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *zone,
                   const struct rrsets *has, const struct rrsets *wants, struct error *err)
{
	_cleanup_json_ json_t *deletes = json_array(), *replaces = json_array(), *body = NULL, *answer = NULL;
	struct patch patch = { deletes, replaces };
	const char *path = zone_path(zone->zone, call->arena);

	if (!path || !rrsets_differ(has, wants, add_change, &patch) || json_array_extend(deletes, replaces) < 0)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (json_array_size(deletes) == 0)
		return true;
	body = json_pack("{s:O}", "rrsets", deletes);
	if (!body)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return api_ask(powerdns, call,
	               &(struct api_call){ .method = "PATCH", .path = path, .body = body, .touches = true }, &answer,
	               err) &&
	       forget_answers(powerdns, call, zone->zone, err);
}

/* As the daemon itself says that it is: for when what it was thought to have isn't so. */
static bool look_and_apply(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *zone,
                           const struct rrsets *wants, struct error *err)
{
	struct rrsets has;
	bool there;

	if (!get(powerdns, call, zone->zone, &there, &has, err))
		return false;
	return there ? change(powerdns, call, zone, &has, wants, err) : create(powerdns, call, zone, wants, err);
}

/* *made: it wasn't there, and has nothing but these records. */
static bool apply_records(struct powerdns *self, struct call *call, const Stralix__V1__ZoneState *zone, bool there,
                          const struct rrsets *has, bool *made, struct error *err)
{
	struct rrsets wants;
	struct error why = { 0 };

	*made = false;
	if (!rrsets_of_state(zone, call->arena, &wants, err))
		return false;
	if (there ? change(self, call, zone, has, &wants, &why) : create(self, call, zone, &wants, &why)) {
		*made = !there;
		return true;
	}
	if (why.code == (there ? ERR_NOT_FOUND : ERR_EXISTS))
		return look_and_apply(self, call, zone, &wants, err);
	*err = why;
	return false;
}

/* What isn't records: keys, and who may transfer. */
static bool same_bytes(const ProtobufCBinaryData *a, const ProtobufCBinaryData *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static bool same_keys(const Stralix__V1__ZoneState *a, const Stralix__V1__ZoneState *b)
{
	bool same = a->n_keys == b->n_keys && a->narrow_nsec3 == b->narrow_nsec3;

	for (size_t i = 0; same && i < a->n_keys; i++) {
		const Stralix__V1__ZoneKey *x = a->keys[i], *y = b->keys[i];

		same = strcmp(x->id, y->id) == 0 && x->flags == y->flags && x->algorithm == y->algorithm &&
		       x->active == y->active && x->published == y->published && same_bytes(&x->sealed, &y->sealed);
	}
	return same;
}

static bool same_peers(const Stralix__V1__ZoneState *a, const Stralix__V1__ZoneState *b)
{
	bool same = a->n_secondaries == b->n_secondaries && a->producer == b->producer &&
	            strcmp(a->catalog, b->catalog) == 0;

	for (size_t i = 0; same && i < a->n_secondaries; i++) {
		const Stralix__V1__ZonePeer *x = a->secondaries[i], *y = b->secondaries[i];

		same = strcmp(x->address, y->address) == 0 && x->port == y->port && x->notify == y->notify &&
		       strcmp(x->tsig_name, y->tsig_name) == 0 && strcmp(x->tsig_algorithm, y->tsig_algorithm) == 0 &&
		       same_bytes(&x->sealed_secret, &y->sealed_secret);
	}
	return same;
}

/* A zone that was just made, or was sure to be there, and is as it was in these: nothing has to be asked. */
static bool apply_rest(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *zone, bool there,
                       bool made, struct error *err)
{
	Stralix__V1__ZoneState none, *before = &none;

	stralix__v1__zone_state__init(&none);
	if (call->state->sure && there && !zone_read(&call->state->before, call->arena, &before, err))
		return false;
	bool known = call->state->sure || made, keys = known && same_keys(before, zone),
	     peers = known && same_peers(before, zone);
	return (keys || keys_sync(powerdns, call, zone, err)) && (peers || peers_sync(powerdns, call, zone, err)) &&
	       (peers || peers_forget(powerdns, call, before, zone, err)) && peers_notify(powerdns, call, zone, err);
}

bool zone_apply(void *self, struct call *call, struct error *err)
{
	Stralix__V1__ZoneState *zone;
	struct rrsets has = { 0 };
	bool there = false, made;

	if (!zone_read(&call->state->desired, call->arena, &zone, err))
		return false;
	/* One that the node never had is most likely new; if it isn't, PowerDNS says so. */
	if ((call->state->sure || call->state->before.len > 0) && !zone_has(self, call, zone, &there, &has, err))
		return false;
	failpoint("caller.calling");
	return apply_records(self, call, zone, there, &has, &made, err) &&
	       apply_rest(self, call, zone, there, made, err);
}

bool zone_remove(void *self, struct call *call, struct error *err)
{
	_cleanup_json_ json_t *answer = NULL;
	Stralix__V1__ZoneState *zone;
	struct api_call wanted = { .method = "DELETE", .touches = true };
	struct error why = { 0 };

	if (!zone_read(&call->state->desired, call->arena, &zone, err))
		return false;
	wanted.path = zone_path(zone->zone, call->arena);
	if (!wanted.path)
		return error_set(err, ERR_INTERNAL, "out of memory");
	failpoint("caller.calling");
	if (api_ask(self, call, &wanted, &answer, &why) || why.code == ERR_NOT_FOUND)
		return peers_forget(self, call, zone, NULL, err);
	*err = why;
	return false;
}
