/* zone: a zone's row in memory, those of its nodes, and their states. */
#pragma once

#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/uuid.h"

#include "stralix/v1/dns.pb-c.h"

#include "provider/provider.h"

enum zone_state {
	ZONE_PENDING,
	ZONE_ACTIVE,
	ZONE_FAILED,
	ZONE_DELETING,
	ZONE_DELETED,
	ZONE_PURGING,
	ZONE_PURGED,
	ZONE_STATES,
};

/* What its nodes are to do with it. */
enum zone_serving {
	SERVING_LIVE,
	SERVING_DELETED,
	SERVING_REMOVED,
	SERVINGS,
};

struct generation {
	uint32_t epoch;
	uint64_t n;
};

enum { ZONE_NODES = 4, ZONE_ETAG = 48 };

/* One node that serves the zone, or another provider's account (node_id is its id, node_name its name); id is the
 * resource's. */
struct placement {
	struct uuid id;
	const char *node_id, *node_name, *address, *message;
	uint32_t port;
	enum zone_state state;
	struct generation generation;
	uint32_t serial, applied_serial; /* of the newest task; that the node took over last */
	char task_id[UUID_TEXT];
	bool fresh;                      /* has no row yet */
	const struct provider *provider; /* &provider_nodes: one of our own */
	struct uuid account;             /* of another's */
};

/* Texts belong to the call's arena. Times are Unix ms; 0: never. */
struct zone {
	struct uuid id, org;
	const char *name, *origin, *display_name, *message; /* origin: with the dot */
	bool reverse;
	enum zone_serving serving;
	enum zone_state state;
	struct generation generation;
	uint64_t version;               /* of the settings */
	uint32_t serial, records, keys; /* keys: that it is signed with */
	Stralix__V1__ZoneSettings *settings;
	char task_id[UUID_TEXT];
	int64_t created_ms, updated_ms, purge_ms;
	struct placement nodes[ZONE_NODES];
	size_t n_nodes;
};

const char *zone_state_name(enum zone_state state);
bool zone_state_parse(const char *name, enum zone_state *ret);
const char *zone_serving_name(enum zone_serving serving);
bool zone_serving_parse(const char *name, enum zone_serving *ret);

/* Versions of the settings and of the records. Return buffer. */
const char *zone_etag(const struct zone *zone, char buffer[static ZONE_ETAG]);
const char *zone_records_etag(const struct zone *zone, char buffer[static ZONE_ETAG]);

/* The state while work is asked for, and when it is done. */
enum zone_state zone_waiting(enum zone_serving serving);
enum zone_state zone_settled(enum zone_serving serving);

/* The place of a zone that another provider serves; NULL: our own nodes do. */
struct placement *zone_elsewhere(struct zone *zone);
static inline const struct provider *zone_provider(const struct zone *zone)
{
	return zone->n_nodes ? zone->nodes[0].provider : &provider_nodes;
}

/* The zone's state and words from those of its nodes. */
void zone_judge(struct zone *zone, struct arena *arena);

/* Settings with what isn't said filled in. */
struct zone_times {
	uint32_t ttl, refresh, retry, expire, negative;
};
struct zone_times zone_times(const struct zone *zone);

/* A serial that comes after this one (RFC 1982): seconds where they do, else the next number. Never 0. */
uint32_t zone_next_serial(uint32_t serial, int64_t now_ms);
