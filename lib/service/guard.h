/* guard: who calls, and whether they may. Verdicts on identity tokens are kept by their SHA-256 until they expire. */
#pragma once

#include "lib/service/call.h"
#include "lib/token/token.h"

struct guard;

/* service: the audience. keyring is borrowed. */
bool guard_new(const char *service, const struct keyring *keyring, struct guard **ret, struct error *err) _must_check_;
void guard_free(struct guard *guard);
DEFINE_CLEANUP(struct guard *, guard_free)

/* One request to be let in. */
struct guard_request {
	const struct contract_method *method;
	const char *authorization; /* the header; NULL when absent */
	const char *pulse;         /* likewise */
	const void *body;
	size_t size;
	int64_t now_s; /* Unix time */
	struct arena *arena;
};

/*
 * Fills *ret (its lists come from the arena). A public method admits everybody as nobody. ERR_UNAUTHENTICATED: no
 * token, or no good one; ERR_FORBIDDEN: role, scope or calling service doesn't have the right.
 */
bool guard_admit(struct guard *guard, const struct guard_request *request, struct identity *ret,
                 struct error *err) _must_check_;
