/* managed: records that other services keep in an organisation's zones. */
#pragma once

#include "lib/db/db.h"

#include "content.h"

/* Makes the content's managed rows those that are wanted at the zone's name and below it, but for what lies in another
 * of the organisation's zones. */
bool managed_sync(struct tx *tx, const struct zone *zone, struct content *content, struct error *err) _must_check_;

/* The organisation's zone that covers an absolute name, the nearest. *found: there is one. */
bool managed_zone(struct tx *tx, const struct uuid *org, const char *name, struct arena *arena, struct uuid *ret,
                  bool *found, struct error *err) _must_check_;
