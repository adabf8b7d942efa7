/*
 * settle: gets rid of old workers. On a reload the master starts new workers, sleeps 100 ms and then tells the old ones
 * to finish; so long both answer. Here the old ones are told as soon as a new one has answered. The master can't take
 * that for a crash: it blocks SIGCHLD until it has told them itself, and from then on counts them as leaving.
 */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "agent/adapters/nginx/internal.h"
#include "agent/engine/file.h"

enum {
	TEXT = 16384,
	DEADLINE_MS = 1000,
	APART_MS = 50, /* workers of one reload start closer than this, those of two at least 100 ms apart */
};

struct worker {
	pid_t pid;
	long long started_ms;
};

/* Whether the process is a worker that takes new connections. */
static bool accepts(pid_t pid)
{
	static const char worker[] = "nginx: worker process";
	_cleanup_buf_ struct buf title = { 0 };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	return file_read(path, TEXT, &title, NULL) && title.data &&
	       strncmp(title.data, worker, sizeof(worker) - 1) == 0 && !strstr(title.data, "shutting down");
}

/* Since the machine's start; 0 when the process has gone. */
static long long started_ms(pid_t pid)
{
	_cleanup_buf_ struct buf text = { 0 };
	long long ticks = 0;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (!file_read(path, TEXT, &text, NULL) || !text.data)
		return 0;
	/* The name, in brackets, may hold anything; the 20th field after it is the start. */
	char *field = strrchr(text.data, ')');
	for (unsigned i = 0; field && i < 20; i++)
		field = strchr(field + 1, ' ');
	if (field)
		ticks = strtoll(field, NULL, 10);
	return ticks * 1000 / sysconf(_SC_CLK_TCK);
}

static int newest_first(const void *a, const void *b)
{
	const struct worker *x = a, *y = b;

	return (x->started_ms < y->started_ms) - (x->started_ms > y->started_ms);
}

/* The pids of a process's children; free with free. */
static pid_t *list_children(pid_t master, size_t *n)
{
	_cleanup_buf_ struct buf text = { 0 };
	char path[64], *end;
	pid_t *pids;

	*n = 0;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)master, (int)master);
	if (!file_read(path, TEXT, &text, NULL) || !text.data || !(pids = calloc(text.size / 2 + 1, sizeof(*pids))))
		return NULL;
	for (char *next = text.data;; next = end) {
		pids[*n] = (pid_t)strtol(next, &end, 10);
		if (end == next)
			return pids;
		++*n;
	}
}

int64_t nginx_oldest_worker(const struct nginx *nginx)
{
	pid_t master = nginx_running(nginx);
	int64_t oldest = master > 0 ? INT64_MAX : 0;
	size_t n = 0;
	_cleanup_free_ pid_t *pids = master > 0 ? list_children(master, &n) : NULL;

	for (size_t i = 0; i < n; i++) {
		int64_t started = started_ms(pids[i]);

		if (started > 0 && started < oldest)
			oldest = started;
	}
	return oldest;
}

static unsigned list_workers(pid_t master, struct worker workers[static NGINX_WORKERS])
{
	size_t n_pids = 0;
	_cleanup_free_ pid_t *pids = list_children(master, &n_pids);
	unsigned n = 0;

	for (size_t i = 0; i < n_pids && n < NGINX_WORKERS; i++)
		if (accepts(pids[i]))
			workers[n++] = (struct worker){ .pid = pids[i], .started_ms = started_ms(pids[i]) };
	qsort(workers, n, sizeof(workers[0]), newest_first);
	return n;
}

static unsigned find(const pid_t *pids, unsigned n, pid_t pid)
{
	unsigned i = 0;

	while (i < n && pids[i] != pid)
		i++;
	return i;
}

void nginx_note_workers(struct nginx *nginx, pid_t master)
{
	struct worker workers[NGINX_WORKERS];
	unsigned n = master > 0 ? list_workers(master, workers) : 0;

	for (unsigned i = 0; i < n; i++)
		nginx->before[i] = workers[i].pid;
	nginx->n_before = n;
}

/*
 * Leaves the old ones in the list: those that were there before the reload, and those that started in another burst
 * than the worker that answered (an earlier reload may have been under way). A worker that answered for the new
 * generation and was there before came with a reload that nobody waited for; then only the bursts tell.
 */
static unsigned keep_old(const struct nginx *nginx, struct worker *workers, unsigned n, pid_t answered)
{
	bool known = find(nginx->before, nginx->n_before, answered) < nginx->n_before;
	unsigned mine = 0, end, old = 0;

	while (mine < n && workers[mine].pid != answered)
		mine++;
	for (end = mine; end + 1 < n && workers[end].started_ms - workers[end + 1].started_ms < APART_MS;)
		end++;
	for (unsigned i = 0; i < n && mine < n; i++) {
		bool before = find(nginx->before, nginx->n_before, workers[i].pid) < nginx->n_before;

		if (i > end || (before && !known))
			workers[old++] = workers[i];
	}
	return old;
}

static bool wait_closed(const struct worker *workers, unsigned n)
{
	int64_t deadline = clock_monotonic_ms() + DEADLINE_MS;

	for (unsigned i = 0; i < n; i++)
		while (accepts(workers[i].pid)) {
			if (clock_monotonic_ms() > deadline)
				return false;
			nanosleep(&(struct timespec){ .tv_nsec = 500000 }, NULL);
		}
	return true;
}

void nginx_settle(struct nginx *nginx, pid_t answered)
{
	struct worker workers[NGINX_WORKERS];
	pid_t master = nginx_running(nginx);
	unsigned n = master > 0 ? list_workers(master, workers) : 0;
	unsigned old = keep_old(nginx, workers, n, answered);

	for (unsigned i = 0; i < old; i++)
		kill(workers[i].pid, SIGQUIT);
	nginx->settled = n > 0 && wait_closed(workers, old);
	if (!nginx->settled)
		log_debug("old workers of nginx may still answer");
}
