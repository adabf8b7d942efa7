/* steps: the steps of an attempt as JSON, which is how the ledger keeps them. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/base/error.h"

#include "stralix/v1/node.pb-c.h"

/* A JSON array; check buf_failed. */
void steps_write(struct buf *buf, Stralix__V1__Step *const *steps, size_t n);

/* From the arena. */
bool steps_read(const char *text, struct arena *arena, Stralix__V1__Step ***ret, size_t *ret_n,
                struct error *err) _must_check_;
