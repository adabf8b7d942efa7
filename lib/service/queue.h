/* queue: the calls that wait, at most so many, and the threads that take them. */
#pragma once

#include "lib/base/error.h"

struct queue;

/* fn runs on one of n threads for each item, which is its to free. */
bool queue_new(unsigned threads, unsigned capacity, void (*fn)(void *arg, void *item), void *arg, struct queue **ret,
               struct error *err) _must_check_;
bool queue_put(struct queue *queue, void *item) _must_check_; /* false: full, or being freed */
void queue_free(struct queue *queue);                         /* finishes what was put in */
DEFINE_CLEANUP(struct queue *, queue_free)
