/* failpoint: see failpoint.h; built only with -Dfailpoints=true. */

#include "lib/base/failpoint.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/clock.h"

enum { PAUSE_MS = 30000, LOOK_MS = 5 };

const char *failpoint_environment(void)
{
	static char entry[PATH_MAX];
	const char *dir = getenv("STRALIX_FAILPOINTS"); /* NOLINT(concurrency-mt-unsafe): nobody sets it */

	snprintf(entry, sizeof(entry), "STRALIX_FAILPOINTS=%s", dir ? dir : "");
	return dir ? entry : NULL;
}

static bool read_word(const char *path, char word[static 8])
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, word, 7);

	word[n < 0 ? 0 : n] = '\0';
	return n >= 0;
}

static void wait_until_gone(const char *path)
{
	int64_t deadline = clock_monotonic_ms() + PAUSE_MS;

	while (access(path, F_OK) == 0 && clock_monotonic_ms() < deadline)
		nanosleep(&(struct timespec){ .tv_nsec = LOOK_MS * 1000000L }, NULL);
}

void failpoint(const char *name)
{
	const char *dir = getenv("STRALIX_FAILPOINTS"); /* NOLINT(concurrency-mt-unsafe): nobody sets it */
	char path[PATH_MAX], hit[PATH_MAX], word[8];

	if (!dir || snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path) ||
	    snprintf(hit, sizeof(hit), "%s/%s.hit", dir, name) >= (int)sizeof(hit) || rename(path, hit) < 0 ||
	    !read_word(hit, word))
		return;
	if (strncmp(word, "die", 3) == 0)
		raise(SIGKILL);
	if (strncmp(word, "pause", 5) == 0)
		wait_until_gone(hit);
}

void failpoint_of(const char *process, const char *moment)
{
	char name[96];

	snprintf(name, sizeof(name), "%s.%s", process, moment);
	failpoint(name);
}
