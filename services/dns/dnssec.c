/* GetDnssec, EnableDnssec, DisableDnssec, RolloverDnssec. One switch: a key for all (CSK), made in memory and sealed to
 * each of the zone's nodes, which sign. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/dns/query.h"

#include "apex.h"
#include "dns_sql.h"
#include "key.h"
#include "revise.h"
#include "second.h"
#include "view.h"

enum { WAIT_MS = 2000, PARENT = 16, ADDRESS = 64, SPREAD_MS = 30000 /* until all nodes sign with a new key */ };

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

static bool old_is_named(const struct key *keys, size_t n, const struct parent *parent)
{
	for (size_t i = 0; i < n; i++)
		if (keys[i].retired && names(parent, keys[i].ds))
			return true;
	return false;
}

static const char *next_step(const struct key *keys, size_t n, const struct parent *parent)
{
	const struct key *key = keys_newest(keys, n);

	if (!key)
		return "Switch it on; then give the DS record to the registrar of the domain.";
	if (key->leaving && parent->answered && !parent->n)
		return "The parent zone has no DS record any more. Switch it off.";
	if (key->leaving)
		return "The zone asks the parent zone to take its DS record away (CDS). Where nobody looks "
		       "there, do it yourself; then switch it off.";
	if (n > 1 && !key->announced)
		return "The new key becomes known to everybody first. Then give its DS record to the registrar.";
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
	const struct key *key = keys_newest(keys, n);

	if (!key)
		return "off";
	if (key->leaving)
		return "leaving";
	if (n > 1)
		return "rolling";
	return names(parent, key->ds) ? "secure" : "unpublished";
}

static bool fill(struct call *call, const struct key *keys, size_t n, const struct parent *parent,
                 Stralix__V1__Dnssec *ret, struct error *err)
{
	const struct key *key = keys_newest(keys, n);
	struct arena *arena = call_arena(call);
	struct apex apex = { .n_servers = 0 };

	stralix__v1__dnssec__init(ret);
	ret->keys = arena_alloc(arena, (n + 1) * sizeof(void *));
	ret->ds = arena_alloc(arena, sizeof(*ret->ds));
	ret->parent_ds = arena_alloc(arena, PARENT * sizeof(*ret->parent_ds));
	ret->cds = arena_alloc(arena, sizeof(*ret->cds));
	ret->cdnskey = arena_alloc(arena, sizeof(*ret->cdnskey));
	ret->state = (char *)(uintptr_t)state_of(keys, n, parent);
	ret->next_step = (char *)(uintptr_t)next_step(keys, n, parent);
	ret->parent_asked_at = view_time(parent->answered ? clock_unix_ms() : 0, arena);
	if (!ret->keys || !ret->ds || !ret->parent_ds || !ret->parent_asked_at || !ret->cds || !ret->cdnskey)
		return error_set(err, ERR_TOO_LARGE, "no room for the keys of the zone");
	for (; ret->n_keys < n; ret->n_keys++)
		if (!(ret->keys[ret->n_keys] = key_view(&keys[ret->n_keys], arena)))
			return error_set(err, ERR_TOO_LARGE, "no room for the keys of the zone");
	if (key)
		ret->ds[ret->n_ds++] = (char *)(uintptr_t)key->ds;
	apex_keys(keys, n, &apex);
	if (apex.cds) {
		ret->cds[ret->n_cds++] = (char *)(uintptr_t)apex.cds;
		ret->cdnskey[ret->n_cdnskey++] = (char *)(uintptr_t)apex.cdnskey;
	}
	for (; ret->n_parent_ds < parent->n; ret->n_parent_ds++)
		ret->parent_ds[ret->n_parent_ds] = (char *)(uintptr_t)parent->ds[ret->n_parent_ds];
	ret->ready = key && (key->leaving ? parent->answered && !parent->n
	                                  : n > 1 && names(parent, key->ds) && !old_is_named(keys, n, parent));
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
	struct second second; /* of a rollover: who comes with the new key */
};

static void signing_done(struct signing *signing)
{
	if (signing->change)
		change_free(signing->change);
}

enum purpose { TO_CHANGE, TO_SIGN, TO_ROLL };

/* Who is asked before the change is open: nodes for their keys, and one more of them where there is one too few. */
static bool look_around(struct call *call, enum purpose purpose, struct signing *ret, struct error *err)
{
	struct zone *zone = &ret->zone;
	bool seals;

	ask_parent(call, zone, &ret->parent);
	if (purpose == TO_ROLL && !(zone->keys == 1 ? second_find(call, zone, &ret->second, err)
	                                            : second_awaited(call, zone, &ret->second, err)))
		return false;
	if (ret->second.found)
		zone->nodes[zone->n_nodes++] = ret->second.node;
	seals = purpose == TO_SIGN || (purpose == TO_ROLL && zone->keys == 1);
	return !seals || seal_keys_ask(call, zone, &ret->seal, err);
}

static bool may_sign(const struct zone *zone, struct error *err)
{
	return zone_provider(zone)->signs ||
	       error_set(err, ERR_CONFLICT, "%s serves this zone: switch DNSSEC there.", zone_provider(zone)->title);
}

static bool begin(struct call *call, const char *zone_id, enum purpose purpose, struct signing *ret, struct error *err)
{
	if (!zone_see(call, zone_id, &ret->zone, err) || !zone_may_change(&ret->zone, err) ||
	    !may_sign(&ret->zone, err) || !look_around(call, purpose, ret, err) ||
	    !zone_change_begin(call, zone_id, &ret->change, &ret->zone, err) || !zone_may_change(&ret->zone, err))
		return false;
	return keys_lock(change_tx(ret->change), &ret->zone, call_arena(call), ret->keys, &ret->n, err);
}

/* A new key, sealed to the zone's nodes, and to one that is awaited. */
static bool make_key(struct signing *signing, int64_t announce_ms, struct uuid *ret, struct error *err)
{
	struct zone with = signing->zone;

	if (signing->second.found && with.n_nodes < WANTED_NODES)
		with.nodes[with.n_nodes++] = signing->second.node;
	return seal_keys_fit(&signing->seal, &with, err) &&
	       key_make(change_tx(signing->change), &with, &signing->seal, announce_ms, ret, err);
}

/* What the zone says by CDS of its keys from now on. */
static bool leave(struct call *call, struct signing *signing, bool leaving, struct error *err)
{
	return TX_RUN(change_tx(signing->change), DNS_KEYS_LEAVE, NULL, err, DB_UUID(&signing->zone.id),
	              DB_BOOL(leaving)) &&
	       finish(call, signing->change, &signing->zone, leaving ? "zone.leave" : "zone.stay", err);
}

/*
 * Effects  one change: a key, sealed to each node; zone (pending) with a new serial, tasks zone.apply, audit zone.sign.
 * Or the keys are announced again where they were leaving: audit zone.stay.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (signed already, deleted), ERR_UNAVAILABLE (a node that can't be sent secrets).
 */
bool dns_enable_dnssec(struct call *call, const Stralix__V1__EnableDnssecRequest *req, struct error *err)
{
	_cleanup_(signing_done) struct signing signing = { .change = NULL };
	struct uuid key;

	if (!begin(call, req->zone_id, TO_SIGN, &signing, err))
		return false;
	if (signing.n && signing.keys[0].leaving)
		return leave(call, &signing, false, err);
	if (signing.n)
		return error_set(err, ERR_CONFLICT, "This zone is signed already.");
	return make_key(&signing, 0, &key, err) && finish(call, signing.change, &signing.zone, "zone.sign", err);
}

/*
 * Effects  one change: the keys go; zone (pending) with a new serial, tasks, audit zone.unsign. Or, with announce, CDS
 *          says that there is to be no DS: audit zone.leave.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (not signed; the parent has DS records still, or couldn't be asked).
 */
bool dns_disable_dnssec(struct call *call, const Stralix__V1__DisableDnssecRequest *req, struct error *err)
{
	_cleanup_(signing_done) struct signing signing = { .change = NULL };

	if (!begin(call, req->zone_id, TO_CHANGE, &signing, err))
		return false;
	if (!signing.n)
		return error_set(err, ERR_CONFLICT, "This zone isn't signed.");
	if (req->announce)
		return leave(call, &signing, true, err);
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

/* When no cache has the zone's keys any more as they are now: what is new among them could be taken for false before.
 */
static int64_t everywhere_ms(const struct zone *zone)
{
	const struct zone_times times = zone_times(zone);

	return clock_unix_ms() + SPREAD_MS + (int64_t)(times.ttl > times.negative ? times.ttl : times.negative) * 1000;
}

/*
 * Effects  one change: a second key that signs beside the first; or, when the parent names the new one alone, the old
 * one goes, and a node that waited for that joins. Tasks, audit zone.roll. Errors   ERR_NOT_FOUND, ERR_CONFLICT (not
 * signed; not ready), ERR_UNAVAILABLE.
 */
bool dns_rollover_dnssec(struct call *call, const Stralix__V1__RolloverDnssecRequest *req, struct error *err)
{
	_cleanup_(signing_done) struct signing signing = { .change = NULL };
	const struct key *key;
	struct uuid made;
	struct tx *tx;

	if (!begin(call, req->zone_id, TO_ROLL, &signing, err))
		return false;
	tx = change_tx(signing.change);
	key = keys_newest(signing.keys, signing.n);
	if (!key)
		return error_set(err, ERR_CONFLICT, "This zone isn't signed.");
	if (key->leaving)
		return error_set(err, ERR_CONFLICT,
		                 "This zone is on its way to be signed no more. Switch it on again first.");
	if (signing.n == 1)
		return make_key(&signing, everywhere_ms(&signing.zone), &made, err) &&
		       second_await(tx, &signing.zone, &signing.second, &made, err) &&
		       TX_RUN(tx, DNS_KEYS_RETIRE, NULL, err, DB_UUID(&signing.zone.id), DB_UUID(&made)) &&
		       finish(call, signing.change, &signing.zone, "zone.roll", err);
	if (!req->force && (!names(&signing.parent, key->ds) || old_is_named(signing.keys, signing.n, &signing.parent)))
		return error_set(err, ERR_CONFLICT, "%s", next_step(signing.keys, signing.n, &signing.parent));
	return TX_RUN(tx, DNS_KEYS_FORGET, NULL, err, DB_UUID(&signing.zone.id), DB_TEXT("retired")) &&
	       TX_RUN(tx, DNS_KEYS_ANNOUNCE, NULL, err, DB_UUID(&signing.zone.id)) &&
	       second_join(tx, &signing.zone, &signing.second, err) &&
	       finish(call, signing.change, &signing.zone, "zone.roll", err);
}
