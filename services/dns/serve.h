/* serve: whether a zone is answered for: a new generation with the same records. */
#pragma once

#include "dns.h"
#include "zone.h"

struct serve {
	enum zone_serving serving;
	const char *permission, *action;
	bool removes; /* at another provider: there too, when it is purged */
};

/* Whether this may be done to a zone as it is; else ERR_CONFLICT. */
typedef bool serve_check(const struct zone *zone, struct error *err);

/* A call that does it. serving of again is the zone's own when keep. */
bool serve_call(struct call *call, const char *zone_id, struct serve serve, bool keep, serve_check *check,
                struct error *err) _must_check_;

/* For a locked zone: records looked up, tasks asked for, row, audit record and event written. */
struct change;
bool serve_zone(struct change *change, struct service *service, struct zone *zone, const struct serve *serve,
                struct arena *arena, struct error *err) _must_check_;
