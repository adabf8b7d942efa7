/* store: websites in the database. */
#pragma once

#include "lib/base/arena.h"
#include "lib/db/db.h"

#include "website.h"

/* ERR_EXISTS when another website has the domain. */
bool website_insert(struct tx *tx, const struct website *site, struct error *err) _must_check_;

/* Writes what may change: serving, state, message, generations, task, updated and purge times. */
bool website_update(struct tx *tx, const struct website *site, struct error *err) _must_check_;

/* The row, locked until the transaction ends. ERR_NOT_FOUND. */
bool website_lock(struct tx *tx, const struct uuid *id, struct arena *arena, struct website *ret,
                  struct error *err) _must_check_;

/* The row of any organisation: ask call_may_see before showing it. ERR_NOT_FOUND. */
bool website_find(struct db *wide, const struct uuid *id, struct arena *arena, struct website *ret,
                  struct error *err) _must_check_;

/* With what new states of websites answer certificate authorities; "": with nothing. From the arena. */
bool website_thumbprint(struct tx *tx, struct arena *arena, const char **ret, struct error *err) _must_check_;

enum website_order { ORDER_DOMAIN_UP, ORDER_DOMAIN_DOWN, ORDER_MADE_UP, ORDER_MADE_DOWN };

struct website_filter {
	const char *const *orgs; /* NULL: all */
	size_t n_orgs;
	const char *search, *state, *node_id; /* "": any */
	const char *after;                    /* domain or id of the last row of the page before; "" for the first */
	enum website_order order;
	unsigned limit;
};

struct website_list {
	struct website *sites; /* from the arena */
	unsigned n;
	bool more;
	uint64_t total;
};

bool website_list(struct db *wide, const struct website_filter *filter, struct arena *arena, struct website_list *ret,
                  struct error *err) _must_check_;

/* Ids and organisations of at most 50 websites whose grace period is over. */
struct website_due {
	struct uuid id, org;
};
enum { WEBSITES_DUE = 50 };
bool website_due(struct db *wide, struct website_due ret[static WEBSITES_DUE], unsigned *ret_n,
                 struct error *err) _must_check_;
