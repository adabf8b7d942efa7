/* preflight: where names point to, asked of a resolver as an authority would. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/error.h"

enum { PREFLIGHT_ADDRESSES = 16 };

struct preflight {
	bool ready;          /* it points to the address, and nowhere else */
	bool exists;         /* it points anywhere */
	const char *message; /* what is wrong, for people; "" when ready */
	const char *addresses[PREFLIGHT_ADDRESSES];
	unsigned n;
};

/* resolver: ADDR:PORT, "" for the system's. What can't be asked now is told in the message, too. Takes up to 4 s. */
bool preflight_ask(const char *resolver, const char *name, const char *address, struct arena *arena,
                   struct preflight *ret, struct error *err) _must_check_;

/* What a name is an alias for in the end (itself when it is none), with the trailing dot like the name. *ret_away: the
 * resolver doesn't say. */
bool preflight_alias(const char *resolver, const char *name, struct arena *arena, const char **ret, bool *ret_away,
                     struct error *err) _must_check_;

/* Who the internet asks for a zone, by name, with the dot. *ret_away: the resolver doesn't say. */
bool preflight_servers(const char *resolver, const char *zone, struct arena *arena,
                       const char *ret[static PREFLIGHT_ADDRESSES], unsigned *ret_n, bool *ret_away,
                       struct error *err) _must_check_;
