/* progress: what the worker is at, for the loop to report while it lasts. Any thread. */
#pragma once

#include "agent/engine/model.h"

struct progress;

struct progress_task {
	char id[UUID_TEXT], resource_id[UUID_TEXT];
	struct generation generation;
	uint32_t attempt;
};

struct progress_view {
	struct progress_task *tasks; /* owned */
	size_t n;
	struct steps steps;
	uint64_t version; /* rises with every change */
};

struct progress *progress_new(void); /* NULL without memory */
void progress_free(struct progress *progress);
DEFINE_CLEANUP(struct progress *, progress_free)

/* These tasks run now and these are their steps; n 0: none does. */
void progress_set(struct progress *progress, const struct progress_task *tasks, size_t n, const struct steps *steps);

/* A copy when something runs, for progress_view_done. */
bool progress_get(struct progress *progress, struct progress_view *ret);
void progress_view_done(struct progress_view *view);
