/* aliases: the further names that a call gives a website: held before its change, confirmed with it. */
#pragma once

#include "lib/service/change.h"

#include "website.h"

/* The names that this call has claimed: given back when it comes to nothing. */
struct aliases {
	const char *names[32];
	size_t n;
};

/* Holds those of wanted that are new to the site; what was at work before is held still. Holds none when it fails. */
bool aliases_claim(struct call *call, const struct website *site, const Stralix__V1__WebsiteSettings *wanted,
                   struct aliases *ret, struct error *err) _must_check_;
void aliases_give_back(struct call *call, const struct website *site, const struct aliases *aliases);
bool aliases_confirm(struct change *change, const struct website *site, const struct aliases *aliases,
                     struct error *err) _must_check_;
