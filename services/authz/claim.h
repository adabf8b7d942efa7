/* claim: who owns which name. Everything happens under a lock on the registrable part of the name. */
#pragma once

#include "lib/base/arena.h"
#include "lib/db/db.h"

struct claim {
	const char *domain; /* A-labels, lower case */
	struct uuid org;
	const char *kind;     /* of the resource: "website" */
	struct uuid resource; /* made beforehand */
};

/*
 * Holds a name for a resource for AUTHZ_HOLD_S. ERR_EXISTS with a violation on "domain" when another organisation has
 * the name, a parent or a child of it; ERR_INVALID for a public suffix; ERR_NOT_FOUND without such an organisation.
 * The same organisation may hold parent, child and the name itself again.
 */
bool claim_hold(struct db *wide, const struct claim *claim, struct arena *arena, struct error *err) _must_check_;

/* Makes a hold last. Twice is once; a hold that ran out lasts after all when nobody else took the name meanwhile,
 * else ERR_CONFLICT. ERR_NOT_FOUND when there was none. */
bool claim_confirm(struct db *wide, const char *domain, const struct uuid *resource, struct arena *arena,
                   struct error *err) _must_check_;

/* Gives a name up; nothing to give up is fine. */
bool claim_release(struct db *wide, const char *domain, const struct uuid *resource, struct error *err) _must_check_;
