/* domain: what of a name is registered, by the public suffix list, and which names are above it. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/error.h"

/*
 * The part of a domain (A-labels, lower case) that somebody registers: "shop.example" of "a.shop.example". Points into
 * domain; NULL when domain itself is a public suffix such as "co.uk", under which strangers register. Below a top-level
 * domain that the list doesn't know, and for example.<tld> everywhere, it is the last two labels.
 */
const char *domain_registrable(const char *domain);

/* The names above a domain, nearest first: "b.c" and "c" of "a.b.c"; they point into it. *ret_n of them. */
bool domain_parents(const char *domain, struct arena *arena, const char *const **ret, size_t *ret_n,
                    struct error *err) _must_check_;
