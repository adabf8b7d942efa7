/* worker: waits for tasks in the journal, applies them, watches the daemon in between. */

#include "agent/engine/worker.h"

#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

enum { WATCH_S = 1, PACE_FIRST_MS = 500, PACE_MOST_MS = 1000 };

struct worker {
	struct worker_options use;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool wake, stop;
	bool crowd; /* the last round had several tasks */
};

static bool stopping(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	bool stop = worker->stop;
	pthread_mutex_unlock(&worker->lock);
	return stop;
}

/* Waits until woken (true) or for a while (false). */
static bool wait_for_work(struct worker *worker)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WATCH_S;
	pthread_mutex_lock(&worker->lock);
	while (!worker->wake && !worker->stop)
		if (pthread_cond_timedwait(&worker->changed, &worker->lock, &until) == ETIMEDOUT)
			break;
	bool woken = worker->wake;
	worker->wake = false;
	pthread_mutex_unlock(&worker->lock);
	return woken;
}

/* After several at once more are on their way, most likely: they gather for the next round instead of taking one each.
 * A single change never waits. */
static void let_gather(struct worker *worker, int64_t until_ms)
{
	const struct timespec until = { .tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000 };

	pthread_mutex_lock(&worker->lock);
	while (!worker->stop)
		if (pthread_cond_timedwait(&worker->changed, &worker->lock, &until) == ETIMEDOUT)
			break;
	pthread_mutex_unlock(&worker->lock);
}

/* One batch; *any: there was something to do. */
static bool run_batch(struct worker *worker, bool *any, struct error *err)
{
	const struct kind *kind = &worker->use.kind;
	const struct journal_kinds kinds = { kind->name, kind->also };
	int64_t began_ms = clock_monotonic_ms();
	struct task *tasks = NULL;
	size_t n = 0;

	if (!journal_unfinished(worker->use.journal, &kinds, &tasks, &n, err))
		return false;
	*any = n > 0;
	bool ok = n == 0 || kind->ops->run(kind->self, tasks, n, err);
	for (size_t i = 0; i < n; i++)
		task_done(&tasks[i]);
	free(tasks);
	if (n > 0)
		eventfd_write(worker->use.wake_fd, 1);
	if (n > 1)
		let_gather(worker, began_ms + (worker->crowd ? PACE_MOST_MS : PACE_FIRST_MS));
	worker->crowd = n > 1;
	return ok;
}

static void work(struct worker *worker)
{
	bool any = true;

	while (any && !stopping(worker)) {
		struct error err = { 0 };

		if (!run_batch(worker, &any, &err)) {
			/* The tasks are still in the journal; the next look comes with the next tick. */
			log_failure(LOG_ERROR_, &err, "carrying out tasks");
			return;
		}
		if (any)
			worker->use.kind.ops->idle(worker->use.kind.self);
	}
}

static void *run(void *arg)
{
	struct worker *worker = arg;
	struct error err = { 0 };

	if (!worker->use.kind.ops->recover(worker->use.kind.self, &err))
		log_failure(LOG_ERROR_, &err, "recovering");
	worker->use.kind.ops->idle(worker->use.kind.self);
	work(worker);
	while (!stopping(worker)) {
		if (!wait_for_work(worker))
			worker->use.kind.ops->watch(worker->use.kind.self);
		work(worker);
	}
	return NULL;
}

bool worker_start(const struct worker_options *options, struct worker **ret, struct error *err)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	pthread_condattr_t attr;

	if (!worker)
		return error_set(err, ERR_INTERNAL, "out of memory");
	worker->use = *options;
	pthread_mutex_init(&worker->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&worker->changed, &attr);
	pthread_condattr_destroy(&attr);
	int failed = pthread_create(&worker->thread, NULL, run, worker);
	if (failed) {
		free(worker);
		return error_errno(err, failed, "start the worker");
	}
	*ret = worker;
	return true;
}

void worker_wake(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->wake = true;
	pthread_cond_signal(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
}

bool worker_stop(struct worker *worker, int timeout_s)
{
	struct timespec until;

	pthread_mutex_lock(&worker->lock);
	worker->stop = true;
	pthread_cond_signal(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += timeout_s;
	if (pthread_timedjoin_np(worker->thread, NULL, &until) != 0)
		return false;
	pthread_cond_destroy(&worker->changed);
	pthread_mutex_destroy(&worker->lock);
	free(worker);
	return true;
}
