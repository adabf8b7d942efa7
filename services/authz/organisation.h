/* organisation: one as the API shows it, and what every change of one has in common. */
#pragma once

#include "lib/service/change.h"

#include "stralix/v1/authz.pb-c.h"

/* Of a row of organisation_view; from the arena. */
bool organisation_read(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__Organisation **ret,
                       struct error *err) _must_check_;

/* The one with an id, for the caller's eyes. ERR_NOT_FOUND, the same for absent and not for these eyes. */
bool organisation_find(struct call *call, const char *id, Stralix__V1__Organisation **ret,
                       struct error *err) _must_check_;

/* The row as it is now, locked until the change ends. if_match NULL: whatever it is; else ERR_PRECONDITION. */
bool organisation_lock(struct call *call, struct change *change, const char *id, const char *if_match,
                       Stralix__V1__Organisation **ret, struct error *err) _must_check_;

/* Reads what became of it, says so to audit and screens, replies and commits. before NULL: it is new. */
bool organisation_finish(struct call *call, struct change *change, const char *id, const char *action,
                         const Stralix__V1__Organisation *before, struct error *err) _must_check_;
