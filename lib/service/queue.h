/*
 * queue: the calls that wait, at most so many, and the threads that take them. Callers take turns: whoever has many
 * calls waiting delays their own, not another's single one, and can't fill the last quarter of the room alone.
 */
#pragma once

#include <stdint.h>

#include "lib/base/error.h"

struct queue;

/* fn runs on one of n threads for each item, which is its to free. */
bool queue_new(unsigned threads, unsigned capacity, void (*fn)(void *arg, void *item), void *arg, struct queue **ret,
               struct error *err) _must_check_;
/* key: whose it is; the same one for all of a caller's. False: full, or being freed. */
bool queue_put(struct queue *queue, uint32_t key, void *item) _must_check_;
void queue_free(struct queue *queue); /* finishes what was put in */
DEFINE_CLEANUP(struct queue *, queue_free)
