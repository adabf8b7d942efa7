/* pauses: see the header. */

#include "pauses.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/clock.h"

enum { LONG_PATH = 2 * HARNESS_PATH, PATIENCE_MS = 20000 };

int pauses_set_up(void **state)
{
	struct harness *harness = calloc(1, sizeof(*harness));
	char path[LONG_PATH];

	assert_non_null(harness);
	harness_init(harness);
	snprintf(path, sizeof(path), "%s/failpoints", harness->dir);
	assert_int_equal(mkdir(path, 0777), 0);
	assert_int_equal(chmod(path, 0777), 0); /* for programs of other uids too, whatever the umask */
	setenv("STRALIX_FAILPOINTS", path, 1);
	*state = harness;
	return 0;
}

int pauses_tear_down(void **state)
{
	struct harness *harness = *state;

	harness_done(harness);
	free(harness);
	return 0;
}

void pauses_arm(const struct harness *harness, const char *name)
{
	char path[LONG_PATH], fresh[LONG_PATH];

	snprintf(path, sizeof(path), "%s/failpoints/%s", harness->dir, name);
	snprintf(fresh, sizeof(fresh), "%s/failpoints/.new", harness->dir);
	harness_write(fresh, "pause\n", 6, 0666);
	assert_int_equal(rename(fresh, path), 0);
}

static void hit_path(const struct harness *harness, const char *name, char path[static LONG_PATH])
{
	snprintf(path, LONG_PATH, "%s/failpoints/%s.hit", harness->dir, name);
}

void pauses_await(const struct harness *harness, const char *name)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	char path[LONG_PATH];

	hit_path(harness, name, path);
	while (access(path, F_OK) < 0) {
		if (clock_monotonic_ms() > deadline)
			fail_msg("nobody came to %s", name);
		poll(NULL, 0, 5);
	}
}

void pauses_release(const struct harness *harness, const char *name)
{
	char path[LONG_PATH];

	hit_path(harness, name, path);
	assert_int_equal(unlink(path), 0);
}
