/* daemon: starts a program that detaches itself, with nothing of the engine's open. */
#pragma once

#include <sys/types.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"

struct daemon_start {
	const char *const *argv; /* argv[0]: an absolute path */
	int words; /* a file for what it says: one that inherits a pipe never lets its reader see the end */
	bool (*enter)(const void *arg); /* in the child, system calls only; NULL: nothing more to do */
	const void *arg;
};

/* Waits until it has exited or detached; at most 20 s (ERR_TIMEOUT). words gets what it said, success whether its
 * status was 0. */
bool daemon_run(const struct daemon_start *start, struct buf *words, bool *success, struct error *err) _must_check_;
