/* role: roles by name, and which permissions they hold. */
#pragma once

#include "lib/contract/contract.h"

const char *role_name(Stralix__Role role);               /* "customer"; "" for ROLE_UNSET */
bool role_parse(const char *name, Stralix__Role *ret);   /* false for anything else */
bool role_above(Stralix__Role role, Stralix__Role than); /* whether it may do more */

/* What somebody may do until they have changed their password; ends with NULL. */
extern const char *const role_must_change[];

/* Whether role and scopes (ends with NULL; NULL: all of the role's) hold a permission. */
bool permission_held(Stralix__Role role, const char *const *scopes, const char *permission);

/* All that role and scopes hold, from the arena. */
bool permission_list(Stralix__Role role, const char *const *scopes, struct arena *arena, char ***ret, size_t *ret_n,
                     struct error *err) _must_check_;
