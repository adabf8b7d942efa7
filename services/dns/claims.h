/* claims: a zone's hold on its name, at authz. */
#pragma once

#include "lib/service/change.h"

#include "zone.h"

/* Holds the zone's name, or refuses it: another organisation's, its parent or its child. */
bool claim_zone(struct call *call, const struct zone *zone, struct error *err) _must_check_;

/* Gives back at once what was claimed for nothing; else it is free again after 15 minutes. */
void claim_give_back(struct call *call, const struct zone *zone);

/* The refusal: says nothing of whose the name is. Always false. */
bool claim_taken(struct error *err);

/* With the change: the claim outlives its 15 minutes; the name is free again. */
bool claim_confirm(struct change *change, const struct zone *zone, struct error *err) _must_check_;
bool claim_release(struct change *change, const struct zone *zone, struct error *err) _must_check_;
