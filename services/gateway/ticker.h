/* ticker: a thread that does small repairs once a second. */
#pragma once

#include "lib/base/error.h"

struct ticker;

bool ticker_start(void (*tick)(void *arg), void *arg, struct ticker **ret, struct error *err) _must_check_;
void ticker_stop(struct ticker *ticker); /* waits for a tick that runs */
