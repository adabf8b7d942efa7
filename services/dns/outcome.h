/* outcome: how the work on one of a zone's places ended, and what that makes of the zone. */
#pragma once

#include "desire.h"

struct outcome {
	bool success;
	const char *audit, *words; /* words: of a failure */
};

/* For a locked zone: zone and place, audit record, event; claim and quota given back after the last removal. */
bool zone_settle(struct change *change, struct service *service, struct zone *zone, struct placement *node,
                 const struct outcome *outcome, struct arena *arena, struct error *err) _must_check_;
