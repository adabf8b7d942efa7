/*
 * pace: how often each API token may ask, in this process: PACE_BURST at once, and one more every PACE_EVERY_MS. Of the
 * many that there may be it remembers those that asked last.
 */
#pragma once

#include <stdint.h>

#include "lib/base/error.h"

enum { PACE_BURST = 60, PACE_EVERY_MS = 10000 };

struct pace;

bool pace_new(struct pace **ret, struct error *err) _must_check_;
void pace_free(struct pace *pace);
DEFINE_CLEANUP(struct pace *, pace_free)

/* now_ms is monotonic. False: not now, but in *ret_after_s. */
bool pace_take(struct pace *pace, const char *token_id, int64_t now_ms, unsigned *ret_after_s) _must_check_;
