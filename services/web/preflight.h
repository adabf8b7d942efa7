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
