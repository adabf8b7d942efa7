/* shown: see shown.h. */
#include "shown.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/dns/query.h"

#include "provider_show.h"

enum { WAIT_MS = 1500 };

static bool is_among(const struct dns_answer *answer, const Stralix__V1__ManagedRecordState *record, enum dns_type type)
{
	for (size_t i = 0; i < answer->n; i++)
		if (answer->records[i].type == type && strcmp(answer->records[i].name, record->name) == 0 &&
		    strcmp(answer->records[i].data, record->data) == 0)
			return true;
	return false;
}

static bool shows(const char *address, uint16_t port, const Stralix__V1__ManagedRecordState *record,
                  int64_t deadline_ms, struct arena *arena)
{
	struct dns_answer *answer = arena_alloc(arena, sizeof(*answer));
	enum dns_type type = dns_type_parse(record->type);
	int64_t until = clock_unix_ms() + WAIT_MS;
	struct error why = { 0 };

	return answer &&
	       dns_ask(address, port, record->name, type, false, until < deadline_ms ? until : deadline_ms, arena,
	               answer, &why) &&
	       answer->authoritative && is_among(answer, record, type);
}

/* Those of another provider: which they are was learnt from it, or stands in the account. */
static bool shown_elsewhere(struct service *service, const struct placement *place,
                            const Stralix__V1__ManagedRecordState *record, int64_t deadline_ms, struct arena *arena,
                            bool *ret, struct error *err)
{
	struct error why = { 0 };
	struct remote remote;

	if (!remote_find(service_db_wide(service), &place->id, arena, &remote, err))
		return false;
	*ret = remote.n_servers > 0;
	for (size_t i = 0; i < remote.n_servers && *ret; i++) {
		struct server_place server;

		*ret = clock_unix_ms() < deadline_ms &&
		       server_find(remote.servers[i], service_settings(service), arena, &server, &why) &&
		       shows(server.address, server.port, record, deadline_ms, arena);
	}
	return true;
}

bool zone_shows(struct service *service, struct zone *zone, const Stralix__V1__ManagedRecordState *record,
                int64_t deadline_ms, struct arena *arena, bool *ret, struct error *err)
{
	const struct placement *elsewhere = zone_elsewhere(zone);

	if (elsewhere)
		return shown_elsewhere(service, elsewhere, record, deadline_ms, arena, ret, err);
	*ret = zone->n_nodes > 0;
	for (size_t i = 0; i < zone->n_nodes && *ret; i++)
		*ret = shows(zone->nodes[i].address, (uint16_t)zone->nodes[i].port, record, deadline_ms, arena);
	return true;
}
