/* record_limits: the records that an API token is limited to, between the contract and the spelling of an identity
 * token. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/error.h"

#include "stralix/v1/authz.pb-c.h"

/* As the database keeps them; from the arena. ERR_INVALID names "records[0].name". */
bool limits_spell(Stralix__V1__RecordLimit *const *limits, size_t n, struct arena *arena, const char *const **ret,
                  struct error *err) _must_check_;

/* And back: texts with spaces between. */
bool limits_read(const char *texts, struct arena *arena, Stralix__V1__RecordLimit ***ret, size_t *ret_n,
                 struct error *err) _must_check_;

/* Whether a token that is limited to records can use a permission at all; it needs the words of those that it can. */
bool limits_use(const char *permission);
bool limits_permissions(struct arena *arena, const char *const **ret, size_t *ret_n, struct error *err) _must_check_;
