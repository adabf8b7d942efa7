/* history: changes of a zone as they are kept. */
#pragma once

#include "lib/db/db.h"

#include "zone.h"

/* A row of change_list and change_find. */
bool history_view(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__ZoneChange **ret,
                  struct error *err) _must_check_;

/* One change with its sets. ERR_NOT_FOUND. */
bool history_find(struct db *wide, const struct zone *zone, const char *change_id, struct arena *arena,
                  Stralix__V1__GetZoneChangeReply *ret, struct error *err) _must_check_;
