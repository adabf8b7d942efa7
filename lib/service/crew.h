/*
 * crew: threads that work off what is due in a service's tables, beside those of calls. One of them at a time looks for
 * what is due, each takes one of what was found. Whose it is a lease in the row decides, so that several copies of a
 * service share the work and what was cut off is taken up by whoever comes next.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"

struct crew;

struct crew_options {
	const char *what; /* is worked on, for the log: "certificates" */
	unsigned threads;
	size_t turn;      /* bytes of one that is due */
	unsigned turns;   /* most that are looked for at once */
	unsigned idle_ms; /* between looks that nobody wakes */
	void *self;       /* of the functions */
	/* Fills turns with what is due now, *n of them. */
	bool (*due)(void *self, void *turns, unsigned *n, struct error *err);
	/* The whole life of a thread, numbered from 0: it ends when crew_next or crew_pause says so. */
	void (*run)(void *self, struct crew *crew, unsigned thread);
};

/* The threads run when it is back, and before. Errors: ERR_INTERNAL (no memory, no thread). */
bool crew_start(const struct crew_options *options, struct crew **ret, struct error *err) _must_check_;

/* Waits until all threads have ended; NULL: nothing happens. */
void crew_stop(struct crew *crew);

/* For threads: waits for one that is due, into turn's bytes. False: it is time to end. */
bool crew_next(struct crew *crew, void *turn);

/* For threads: waits so long. False: it is time to end. */
bool crew_pause(struct crew *crew, unsigned ms);
bool crew_is_stopping(struct crew *crew);

/* Looks now rather than soon, again when a look is under way; NULL: nothing happens. */
void crew_wake(struct crew *crew);
