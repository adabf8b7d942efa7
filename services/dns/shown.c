/* shown: see shown.h. */
#include "shown.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/dns/query.h"

enum { WAIT_MS = 1500 };

static bool is_among(const struct dns_answer *answer, const Stralix__V1__ManagedRecordState *record, enum dns_type type)
{
	for (size_t i = 0; i < answer->n; i++)
		if (answer->records[i].type == type && strcmp(answer->records[i].name, record->name) == 0 &&
		    strcmp(answer->records[i].data, record->data) == 0)
			return true;
	return false;
}

bool zone_shows(const struct zone *zone, const Stralix__V1__ManagedRecordState *record, int64_t deadline_ms,
                struct arena *arena)
{
	enum dns_type type = dns_type_parse(record->type);

	for (size_t i = 0; i < zone->n_nodes; i++) {
		int64_t until = clock_unix_ms() + WAIT_MS;
		struct dns_answer answer;

		if (!dns_ask(zone->nodes[i].address, (uint16_t)zone->nodes[i].port, record->name, type, false,
		             until < deadline_ms ? until : deadline_ms, arena, &answer, NULL) ||
		    !answer.authoritative || !is_among(&answer, record, type))
			return false;
	}
	return zone->n_nodes > 0;
}
