/* proof: how the names of a website would be shown to an authority: the website answers, or a record in a zone here. */
#pragma once

#include "lib/service/service.h"

#include "certificate.h"
#include "challenge.h"
#include "preflight.h"
#include "website.h"

struct proof {
	const char *name;
	bool possible;
	const char *record;  /* where that of dns-01 would stand; "": the website answers, or it isn't possible */
	const char *message; /* not possible: why, for people; else "" */
	struct preflight preflight; /* where the name points; a wildcard points nowhere */
	struct challenge challenge; /* when the website wouldn't be found there */
};

/* For each name in turn; what comes after until_ms (monotonic) isn't asked any more, and told so. */
bool proofs_find(struct service *service, const struct website *site, const char *const *names, unsigned n,
                 int64_t until_ms, struct arena *arena, struct proof *ret, struct error *err) _must_check_;
