/*
 * list: what a list may be sorted by, where a page of it begins, and what its reply says at the end. A list is a table
 * of orders and its own statements. Asks nobody; a library of its own, so that tests of handlers link it as it is.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/error.h"

#include "stralix/options.pb-c.h"
#include "stralix/v1/common.pb-c.h"

/* One order. A cursor holds its letter and the last row's value in it, so that it fits no other one. */
struct list_order {
	const char *name;    /* as requests have it; "": of those that say none; "-name" is downwards */
	unsigned order;      /* the service's own number for it */
	char letter;         /* no two orders of a list have the same */
	Stralix__Format key; /* of the value in cursors; FORMAT_UNSET: the list looks at it by itself */
};

/* The order of this name. words: "domain or created_at". NULL: ERR_INVALID (sort). */
const struct list_order *list_order_find(const struct list_order *orders, size_t n, const char *name, const char *words,
                                         struct error *err);

/* The value of the last row of the page before; "": this is the first page. From the arena. ERR_INVALID (cursor). */
bool list_after(const struct list_order *order, const char *cursor, struct arena *arena, const char **ret,
                struct error *err) _must_check_;

/* What a cursor that the list itself can't read is refused with. Returns false. */
bool list_bad_cursor(struct error *err);

/* How many rows a page has, of what the request says; 0: it says nothing. */
unsigned list_limit(uint32_t wanted);

/* Room for pointers to n messages. NULL: ERR_TOO_LARGE. */
void *list_rows(size_t n, struct arena *arena, struct error *err);

/* What stands beside the rows. last: the value of the last of them when more come after it, else NULL. ERR_TOO_LARGE.
 */
bool list_page(const struct list_order *order, uint64_t total, const char *last, struct arena *arena,
               Stralix__V1__Page **ret, struct error *err) _must_check_;
