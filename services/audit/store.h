/* store: audit records in the database. */
#pragma once

#include "lib/base/arena.h"
#include "lib/db/db.h"

#include "stralix/v1/audit.pb-c.h"

/* Stores a record in its target's organisation (none: no organisation's); one whose id is there is left as it is.
 * It's at the end of the chain and on the disk when this returns. */
bool record_insert(struct db *db, const Stralix__V1__Record *record, struct error *err) _must_check_;

/* What to list. */
struct record_filter {
	const char *const *orgs; /* NULL: all, and those of no organisation */
	size_t n_orgs;
	const char *before_id;                                /* "" for the first page */
	const char *target_id, *target_kind, *action, *actor; /* "" for any; see ListRecordsRequest */
	int64_t from_ms, until_ms;                            /* Unix time; 0 for any */
	unsigned limit;
	bool count; /* how many match in all is wanted as well */
};

/* Newest first, into reply (records, page), from the arena. */
bool record_list(struct db *wide, const struct record_filter *filter, struct arena *arena,
                 Stralix__V1__ListRecordsReply *reply, struct error *err) _must_check_;
