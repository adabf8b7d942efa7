/* view: zones as others see them. */
#pragma once

#include "lib/base/error.h"

#include "content.h"

/* A message from the arena. name_servers: the setting; "": the zone's names of servers are left out. ERR_TOO_LARGE. */
bool zone_view(const struct zone *zone, const char *name_servers, struct arena *arena, Stralix__V1__Zone **ret,
               struct error *err) _must_check_;

/* What tasks and the node call it; node NULL: what audit calls it. */
bool zone_target(const struct zone *zone, const struct placement *node, struct arena *arena, Stralix__V1__Target *ret,
                 struct error *err) _must_check_;

/* The whole reply of a change. */
bool zone_reply(const struct zone *zone, const char *name_servers, struct arena *arena, Stralix__V1__ZoneReply *ret,
                struct error *err) _must_check_;

/* The tasks of the zone's nodes, by the newest generation. NULL without room. */
char **zone_task_ids(const struct zone *zone, struct arena *arena, size_t *n);

/* A record; of the service's own row is NULL. */
bool record_view(const struct dns_record *record, const struct row *row, const struct zone *zone, struct arena *arena,
                 Stralix__V1__DnsRecord **ret, struct error *err) _must_check_;

char *view_id(const struct uuid *id, struct arena *arena); /* "" for nil */
char *view_time(int64_t unix_ms, struct arena *arena);     /* "" for 0 */
