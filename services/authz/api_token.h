/* api_token: one as the API shows it, without what it is a digest of. */
#pragma once

#include "lib/base/arena.h"
#include "lib/db/db.h"

#include "stralix/v1/authz.pb-c.h"

/* Of a row of token_list or token_delete; from the arena. */
bool api_token_read(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__ApiToken **ret,
                    struct error *err) _must_check_;
