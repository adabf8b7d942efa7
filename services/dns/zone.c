/* zone: see zone.h. */
#include "zone.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/dns/query.h"

enum { TTL = 3600, REFRESH = 10800, RETRY = 3600, EXPIRE = 604800, NEGATIVE = 3600, MS = 1000 };

static const char *const states[ZONE_STATES] = {
	[ZONE_PENDING] = "pending", [ZONE_ACTIVE] = "active",   [ZONE_FAILED] = "failed", [ZONE_DELETING] = "deleting",
	[ZONE_DELETED] = "deleted", [ZONE_PURGING] = "purging", [ZONE_PURGED] = "purged",
};

static const char *const servings[SERVINGS] = {
	[SERVING_LIVE] = "live",
	[SERVING_DELETED] = "deleted",
	[SERVING_REMOVED] = "removed",
};

static bool parse(const char *const *names, unsigned n, const char *name, unsigned *ret)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0) {
			*ret = i;
			return true;
		}
	return false;
}

const char *zone_state_name(enum zone_state state)
{
	return states[state];
}

bool zone_state_parse(const char *name, enum zone_state *ret)
{
	unsigned number;

	if (!parse(states, ZONE_STATES, name, &number))
		return false;
	*ret = (enum zone_state)number;
	return true;
}

const char *zone_serving_name(enum zone_serving serving)
{
	return servings[serving];
}

bool zone_serving_parse(const char *name, enum zone_serving *ret)
{
	unsigned number;

	if (!parse(servings, SERVINGS, name, &number))
		return false;
	*ret = (enum zone_serving)number;
	return true;
}

const char *zone_etag(const struct zone *zone, char buffer[static ZONE_ETAG])
{
	snprintf(buffer, ZONE_ETAG, "s%" PRIu64, zone->version);
	return buffer;
}

const char *zone_records_etag(const struct zone *zone, char buffer[static ZONE_ETAG])
{
	snprintf(buffer, ZONE_ETAG, "r%" PRIu32 ".%" PRIu32, zone->generation.epoch, zone->serial);
	return buffer;
}

enum zone_state zone_waiting(enum zone_serving serving)
{
	static const enum zone_state waiting[SERVINGS] = {
		[SERVING_LIVE] = ZONE_PENDING,
		[SERVING_DELETED] = ZONE_DELETING,
		[SERVING_REMOVED] = ZONE_PURGING,
	};

	return waiting[serving];
}

enum zone_state zone_settled(enum zone_serving serving)
{
	static const enum zone_state settled[SERVINGS] = {
		[SERVING_LIVE] = ZONE_ACTIVE,
		[SERVING_DELETED] = ZONE_DELETED,
		[SERVING_REMOVED] = ZONE_PURGED,
	};

	return settled[serving];
}

struct placement *zone_elsewhere(struct zone *zone)
{
	return zone_provider(zone)->calls ? &zone->nodes[0] : NULL;
}

void zone_judge(struct zone *zone, struct arena *arena)
{
	enum zone_state waiting = zone_waiting(zone->serving);
	const struct placement *failed = NULL;
	bool waits = false;

	for (size_t i = 0; i < zone->n_nodes; i++) {
		if (zone->nodes[i].state == ZONE_FAILED && !failed)
			failed = &zone->nodes[i];
		waits |= zone->nodes[i].state == waiting;
	}
	zone->state = failed ? ZONE_FAILED : waits ? waiting : zone_settled(zone->serving);
	zone->message = failed ? arena_printf(arena, "%s: %s", failed->node_name, failed->message) : "";
	if (!zone->message)
		zone->message = failed->message;
}

struct zone_times zone_times(const struct zone *zone)
{
	const Stralix__V1__ZoneSettings *settings = zone->settings;

	return (struct zone_times){
		.ttl = settings && settings->default_ttl ? settings->default_ttl : TTL,
		.refresh = settings && settings->refresh_s ? settings->refresh_s : REFRESH,
		.retry = settings && settings->retry_s ? settings->retry_s : RETRY,
		.expire = settings && settings->expire_s ? settings->expire_s : EXPIRE,
		.negative = settings && settings->negative_ttl ? settings->negative_ttl : NEGATIVE,
	};
}

uint32_t zone_next_serial(uint32_t serial, int64_t now_ms)
{
	uint32_t now = (uint32_t)(now_ms / MS);
	uint32_t next = dns_serial_after(now, serial) ? now : serial + 1;

	return next ? next : 1;
}
