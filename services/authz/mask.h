/* mask: which members of `settings` a PATCH changes. */
#pragma once

#include "lib/base/error.h"

struct mask {
	char *const *paths; /* "settings.name" */
	size_t n;
};
#define MASK_OF(request) ((struct mask){ (request)->update_mask, (request)->n_update_mask })

bool mask_has(const struct mask *mask, const char *member); /* "name" */

/* Refuses a change that names nothing. */
bool mask_check(const struct mask *mask, struct error *err) _must_check_;

/* *name becomes the one that is given, if any; an empty one is refused. */
bool mask_name(const struct mask *mask, const char *given, const char **name, struct error *err) _must_check_;
