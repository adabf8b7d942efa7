/* ListSecondaries, AddSecondary, RemoveSecondary. Who else answers for a zone, transfers it, and with which key. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "lib/base/base64.h"
#include "lib/token/seal.h"

#include "catalog.h"
#include "revise.h"
#include "secondary.h"
#include "view.h"

enum { PORT = 53, LEAST_SECRET = 16, MOST_SECRET = 64, NAME_MOST = 253, TAG = 6 };

/* Algorithms, and how long a secret of theirs is: as long as what they make. */
static const struct algorithm {
	const char *name;
	size_t size;
} algorithms[] = { { "hmac-sha256", 32 }, { "hmac-sha384", 48 }, { "hmac-sha512", 64 } };

static const struct algorithm *find_algorithm(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++)
		if (!*name || strcmp(algorithms[i].name, name) == 0)
			return &algorithms[i];
	return NULL;
}

/* As it is shown: names without the dot. */
static char *bare(const char *name, struct arena *arena)
{
	size_t size = strlen(name);

	return arena_strndup(arena, name, size && name[size - 1] == '.' ? size - 1 : size);
}

static Stralix__V1__Secondary *secondary_view(const struct secondary *from, struct arena *arena)
{
	Stralix__V1__Secondary *view = arena_alloc(arena, sizeof(*view));

	if (!view)
		return NULL;
	stralix__v1__secondary__init(view);
	view->id = view_id(&from->id, arena);
	view->address = (char *)(uintptr_t)from->address;
	view->port = from->port;
	view->notify = from->notify;
	view->keyless = from->keyless;
	view->name_server = bare(from->name_server, arena);
	view->tsig_name = bare(from->tsig_name, arena);
	view->tsig_algorithm = (char *)(uintptr_t)from->tsig_algorithm;
	view->created_at = view_time(from->created_ms, arena);
	return view->id && view->name_server && view->tsig_name && view->created_at ? view : NULL;
}

/* Errors: ERR_NOT_FOUND. */
bool dns_list_secondaries(struct call *call, const Stralix__V1__ListSecondariesRequest *req, struct error *err)
{
	Stralix__V1__Secondary *views[SECONDARIES];
	Stralix__V1__ListSecondariesReply reply;
	struct secondary list[SECONDARIES];
	struct zone zone;
	size_t n;

	if (!zone_see(call, req->zone_id, &zone, err) ||
	    !secondaries_find(service_db_wide(call_service(call)), &zone, call_arena(call), list, &n, err))
		return false;
	stralix__v1__list_secondaries_reply__init(&reply);
	reply.secondaries = views;
	for (; reply.n_secondaries < n; reply.n_secondaries++)
		if (!(views[reply.n_secondaries] = secondary_view(&list[reply.n_secondaries], call_arena(call))))
			return error_set(err, ERR_TOO_LARGE, "no room for the list");
	return call_reply(call, &reply.base, err);
}

/* The zone's own servers: they would be told of themselves, and transfer from themselves. */
static const char *refused(const struct zone *zone, const char *more, struct arena *arena)
{
	for (size_t i = 0; more && i < zone->n_nodes; i++) {
		const struct placement *node = &zone->nodes[i];
		bool v6 = strchr(node->address, ':') != NULL;

		more = arena_printf(arena, "%s, %s%s%s:%u", more, v6 ? "[" : "", node->address, v6 ? "]" : "",
		                    (unsigned)node->port);
	}
	return more;
}

static bool check(struct call *call, const struct zone *zone, const Stralix__V1__AddSecondaryRequest *req,
                  struct error *err)
{
	const struct dns_settings *settings = service_settings(call_service(call));
	const char *own = refused(zone, settings->secondaries_refused, call_arena(call));
	bool catalog = *settings->catalog && strcmp(zone->name, settings->catalog) == 0;
	size_t secret = *req->tsig_secret ? base64_size(req->tsig_secret) : LEAST_SECRET;

	if (!own)
		return error_set(err, ERR_TOO_LARGE, "no room for the request");
	if (zone_provider(zone)->calls)
		return error_set(err, ERR_CONFLICT, "%s serves this zone: add secondaries there.",
		                 zone_provider(zone)->title);
	if (!secondary_may_be(req->address, req->port ? req->port : PORT, settings->secondaries_allowed, own))
		return error_field(err, "address", "forbidden", "This address can't be that of a secondary.");
	if (req->keyless && !catalog)
		return error_field(err, "keyless", "forbidden", "A zone is transferred with a key.");
	if (!find_algorithm(req->tsig_algorithm))
		return error_field(err, "tsigAlgorithm", "algorithm",
		                   "Choose hmac-sha256, hmac-sha384 or hmac-sha512.");
	if (secret < LEAST_SECRET || secret > MOST_SECRET)
		return error_field(err, "tsigSecret", "BASE64", "Enter %d to %d bytes in base64, or nothing.",
		                   LEAST_SECRET, MOST_SECRET);
	return true;
}

/* One below the zone's name, which nobody else has. */
static const char *own_name(const struct zone *zone, struct arena *arena)
{
	struct uuid random = uuid_v7();
	char tag[2 * TAG + 1];

	for (size_t i = 0; i < TAG; i++)
		snprintf(tag + 2 * i, 3, "%02x", random.bytes[sizeof(random.bytes) - TAG + i]);
	return strlen(zone->name) + sizeof(tag) + 1 > NAME_MOST ? arena_printf(arena, "t%s.", tag)
	                                                        : arena_printf(arena, "t%s.%s", tag, zone->origin);
}

static bool fill(const struct zone *zone, const Stralix__V1__AddSecondaryRequest *req, struct arena *arena,
                 struct secondary *ret, struct error *err)
{
	*ret = (struct secondary){
		.id = uuid_v7(),
		.address = req->address,
		.name_server = *req->name_server ? arena_printf(arena, "%s.", req->name_server) : "",
		.tsig_name = *req->tsig_name ? arena_printf(arena, "%s.", req->tsig_name) : own_name(zone, arena),
		.tsig_algorithm = find_algorithm(req->tsig_algorithm)->name,
		.port = req->port ? req->port : PORT,
		.notify = req->notify,
		.keyless = req->keyless,
	};
	return (ret->name_server && ret->tsig_name) || error_set(err, ERR_TOO_LARGE, "no room for the request");
}

/* In base64, as every name server's configuration has it. */
static bool make_secret(const Stralix__V1__AddSecondaryRequest *req, struct buf *ret, struct error *err)
{
	size_t size = find_algorithm(req->tsig_algorithm)->size;
	uint8_t bytes[MOST_SECRET];

	buf_puts(ret, req->tsig_secret);
	if (!*req->tsig_secret) {
		if (getrandom(bytes, size, 0) != (ssize_t)size)
			return error_errno(err, errno, "getrandom");
		base64_put(ret, bytes, size);
		explicit_bzero(bytes, sizeof(bytes));
	}
	return !buf_failed(ret) || error_set(err, ERR_TOO_LARGE, "no room for a secret");
}

/* The zone goes to its nodes with the secondaries that it has now. */
static bool finish(struct call *call, struct change *change, struct zone *zone, const struct secondary *secondary,
                   bool added, Stralix__V1__SecondaryReply *reply, struct error *err)
{
	struct complaints complaints = { .arena = call_arena(call) };
	struct arena *arena = call_arena(call);
	const char *note =
		arena_printf(arena, added ? "%s may transfer it" : "%s may transfer it no more", secondary->address);
	struct revision revision = revision_by(call, "secondaries", note, "zone:transfer", "zone.transfer");
	Stralix__V1__Target target;
	struct revised revised;
	struct content content;

	revision.always = true;
	reply->secondary = secondary_view(secondary, arena);
	if (!note || !reply->secondary)
		return error_set(err, ERR_TOO_LARGE, "no room for the reply");
	if (!content_lock(change_tx(change), zone, arena, &content, err) ||
	    !revise(change, call_service(call), zone, &content, &revision, &complaints, &revised, err) ||
	    !zone_target(zone, NULL, arena, &target, err) ||
	    !change_audit(change, added ? "zone.secondary_add" : "zone.secondary_remove", &target, "accepted",
	                  &stralix__v1__secondary__rules, added ? NULL : &reply->secondary->base,
	                  added ? &reply->secondary->base : NULL, err))
		return false;
	reply->task_ids = zone_task_ids(zone, arena, &reply->n_task_ids);
	reply->task_id = arena_strdup(arena, zone->task_id);
	return reply->task_ids && reply->task_id && change_reply(change, &reply->base, err) &&
	       change_commit(change, err);
}

static bool taken(const struct error *why, struct error *err)
{
	if (why->code == ERR_EXISTS)
		error_field(err, "tsigName", "taken",
		            "This key has another secret elsewhere, or the zone has this address "
		            "already. Choose another name.");
	else
		*err = *why;
	err->code = why->code;
	return false;
}

/* Each of the catalog's is one of every zone, and may be one by its address, too. */
static size_t most(struct call *call, const struct zone *zone)
{
	const struct dns_settings *settings = service_settings(call_service(call));

	return strcmp(zone->name, settings->catalog) == 0 ? CATALOG_SECONDARIES : SECONDARIES;
}

static bool room(struct tx *tx, const struct zone *zone, const Stralix__V1__AddSecondaryRequest *req, size_t most,
                 struct arena *arena, struct error *err)
{
	struct secondary list[SECONDARIES];
	uint32_t port = req->port ? req->port : PORT;
	size_t n;

	if (!secondaries_lock(tx, zone, arena, list, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (list[i].port == port && strcmp(list[i].address, req->address) == 0) {
			error_field(err, "address", "taken", "This secondary is there already.");
			err->code = ERR_EXISTS;
			return false;
		}
	return n < most || error_field(err, "address", "count", "A zone has at most %zu secondaries.", most);
}

/*
 * Effects  one change: row and boxes; zone (pending) with a new serial, tasks, history, audit zone.secondary_add.
 * Errors   ERR_NOT_FOUND, ERR_INVALID, ERR_EXISTS (address, tsigName), ERR_CONFLICT (deleted), ERR_UNAVAILABLE (a node
 *          that can't be sent secrets).
 */
bool dns_add_secondary(struct call *call, const Stralix__V1__AddSecondaryRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	_cleanup_(seal_wipe) struct buf secret = { 0 };
	struct arena *arena = call_arena(call);
	Stralix__V1__SecondaryReply reply;
	struct secondary secondary;
	struct error why = { 0 };
	struct seal_keys keys;
	struct zone zone;

	stralix__v1__secondary_reply__init(&reply);
	if (!zone_see(call, req->zone_id, &zone, err) || !zone_may_change(&zone, err) ||
	    !check(call, &zone, req, err) || !seal_keys_ask(call, &zone, &keys, err) ||
	    !make_secret(req, &secret, err) || !zone_change_begin(call, req->zone_id, &change, &zone, err) ||
	    !zone_may_change(&zone, err) || !seal_keys_fit(&keys, &zone, err) ||
	    !room(change_tx(change), &zone, req, most(call, &zone), arena, err) ||
	    !fill(&zone, req, arena, &secondary, err))
		return false;
	if (!secondary_insert(change_tx(change), &zone, &secondary, &keys, &secret, &why))
		return taken(&why, err);
	if (!*req->tsig_secret)
		reply.tsig_secret = secret.data;
	return finish(call, change, &zone, &secondary, true, &reply, err) ||
	       error_wrap(err, "add a secondary of '%s'", zone.name);
}

/*
 * Effects  one change: row and boxes go; zone (pending) with a new serial, tasks, history, audit zone.secondary_remove.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (deleted).
 */
bool dns_remove_secondary(struct call *call, const Stralix__V1__RemoveSecondaryRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct secondary list[SECONDARIES], *found = NULL;
	Stralix__V1__SecondaryReply reply;
	struct uuid id;
	struct zone zone;
	size_t n;

	stralix__v1__secondary_reply__init(&reply);
	if (!zone_change_begin(call, req->zone_id, &change, &zone, err) || !zone_may_change(&zone, err) ||
	    !secondaries_lock(change_tx(change), &zone, call_arena(call), list, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (uuid_parse(req->secondary_id, &id) && uuid_equal(&id, &list[i].id))
			found = &list[i];
	if (!found)
		return error_set(err, ERR_NOT_FOUND, "There is no such secondary.");
	return (secondary_delete(change_tx(change), &zone, &found->id, err) &&
	        finish(call, change, &zone, found, false, &reply, err)) ||
	       error_wrap(err, "remove a secondary of '%s'", zone.name);
}
