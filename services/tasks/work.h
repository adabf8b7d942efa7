/* work: a few threads and a queue for what the bus's threads and the callers must not wait for. */
#pragma once

#include <stdbool.h>

#include "lib/base/cleanup.h"

struct work;

/* A job owns its argument: it runs exactly once. */
typedef void (*work_fn)(void *arg);

struct work *work_new(unsigned threads); /* NULL without memory or threads */
void work_free(struct work *work);       /* runs what is queued, then ends the threads */
DEFINE_CLEANUP(struct work *, work_free)

/* Aborts without memory: a job that is lost silently would be worse than a restart. Refused (false, arg stays the
 * caller's) when work_free has begun, or when limited and more than a thousand jobs wait. */
bool work_add(struct work *work, work_fn run, void *arg, bool limited) __attribute__((warn_unused_result));
