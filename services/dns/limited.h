/*
 * limited: what API tokens that are limited to records see of a zone, and how they name a set by its name alone: they
 * are machines' (a router, an ACME client), which know no ids.
 */
#pragma once

#include "dns.h"
#include "revise.h"

/* Whether a zone is none of such a token's; false for who isn't limited. */
bool limited_out(const struct call *call, const struct uuid *zone_id);

/* Leaves the sets that are the token's, and of the zone little more than its name and serial. */
void limited_sets(struct call *call, const struct zone *zone, Stralix__V1__RecordSetChange **sets, size_t *n);
void limited_view(struct call *call, Stralix__V1__Zone *view);

/* One set or two of a limited token, in a locked zone. */
struct limited {
	struct change *change;
	struct zone zone;
	struct content content;
	const char *name; /* absolute */
};
void limited_done(struct limited *limited);

/*
 * The zone in which the token may change a name's records of one of these types (ends with NULL), begun to be changed.
 * field: what the name came in. ERR_FORBIDDEN: the caller isn't limited, so this isn't for them; ERR_RATE_LIMITED;
 * ERR_INVALID (no full name); ERR_NOT_FOUND (not the token's, or its zone is gone).
 */
bool limited_begin(struct call *call, const char *field, const char *name, const char *const *types,
                   struct limited *ret, struct error *err) _must_check_;

/* Whether the token holds the set. */
bool limited_holds(struct call *call, const struct limited *limited, const char *type);

/* The TTL and comment of the set as it stands; of a new one LIMITED_TTL and "". */
enum { LIMITED_TTL = 60 };
void limited_input(const struct limited *limited, enum dns_type type, Stralix__V1__RecordInput *ret);

/* Makes the changes and says what became of them: the reply's common part. n 0: nothing is to be done, and nothing is.
 */
struct limited_outcome {
	char *change_id, **task_ids;
	size_t n_task_ids;
};
bool limited_change(struct call *call, struct limited *limited, const struct revision *revision,
                    Stralix__V1__RecordChange *const *changes, size_t n, struct limited_outcome *ret,
                    struct error *err) _must_check_;
