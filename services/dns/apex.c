/* apex: see apex.h, and content_own of content.h. */
#include "apex.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "names.h"

#define NO_DS "0 0 0 00" /* RFC 8078 §4 */
#define NO_DNSKEY "0 3 0 AA=="

void apex_keys(const struct key *keys, size_t n, struct apex *ret)
{
	const struct key *key = keys_announced(keys, n);

	ret->cds = !key ? NULL : key->leaving ? NO_DS : key->ds;
	ret->cdnskey = !key ? NULL : key->leaving ? NO_DNSKEY : key->dnskey;
}

static void fill(const struct key *keys, size_t n_keys, const struct secondary *secondaries, size_t n, struct apex *ret)
{
	*ret = (struct apex){ .n_servers = 0 };
	apex_keys(keys, n_keys, ret);
	for (size_t i = 0; i < n; i++)
		if (*secondaries[i].name_server)
			ret->servers[ret->n_servers++] = secondaries[i].name_server;
}

bool apex_read(const struct rows *key_rows, const struct rows *secondary_rows, const struct zone *zone,
               struct arena *arena, struct apex *ret, struct error *err)
{
	struct secondary secondaries[SECONDARIES];
	struct key keys[KEYS];
	size_t n_keys, n;

	if (!keys_read(key_rows, zone, arena, keys, &n_keys, err) ||
	    !secondaries_read(secondary_rows, arena, secondaries, &n, err))
		return false;
	fill(keys, n_keys, secondaries, n, ret);
	return true;
}

bool apex_find(struct db *wide, const struct zone *zone, struct arena *arena, struct apex *ret, struct error *err)
{
	struct secondary secondaries[SECONDARIES];
	struct key keys[KEYS];
	size_t n_keys, n;

	if (!keys_find(wide, zone, arena, keys, &n_keys, err) ||
	    !secondaries_find(wide, zone, arena, secondaries, &n, err))
		return false;
	fill(keys, n_keys, secondaries, n, ret);
	return true;
}

/* A mail address as a name (RFC 1035 §8). */
static const char *mailbox(const char *address, struct arena *arena)
{
	const char *at = strrchr(address, '@');
	char *text = at ? arena_alloc(arena, 2 * strlen(address) + 2) : NULL, *to = text;

	for (const char *c = address; text && c < at; c++) {
		if (*c == '.' || *c == '\\')
			*to++ = '\\';
		*to++ = *c;
	}
	return text ? (snprintf(to, strlen(at) + 2, ".%s.", at + 1), text) : NULL;
}

static const char *contact_of(const struct zone *zone, const char *contact, struct arena *arena)
{
	if (zone->settings && *zone->settings->contact)
		return mailbox(zone->settings->contact, arena);
	if (*contact)
		return mailbox(contact, arena);
	return arena_printf(arena, "hostmaster.%s", zone->reverse ? "invalid." : zone->origin);
}

static void add(struct dns_record *ret, size_t *n, const struct zone *zone, enum dns_type type, const char *data)
{
	for (size_t i = 0; i < *n; i++)
		if (ret[i].type == type && strcmp(ret[i].data, data) == 0)
			return;
	ret[(*n)++] = (struct dns_record){ zone->origin, type, zone_times(zone).ttl, data, OWN_TAG };
}

bool content_own(const struct content *content, const struct zone *zone, const char *list, const char *contact,
                 struct dns_record ret[static OWN_RECORDS], size_t *n, struct error *err)
{
	struct arena *arena = content->arena;
	const char *servers[NAME_SERVERS], *person = contact_of(zone, contact, arena), *soa;
	const struct zone_times times = zone_times(zone);
	const struct apex *apex = &content->apex;
	size_t found = name_servers(list, zone, arena, servers);

	*n = 0;
	if (zone_provider(zone)->calls) /* they are the provider's */
		return true;
	if (!found)
		return error_set(err, ERR_NO_NODE, "The installation's name servers have no names yet.");
	soa = person ? arena_printf(arena, "%s %s %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32, servers[0],
	                            person, zone->serial, times.refresh, times.retry, times.expire, times.negative)
	             : NULL;
	if (!soa)
		return error_set(err, ERR_TOO_LARGE, "no room for the records of the zone");
	add(ret, n, zone, DNS_SOA, soa);
	for (size_t i = 0; i < found; i++)
		add(ret, n, zone, DNS_NS, servers[i]);
	for (size_t i = 0; i < apex->n_servers; i++)
		add(ret, n, zone, DNS_NS, apex->servers[i]);
	if (apex->cds)
		add(ret, n, zone, DNS_CDS, apex->cds);
	if (apex->cdnskey)
		add(ret, n, zone, DNS_CDNSKEY, apex->cdnskey);
	return true;
}
