/* allowance: how much of what an organisation may have, as plans say and as the services that own it are told. */
#pragma once

#include "lib/service/change.h"

struct allowance {
	Stralix__V1__Limit **list;
	size_t n;
};

/* Kinds that exist, each once; field names the list in what is refused. */
bool allowance_check(const struct allowance *limits, const char *field, struct error *err) _must_check_;

/* From "websites 10 …" of a row. */
bool allowance_read(const char *text, struct arena *arena, struct allowance *ret, struct error *err) _must_check_;

/* Tells the owners what holds for organisations (ids) whose rows this change has locked; n may be 0. */
bool allowance_tell(struct change *change, char *const *orgs, size_t n, const struct allowance *limits,
                    struct arena *arena, struct error *err) _must_check_;
