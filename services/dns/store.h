/* store: zones in the database. */
#pragma once

#include "lib/db/db.h"

#include "zone.h"

/* With its nodes. ERR_EXISTS when another zone has the name. */
bool zone_insert(struct tx *tx, const struct zone *zone, struct error *err) _must_check_;

/* Writes what may change, of the nodes too; a fresh node becomes a row. */
bool zone_update(struct tx *tx, const struct zone *zone, struct error *err) _must_check_;

/* The row with its nodes, locked until the transaction ends. ERR_NOT_FOUND. */
bool zone_lock(struct tx *tx, const struct uuid *id, struct arena *arena, struct zone *ret,
               struct error *err) _must_check_;

/* Likewise, by the id of one of its nodes' resources. ERR_NOT_FOUND. */
bool zone_lock_of(struct tx *tx, const struct uuid *placement, struct arena *arena, struct zone *ret,
                  struct error *err) _must_check_;

/* The row of any organisation, without its nodes and with them: ask call_may_see before showing it. ERR_NOT_FOUND. */
bool zone_peek(struct db *wide, const struct uuid *id, struct arena *arena, struct zone *ret,
               struct error *err) _must_check_;
bool zone_find(struct db *wide, const struct uuid *id, struct arena *arena, struct zone *ret,
               struct error *err) _must_check_;

enum zone_order { ORDER_NAME_UP, ORDER_NAME_DOWN, ORDER_MADE_UP, ORDER_MADE_DOWN };

struct zone_filter {
	const char *const *orgs; /* NULL: all */
	size_t n_orgs;
	const char *search, *state, *node_id; /* "": any */
	const char *after;                    /* name or id of the last row of the page before; "" for the first */
	enum zone_order order;
	unsigned limit;
};

struct zone_list {
	struct zone *zones; /* from the arena */
	unsigned n;
	bool more;
	uint64_t total;
};

bool zone_list(struct db *wide, const struct zone_filter *filter, struct arena *arena, struct zone_list *ret,
               struct error *err) _must_check_;

/* Ids and organisations of at most 50 zones that a repair is for. */
struct zone_due {
	struct uuid id, org;
};
enum { ZONES_DUE = 50 };
bool zone_due(struct db *wide, struct zone_due ret[static ZONES_DUE], unsigned *ret_n, struct error *err) _must_check_;

/* Those with a key that is to be announced now. */
bool zone_silent(struct db *wide, struct zone_due ret[static ZONES_DUE], unsigned *ret_n,
                 struct error *err) _must_check_;

/* Those settled ones whose servers know something else of the catalog than this mark says. */
bool zone_astray(struct db *wide, const char *mark, struct zone_due ret[static ZONES_DUE], unsigned *ret_n,
                 struct error *err) _must_check_;

/* Those on one node alone whose ids come after this one. */
bool zone_lonely(struct db *wide, const struct uuid *after, struct zone_due ret[static ZONES_DUE], unsigned *ret_n,
                 struct error *err) _must_check_;
