/* seen: sessions and API tokens that were used, for their last_seen_at; the janitor writes them down together, so that
 * no call waits for a commit of its own. What is lost with the process is seen again at the next call. */
#pragma once

#include "lib/db/db.h"

#include "opaque.h"

struct seen;

bool seen_new(struct seen **ret, struct error *err) _must_check_;
void seen_free(struct seen *seen);
DEFINE_CLEANUP(struct seen *, seen_free)

/* From any thread. When there is no room it isn't noted: it comes again. */
void seen_note(struct seen *seen, enum opaque_kind kind, const struct uuid *id);

/* Writes what was noted since the last time. */
bool seen_write(struct seen *seen, struct db *wide, struct error *err) _must_check_;
