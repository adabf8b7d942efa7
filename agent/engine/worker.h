/* worker: the thread that carries out tasks of one kind, batch by batch: what arrives while one runs makes the next. */
#pragma once

#include "agent/engine/journal.h"
#include "agent/engine/kind.h"

struct worker;

/* Everything is borrowed. wake_fd: an eventfd written to when reports may be due. Starts with recovery. */
struct worker_options {
	struct kind kind;
	struct journal *journal;
	int wake_fd;
};

bool worker_start(const struct worker_options *options, struct worker **ret, struct error *err) _must_check_;
void worker_wake(struct worker *worker); /* there are new tasks */

/* Lets the batch that runs come to its end and frees the worker. False: it didn't within timeout_s; nothing is freed
 * then, and the process should exit: the journal knows what was cut off. */
bool worker_stop(struct worker *worker, int timeout_s);
