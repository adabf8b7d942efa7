/* keys: those that a zone is signed with. PowerDNS knows them by numbers of its own, so they are found by what they
 * are. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/adapters/powerdns/internal.h"

enum { KEYS_MOST = 64, FLAG_SEP = 1 };

/* One that PowerDNS has. */
struct held {
	json_int_t id;
	unsigned flags, algorithm;
	bool active, published, wanted;
	json_t *whole; /* with the private key */
};

struct held_keys {
	struct held held[KEYS_MOST];
	size_t n;
};

static void held_done(struct held_keys *keys)
{
	for (size_t i = 0; i < keys->n; i++)
		json_decref(keys->held[i].whole);
}

/* The line that is the key itself: of elliptic curves, or of RSA. */
static const char *key_line(const char *text, size_t *size)
{
	static const char *const names[] = { "PrivateKey: ", "PrivateExponent: " };

	for (size_t i = 0; text && i < 2; i++) {
		const char *at = strstr(text, names[i]);

		if (!at)
			continue;
		at += strlen(names[i]);
		*size = strcspn(at, "\r\n ");
		return at;
	}
	return NULL;
}

static bool same_secret(const struct held *held, const char *secret)
{
	const char *has = json_string_value(json_object_get(held->whole, "privatekey"));
	size_t a = 0, b = 0;
	const char *x = key_line(has, &a), *y = key_line(secret, &b);

	return x && y && a == b && memcmp(x, y, a) == 0;
}

/* "257 3 13 …": the next number, and on behind it. */
static bool take_number(const char **at, unsigned *ret)
{
	char *end;
	unsigned long value = strtoul(*at, &end, 10);

	if (end == *at || value > UINT16_MAX)
		return false;
	*at = end;
	*ret = (unsigned)value;
	return true;
}

static bool read_held(const json_t *json, struct held *ret)
{
	const char *dnskey = json_string_value(json_object_get(json, "dnskey"));
	unsigned protocol;

	*ret = (struct held){ .id = json_integer_value(json_object_get(json, "id")),
		              .active = json_is_true(json_object_get(json, "active")),
		              .published = json_is_true(json_object_get(json, "published")) };
	return dnskey && take_number(&dnskey, &ret->flags) && take_number(&dnskey, &protocol) &&
	       take_number(&dnskey, &ret->algorithm);
}

static bool list_held(struct powerdns *powerdns, struct call *call, const char *path, struct held_keys *ret,
                      struct error *err)
{
	_cleanup_json_ json_t *answer = NULL;

	ret->n = 0;
	if (!api_ask(powerdns, call, &(struct api_call){ .method = "GET", .path = path }, &answer, err))
		return false;
	for (size_t i = 0; i < json_array_size(answer); i++) {
		if (ret->n == KEYS_MOST || !read_held(json_array_get(answer, i), &ret->held[ret->n]))
			return error_set(err, ERR_BAD_REPLY, "PowerDNS says keys that make no sense, or too many");
		ret->n++;
	}
	return true;
}

static bool fetch_secrets(struct powerdns *powerdns, struct call *call, const char *path, struct held_keys *keys,
                          struct error *err)
{
	for (size_t i = 0; i < keys->n; i++) {
		const struct api_call wanted = {
			.method = "GET", .path = arena_printf(call->arena, "%s/%lld", path, (long long)keys->held[i].id)
		};

		if (!wanted.path)
			return error_set(err, ERR_INTERNAL, "out of memory");
		if (!api_ask(powerdns, call, &wanted, &keys->held[i].whole, err))
			return false;
	}
	return true;
}

static bool bring_key(struct powerdns *powerdns, struct call *call, const char *path, const Stralix__V1__ZoneKey *key,
                      const char *secret, struct held_keys *keys, struct error *err)
{
	if (!secret)
		return error_set(err, ERR_INVALID, "the zone has a key without a secret");
	for (size_t i = 0; i < keys->n; i++) {
		struct held *held = &keys->held[i];

		if (held->wanted || held->flags != key->flags || held->algorithm != key->algorithm ||
		    !same_secret(held, secret))
			continue;
		held->wanted = true;
		if (held->active == key->active && held->published == key->published)
			return true;
		return api_tell(powerdns, call, "PUT", arena_printf(call->arena, "%s/%lld", path, (long long)held->id),
		                json_pack("{s:b, s:b}", "active", key->active, "published", key->published), err);
	}
	return api_tell(powerdns, call, "POST", path,
	                json_pack("{s:s, s:b, s:b, s:s}", "keytype", key->flags & FLAG_SEP ? "ksk" : "zsk", "active",
	                          key->active, "published", key->published, "content", secret),
	                err);
}

static bool drop_others(struct powerdns *powerdns, struct call *call, const char *path, const struct held_keys *keys,
                        struct error *err)
{
	for (size_t i = 0; i < keys->n; i++)
		if (!keys->held[i].wanted &&
		    !api_tell(powerdns, call, "DELETE",
		              arena_printf(call->arena, "%s/%lld", path, (long long)keys->held[i].id), NULL, err))
			return false;
	return true;
}

/* Between the keys that come and those that go, while the zone is signed in any case. */
static bool set_denial(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *zone,
                       struct error *err)
{
	bool narrow = zone->n_keys > 0 && zone->narrow_nsec3;

	/* RFC 9276: no salt, no further iterations. */
	return api_tell(powerdns, call, "PUT", zone_path(zone->zone, call->arena),
	                json_pack("{s:s, s:b}", "nsec3param", narrow ? "1 0 0 -" : "", "nsec3narrow", narrow), err);
}

static bool bring_all(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *zone,
                      struct held_keys *keys, struct error *err)
{
	const char *path = arena_printf(call->arena, "/zones/%s./cryptokeys", zone->zone);

	if (!path)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!list_held(powerdns, call, path, keys, err) || !fetch_secrets(powerdns, call, path, keys, err))
		return false;
	if (keys->n == 0 && zone->n_keys == 0)
		return true;
	for (size_t i = 0; i < zone->n_keys; i++)
		if (!bring_key(powerdns, call, path, zone->keys[i], call_secret(call, i), keys, err))
			return false;
	if (!set_denial(powerdns, call, zone, err) || !drop_others(powerdns, call, path, keys, err))
		return false;
	return zone->n_keys == 0 ||
	       api_tell(powerdns, call, "PUT", arena_printf(call->arena, "/zones/%s./rectify", zone->zone), NULL, err);
}

bool keys_sync(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *zone, struct error *err)
{
	struct held_keys *keys = arena_alloc(call->arena, sizeof(*keys));

	if (!keys)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (call->state->n_secrets < zone->n_keys)
		return error_set(err, ERR_INTERNAL, "the keys of the zone weren't opened");
	bool ok = bring_all(powerdns, call, zone, keys, err);
	held_done(keys);
	return ok || error_wrap(err, "the keys of %s", zone->zone);
}

static int by_line(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "257 13 active published" of each, in order. */
static const char *join(const char **lines, size_t n, struct arena *arena)
{
	char *text = arena_strdup(arena, "");

	qsort(lines, n, sizeof(*lines), by_line);
	for (size_t i = 0; text && i < n; i++)
		text = lines[i] ? arena_printf(arena, "%s%s\n", text, lines[i]) : NULL;
	return text;
}

static const char *line(unsigned flags, unsigned algorithm, bool active, bool published, struct arena *arena)
{
	const char *text = arena_printf(arena, "key %u %u%s%s", flags, algorithm, active ? " active" : "",
	                                published ? " published" : "");

	return text ? text : "";
}

/* Which keys there are and what they do; not whether they are the same, which nobody says here. */
bool keys_differ(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *zone, bool there,
                 struct error *err)
{
	const char *path = arena_printf(call->arena, "/zones/%s./cryptokeys", zone->zone);
	const char *has[KEYS_MOST], *wants[KEYS_MOST], *has_text, *wants_text;
	struct held_keys *keys = arena_alloc(call->arena, sizeof(*keys));

	if (!path || !keys)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (there && !list_held(powerdns, call, path, keys, err))
		return false;
	for (size_t i = 0; i < keys->n; i++)
		has[i] = line(keys->held[i].flags, keys->held[i].algorithm, keys->held[i].active,
		              keys->held[i].published, call->arena);
	for (size_t i = 0; i < zone->n_keys; i++)
		wants[i] = line(zone->keys[i]->flags, zone->keys[i]->algorithm, zone->keys[i]->active,
		                zone->keys[i]->published, call->arena);
	has_text = join(has, keys->n, call->arena);
	wants_text = join(wants, zone->n_keys, call->arena);
	if (!has_text || !wants_text)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return strcmp(has_text, wants_text) == 0 ||
	       call_differs(call, arena_printf(call->arena, "%s. DNSKEY", zone->zone), keys->n ? has_text : NULL,
	                    zone->n_keys ? wants_text : NULL) ||
	       error_set(err, ERR_TOO_LARGE, "out of memory");
}
