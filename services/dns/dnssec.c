/* GetDnssec, EnableDnssec, DisableDnssec, RolloverDnssec. One switch: a key for all (CSK), made in memory and sealed to
 * each of the zone's nodes, which sign. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/dns/query.h"
#include "lib/token/token.h"

#include "stralix/v1/tasks.pb-c.h"

#include "dns_sql.h"
#include "key.h"
#include "revise.h"
#include "view.h"

enum { WAIT_MS = 2000, PARENT = 16, ADDRESS = 64 };

/* What the parent zone was said to have just now. */
struct parent {
	const char *ds[PARENT];
	size_t n;
	bool answered;
};

/* Asks the resolver of the settings, "192.0.2.1:53". */
static void ask_parent(struct call *call, const struct zone *zone, struct parent *ret)
{
	const struct dns_settings *settings = service_settings(call_service(call));
	const char *colon = strrchr(settings->resolver, ':');
	struct dns_answer *answer = arena_alloc(call_arena(call), sizeof(*answer));
	struct error why = { 0 };
	char address[ADDRESS];

	*ret = (struct parent){ .n = 0 };
	if (!colon || !answer || (size_t)(colon - settings->resolver) >= sizeof(address))
		return;
	memcpy(address, settings->resolver, (size_t)(colon - settings->resolver));
	address[colon - settings->resolver] = '\0';
	if (!dns_ask(address, (uint16_t)strtoul(colon + 1, NULL, 10), zone->origin, DNS_DS, true,
	             clock_unix_ms() + WAIT_MS, call_arena(call), answer, &why))
		return;
	ret->answered = answer->rcode == 0 || answer->rcode == 3;
	for (size_t i = 0; i < answer->n && ret->n < PARENT; i++)
		if (answer->records[i].type == DNS_DS)
			ret->ds[ret->n++] = answer->records[i].data;
}

static bool names(const struct parent *parent, const char *ds)
{
	for (size_t i = 0; i < parent->n; i++)
		if (strcasecmp(parent->ds[i], ds) == 0)
			return true;
	return false;
}

/* The newest key, which signs for good; NULL: none. */
static const struct key *newest(const struct key *keys, size_t n)
{
	for (size_t i = n; i > 0; i--)
		if (!keys[i - 1].retired)
			return &keys[i - 1];
	return NULL;
}

static bool old_is_named(const struct key *keys, size_t n, const struct parent *parent)
{
	for (size_t i = 0; i < n; i++)
		if (keys[i].retired && names(parent, keys[i].ds))
			return true;
	return false;
}

static const char *next_step(const struct key *keys, size_t n, const struct parent *parent)
{
	const struct key *key = newest(keys, n);

	if (!key)
		return "Switch it on; then give the DS record to the registrar of the domain.";
	if (n > 1 && names(parent, key->ds) && !old_is_named(keys, n, parent))
		return "The registrar has the new DS record alone. Go on: the old key goes.";
	if (n > 1)
		return "Give the new DS record to the registrar and take the old one away there; then go on.";
	if (!parent->answered)
		return "Give the DS record to the registrar of the domain. Whether it is there couldn't be asked now.";
	return names(parent, key->ds) ? "" : "Give the DS record to the registrar of the domain.";
}

static Stralix__V1__DnssecKey *key_view(const struct key *key, struct arena *arena)
{
	Stralix__V1__DnssecKey *view = arena_alloc(arena, sizeof(*view));
	char **ds = arena_alloc(arena, sizeof(*ds));

	if (!view || !ds)
		return NULL;
	stralix__v1__dnssec_key__init(view);
	view->tag = key->tag;
	view->flags = key->flags;
	view->algorithm = key->algorithm;
	view->algorithm_name = arena_strdup(arena, "ECDSAP256SHA256");
	view->state = arena_strdup(arena, key->retired ? "retired" : "active");
	view->dnskey = (char *)(uintptr_t)key->dnskey;
	*ds = (char *)(uintptr_t)key->ds;
	view->ds = ds;
	view->n_ds = 1;
	return (view->id = view_id(&key->id, arena)) && (view->created_at = view_time(key->created_ms, arena)) &&
	                       view->algorithm_name && view->state
	               ? view
	               : NULL;
}

static const char *state_of(const struct key *keys, size_t n, const struct parent *parent)
{
	const struct key *key = newest(keys, n);

	if (!key)
		return "off";
	if (n > 1)
		return "rolling";
	return names(parent, key->ds) ? "secure" : "unpublished";
}

static bool fill(struct call *call, const struct key *keys, size_t n, const struct parent *parent,
                 Stralix__V1__Dnssec *ret, struct error *err)
{
	const struct key *key = newest(keys, n);
	struct arena *arena = call_arena(call);

	stralix__v1__dnssec__init(ret);
	ret->keys = arena_alloc(arena, (n + 1) * sizeof(*ret->keys));
	ret->ds = arena_alloc(arena, sizeof(*ret->ds));
	ret->parent_ds = arena_alloc(arena, PARENT * sizeof(*ret->parent_ds));
	ret->state = (char *)(uintptr_t)state_of(keys, n, parent);
	ret->next_step = (char *)(uintptr_t)next_step(keys, n, parent);
	ret->parent_asked_at = view_time(parent->answered ? clock_unix_ms() : 0, arena);
	if (!ret->keys || !ret->ds || !ret->parent_ds || !ret->parent_asked_at)
		return error_set(err, ERR_TOO_LARGE, "no room for the keys of the zone");
	for (; ret->n_keys < n; ret->n_keys++)
		if (!(ret->keys[ret->n_keys] = key_view(&keys[ret->n_keys], arena)))
			return error_set(err, ERR_TOO_LARGE, "no room for the keys of the zone");
	if (key)
		ret->ds[ret->n_ds++] = (char *)(uintptr_t)key->ds;
	for (; ret->n_parent_ds < parent->n; ret->n_parent_ds++)
		ret->parent_ds[ret->n_parent_ds] = (char *)(uintptr_t)parent->ds[ret->n_parent_ds];
	ret->ready = n > 1 && key && names(parent, key->ds) && !old_is_named(keys, n, parent);
	return true;
}

/* Errors: ERR_NOT_FOUND. */
bool dns_get_dnssec(struct call *call, const Stralix__V1__GetDnssecRequest *req, struct error *err)
{
	Stralix__V1__GetDnssecReply reply;
	Stralix__V1__Dnssec dnssec;
	struct parent parent = { .n = 0 };
	struct key keys[KEYS];
	struct zone zone;
	size_t n;

	if (!zone_see(call, req->zone_id, &zone, err) ||
	    !keys_find(service_db_wide(call_service(call)), &zone, call_arena(call), keys, &n, err))
		return false;
	if (n)
		ask_parent(call, &zone, &parent);
	stralix__v1__get_dnssec_reply__init(&reply);
	reply.dnssec = &dnssec;
	return fill(call, keys, n, &parent, &dnssec, err) && call_reply(call, &reply.base, err);
}

/* Of each node of the zone, in their order. */
static bool ask_seal_keys(struct call *call, const struct zone *zone, struct seal_keys *ret, struct error *err)
{
	const Stralix__V1__GetSealKeysReply *reply;
	Stralix__V1__GetSealKeysRequest request;
	ProtobufCMessage *message;
	char *ids[ZONE_NODES];

	stralix__v1__get_seal_keys_request__init(&request);
	for (size_t i = 0; i < zone->n_nodes; i++)
		ids[i] = (char *)(uintptr_t)zone->nodes[i].node_id;
	request.node_ids = ids;
	request.n_node_ids = zone->n_nodes;
	if (!call_rpc(call, "tasks", "GetSealKeys", &request.base, &stralix__v1__get_seal_keys_reply__descriptor,
	              &message, err))
		return false;
	reply = (const Stralix__V1__GetSealKeysReply *)(void *)message;
	for (size_t i = 0; i < zone->n_nodes; i++) {
		bool found = false;

		for (size_t j = 0; j < reply->n_keys && !found; j++)
			found = strcmp(reply->keys[j]->node_id, ids[i]) == 0 &&
			        token_public_parse(reply->keys[j]->key, ret->of[i]);
		if (!found)
			return error_set(err, ERR_UNAVAILABLE, "%s hasn't said yet how to send it a secret.",
			                 zone->nodes[i].node_name);
	}
	return true;
}

/* The zone goes to its nodes as it is, with the keys that it has now. */
static bool finish(struct call *call, struct change *change, struct zone *zone, const char *action, struct error *err)
{
	struct revision revision = revision_by(call, "dnssec", "", "zone:dnssec", action);
	struct complaints complaints = { .arena = call_arena(call) };
	struct arena *arena = call_arena(call);
	Stralix__V1__DnssecReply reply;
	struct revised revised;
	struct content content;

	revision.always = true;
	stralix__v1__dnssec_reply__init(&reply);
	if (!content_lock(change_tx(change), zone, arena, &content, err) ||
	    !revise(change, call_service(call), zone, &content, &revision, &complaints, &revised, err))
		return false;
	reply.task_ids = zone_task_ids(zone, arena, &reply.n_task_ids);
	reply.task_id = arena_strdup(arena, zone->task_id);
	return reply.task_ids && reply.task_id && change_reply(change, &reply.base, err) && change_commit(change, err);
}

/* What a call that changes keys begins with: the zone locked, its keys, and what the parent says. */
struct signing {
	struct change *change;
	struct zone zone;
	struct key keys[KEYS];
	size_t n;
	struct parent parent;
	struct seal_keys seal;
};

static void signing_done(struct signing *signing)
{
	if (signing->change)
		change_free(signing->change);
}

/* seals: a new key is going to be made. Nobody else is asked while the change is open. */
static bool begin(struct call *call, const char *zone_id, bool seals, struct signing *ret, struct error *err)
{
	if (!zone_see(call, zone_id, &ret->zone, err) || !zone_may_change(&ret->zone, err))
		return false;
	if (!zone_provider(&ret->zone)->signs)
		return error_set(err, ERR_CONFLICT, "%s serves this zone: switch DNSSEC there.",
		                 zone_provider(&ret->zone)->title);
	ask_parent(call, &ret->zone, &ret->parent);
	if (seals && !ask_seal_keys(call, &ret->zone, &ret->seal, err))
		return false;
	return zone_change_begin(call, zone_id, &ret->change, &ret->zone, err) && zone_may_change(&ret->zone, err) &&
	       keys_find(service_db_wide(call_service(call)), &ret->zone, call_arena(call), ret->keys, &ret->n, err);
}

/*
 * Effects  one change: a key, sealed to each node; zone (pending) with a new serial, tasks zone.apply, audit zone.sign.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (signed already, deleted), ERR_UNAVAILABLE (a node that can't be sent secrets).
 */
bool dns_enable_dnssec(struct call *call, const Stralix__V1__EnableDnssecRequest *req, struct error *err)
{
	_cleanup_(signing_done) struct signing signing = { .change = NULL };
	struct uuid key;

	if (!begin(call, req->zone_id, true, &signing, err))
		return false;
	if (signing.n)
		return error_set(err, ERR_CONFLICT, "This zone is signed already.");
	return key_make(change_tx(signing.change), &signing.zone, &signing.seal, &key, err) &&
	       finish(call, signing.change, &signing.zone, "zone.sign", err);
}

/*
 * Effects  one change: the keys go; zone (pending) with a new serial, tasks, audit zone.unsign.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (not signed; the parent has DS records still, or couldn't be asked).
 */
bool dns_disable_dnssec(struct call *call, const Stralix__V1__DisableDnssecRequest *req, struct error *err)
{
	_cleanup_(signing_done) struct signing signing = { .change = NULL };

	if (!begin(call, req->zone_id, false, &signing, err))
		return false;
	if (!signing.n)
		return error_set(err, ERR_CONFLICT, "This zone isn't signed.");
	if (!req->force && signing.parent.n)
		return error_set(
			err, ERR_CONFLICT,
			"The registrar has a DS record of this zone still: without signatures nobody would find it. "
			"Take the DS record away there first, and wait until it is forgotten.");
	if (!req->force && !signing.parent.answered)
		return error_set(err, ERR_CONFLICT,
		                 "Whether the registrar has a DS record of this zone couldn't be asked now.");
	return TX_RUN(change_tx(signing.change), DNS_KEYS_FORGET, NULL, err, DB_UUID(&signing.zone.id), DB_NULL) &&
	       finish(call, signing.change, &signing.zone, "zone.unsign", err);
}

/*
 * Effects  one change: a second key that signs beside the first; or, when the parent names the new one alone, the old
 * one goes. Tasks, audit zone.roll. Errors   ERR_NOT_FOUND, ERR_CONFLICT (not signed; not ready), ERR_UNAVAILABLE.
 */
bool dns_rollover_dnssec(struct call *call, const Stralix__V1__RolloverDnssecRequest *req, struct error *err)
{
	_cleanup_(signing_done) struct signing signing = { .change = NULL };
	const struct key *key;
	struct uuid made;
	struct tx *tx;

	if (!begin(call, req->zone_id, true, &signing, err))
		return false;
	tx = change_tx(signing.change);
	key = newest(signing.keys, signing.n);
	if (!key)
		return error_set(err, ERR_CONFLICT, "This zone isn't signed.");
	if (signing.n == 1)
		return key_make(tx, &signing.zone, &signing.seal, &made, err) &&
		       TX_RUN(tx, DNS_KEYS_RETIRE, NULL, err, DB_UUID(&signing.zone.id), DB_UUID(&made)) &&
		       finish(call, signing.change, &signing.zone, "zone.roll", err);
	if (!req->force && (!names(&signing.parent, key->ds) || old_is_named(signing.keys, signing.n, &signing.parent)))
		return error_set(err, ERR_CONFLICT, "%s", next_step(signing.keys, signing.n, &signing.parent));
	return TX_RUN(tx, DNS_KEYS_FORGET, NULL, err, DB_UUID(&signing.zone.id), DB_TEXT("retired")) &&
	       finish(call, signing.change, &signing.zone, "zone.roll", err);
}
