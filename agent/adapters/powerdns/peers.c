/* peers: who may transfer a zone, with which TSIG key, and who is told of a new serial. */

#include <string.h>

#include "agent/adapters/powerdns/internal.h"

/* PowerDNS's words may hold the secret. */
static bool hushed(const Stralix__V1__ZonePeer *peer, const struct error *why, struct error *err)
{
	if (why->code != ERR_TEST_FAILED)
		*err = *why;
	else
		error_set(err, why->code, "PowerDNS doesn't take the key %.100s of %s", peer->tsig_name, peer->address);
	return false;
}

/* A key has its name for the whole server. */
static bool bring_tsig(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZonePeer *peer,
                       const char *secret, struct error *err)
{
	const char *algorithm = *peer->tsig_algorithm ? peer->tsig_algorithm : "hmac-sha256";
	struct error why = { 0 };

	if (api_tell(powerdns, call, "POST", "/tsigkeys",
	             json_pack("{s:s, s:s, s:s}", "name", peer->tsig_name, "algorithm", algorithm, "key", secret),
	             &why))
		return true;
	if (why.code != ERR_EXISTS)
		return hushed(peer, &why, err);
	return api_tell(powerdns, call, "PUT", arena_printf(call->arena, "/tsigkeys/%s", peer->tsig_name),
	                json_pack("{s:s, s:s, s:s}", "name", peer->tsig_name, "algorithm", algorithm, "key", secret),
	                &why) ||
	       hushed(peer, &why, err);
}

/* A key that comes with the catalog; until it has, nobody transfers with it. */
static bool look_for_tsig(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZonePeer *peer, bool *there,
                          struct error *err)
{
	_cleanup_json_ json_t *answer = NULL;
	const struct api_call wanted = { .method = "GET",
		                         .path = arena_printf(call->arena, "/tsigkeys/%s", peer->tsig_name) };
	struct error why = { 0 };

	if (!wanted.path)
		return error_set(err, ERR_INTERNAL, "out of memory");
	*there = api_ask(powerdns, call, &wanted, &answer, &why);
	if (*there || why.code == ERR_NOT_FOUND)
		return true;
	*err = why;
	return false;
}

/* Lists of what is said of the zone. */
struct lists {
	json_t *tsig, *from, *notify;
};

static const char *endpoint(const Stralix__V1__ZonePeer *peer, struct arena *arena)
{
	unsigned port = peer->port ? peer->port : 53;

	return strchr(peer->address, ':') ? arena_printf(arena, "[%s]:%u", peer->address, port)
	                                  : arena_printf(arena, "%s:%u", peer->address, port);
}

static bool add_peer(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZonePeer *peer, size_t secret_at,
                     const struct lists *lists, struct error *err)
{
	const char *where = endpoint(peer, call->arena), *secret = call_secret(call, secret_at);

	if (*peer->tsig_name) {
		bool there = true;

		if (peer->sealed_secret.len > 0 && !secret)
			return error_set(err, ERR_INVALID, "%s has a TSIG key without a secret", peer->address);
		if (secret ? !bring_tsig(powerdns, call, peer, secret, err)
		           : !look_for_tsig(powerdns, call, peer, &there, err))
			return false;
		if (there)
			json_array_append_new(lists->tsig, json_string(peer->tsig_name));
	} else {
		json_array_append_new(lists->from, json_string(peer->address)); /* by its address alone */
	}
	if (peer->notify && (!where || json_array_append_new(lists->notify, json_string(where)) < 0))
		return error_set(err, ERR_INTERNAL, "out of memory");
	return true;
}

static bool set_metadata(struct powerdns *powerdns, struct call *call, const char *zone, const char *kind, json_t *list,
                         struct error *err)
{
	const char *path = arena_printf(call->arena, "/zones/%s./metadata/%s", zone, kind);

	return json_array_size(list) > 0 ? api_tell(powerdns, call, "PUT", path,
	                                            json_pack("{s:s, s:O}", "kind", kind, "metadata", list), err)
	                                 : api_tell(powerdns, call, "DELETE", path, NULL, err);
}

/* A member of a catalog that isn't Master isn't listed in it. */
static const char *kind_of(const Stralix__V1__ZoneState *zone)
{
	return zone->producer ? "Producer" : zone->n_secondaries > 0 || *zone->catalog ? "Master" : "Native";
}

bool peers_sync(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *zone, struct error *err)
{
	_cleanup_json_ json_t *tsig = json_array(), *from = json_array(), *notify = json_array();
	const char *catalog = *zone->catalog ? arena_printf(call->arena, "%s.", zone->catalog) : "";
	const struct lists lists = { tsig, from, notify };

	if (!catalog)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (call->state->n_secrets < zone->n_keys + zone->n_secondaries)
		return error_set(err, ERR_INTERNAL, "the keys of the secondaries weren't opened");
	for (size_t i = 0; i < zone->n_secondaries; i++)
		if (!add_peer(powerdns, call, zone->secondaries[i], zone->n_keys + i, &lists, err))
			return error_wrap(err, "the secondaries of %s", zone->zone);
	return (api_tell(powerdns, call, "PUT", zone_path(zone->zone, call->arena),
	                 json_pack("{s:s, s:s, s:O}", "kind", kind_of(zone), "catalog", catalog, "master_tsig_key_ids",
	                           tsig),
	                 err) &&
	        set_metadata(powerdns, call, zone->zone, "ALLOW-AXFR-FROM", from, err) &&
	        set_metadata(powerdns, call, zone->zone, "ALSO-NOTIFY", notify, err)) ||
	       error_wrap(err, "the secondaries of %s", zone->zone);
}

static bool signs(const Stralix__V1__ZoneState *zone, const char *tsig_name)
{
	for (size_t i = 0; zone && i < zone->n_secondaries; i++)
		if (strcmp(zone->secondaries[i]->tsig_name, tsig_name) == 0)
			return true;
	return false;
}

bool peers_forget(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *before,
                  const Stralix__V1__ZoneState *zone, struct error *err)
{
	for (size_t i = 0; i < before->n_secondaries; i++) {
		const char *name = before->secondaries[i]->tsig_name;
		struct error why = { 0 };

		if (!*name || before->secondaries[i]->sealed_secret.len == 0 || signs(zone, name) ||
		    api_tell(powerdns, call, "DELETE", arena_printf(call->arena, "/tsigkeys/%s", name), NULL, &why) ||
		    why.code == ERR_NOT_FOUND)
			continue;
		*err = why;
		return error_wrap(err, "the secondaries of %s", before->zone);
	}
	return true;
}

bool peers_notify(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *zone, struct error *err)
{
	for (size_t i = 0; i < zone->n_secondaries; i++)
		if (zone->secondaries[i]->notify)
			return api_tell(powerdns, call, "PUT",
			                arena_printf(call->arena, "/zones/%s./notify", zone->zone), NULL, err) ||
			       error_wrap(err, "tell the secondaries of %s", zone->zone);
	return true;
}
