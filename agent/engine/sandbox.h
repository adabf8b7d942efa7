/*
 * sandbox: runs a daemon's own configuration test where it can neither write nor reach anything: its own uid in new
 * user, mount and network namespaces, the file system read-only, empty tmpfs over the folders that the daemon would
 * write to, any port and address free to bind. The next one is made ready beforehand, so that a test costs the test.
 * Used by one thread.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"

struct sandbox;

/* All is copied. uid 0: the process's own, for tests without root. */
struct sandbox_options {
	uid_t uid;
	const char *const *scratch; /* folders that become empty tmpfs; ends with NULL */
	const char *program;        /* runs in the place of argv[0], wherever it lies; NULL: argv[0] does */
	bool talks;                 /* standard input is a SOCK_SEQPACKET socket: see sandbox_socket */
};

bool sandbox_new(const struct sandbox_options *options, struct sandbox **ret, struct error *err) _must_check_;
void sandbox_free(struct sandbox *sandbox);
DEFINE_CLEANUP(struct sandbox *, sandbox_free)

/* Makes the next one ready; done by sandbox_start where it wasn't. */
bool sandbox_prepare(struct sandbox *sandbox, struct error *err) _must_check_;

/* Starts argv[0] (an absolute path) in the sandbox that is ready, and returns at once. */
bool sandbox_start(struct sandbox *sandbox, const char *const *argv, struct error *err) _must_check_;

/* The other end of a talking one's standard input, from its start to its end. */
int sandbox_socket(const struct sandbox *sandbox);

/* Waits for what was started; kills it at the deadline (ERR_TIMEOUT). output gets what it wrote, at most 64 KiB.
 * status: its exit status, or 128 + the signal. */
bool sandbox_wait(struct sandbox *sandbox, int64_t deadline_ms, struct buf *output, int *status,
                  struct error *err) _must_check_;
