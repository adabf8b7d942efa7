/* janitor: one thread, one table. */
#include "janitor.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

enum { ROWS_MAX = 32, IDLE_MS = 3600 * 1000 };

struct janitor {
	struct service *service;
	const struct janitor_row *rows;
	int64_t due_ms[ROWS_MAX]; /* monotonic */
	pthread_t thread;
	pthread_mutex_t mutex; /* of stopping */
	pthread_cond_t changed;
	bool stopping;
};

static void run_row(struct janitor *janitor, size_t i)
{
	const struct janitor_row *row = &janitor->rows[i];
	struct error err = { 0 };

	if (!row->run(janitor->service, &err))
		log_failure(LOG_WARN_, &err, row->name);
	janitor->due_ms[i] = clock_monotonic_ms() + (int64_t)row->every_s * 1000;
}

static bool stopping(struct janitor *janitor)
{
	bool yes;

	pthread_mutex_lock(&janitor->mutex);
	yes = janitor->stopping;
	pthread_mutex_unlock(&janitor->mutex);
	return yes;
}

/* Runs what is due; gives when the next row is. */
static int64_t run_due(struct janitor *janitor)
{
	int64_t next = clock_monotonic_ms() + IDLE_MS;

	for (size_t i = 0; janitor->rows[i].name && !stopping(janitor); i++) {
		if (janitor->due_ms[i] <= clock_monotonic_ms())
			run_row(janitor, i);
		if (janitor->due_ms[i] < next)
			next = janitor->due_ms[i];
	}
	return next;
}

static void *run(void *arg)
{
	struct janitor *janitor = arg;

	while (!stopping(janitor)) {
		int64_t next = run_due(janitor);
		const struct timespec until = { .tv_sec = next / 1000, .tv_nsec = (next % 1000) * 1000000 };

		pthread_mutex_lock(&janitor->mutex);
		while (!janitor->stopping)
			if (pthread_cond_timedwait(&janitor->changed, &janitor->mutex, &until) != 0)
				break;
		pthread_mutex_unlock(&janitor->mutex);
	}
	return NULL;
}

bool janitor_start(struct service *service, const struct janitor_row *rows, struct janitor **ret, struct error *err)
{
	static const struct janitor_row none[] = { { 0 } };
	struct janitor *janitor = calloc(1, sizeof(*janitor));
	pthread_condattr_t monotonic;
	size_t n = 0;
	int failed;

	if (!janitor)
		return error_set(err, ERR_INTERNAL, "out of memory");
	janitor->service = service;
	janitor->rows = rows ? rows : none;
	while (janitor->rows[n].name)
		n++;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&janitor->mutex, NULL);
	pthread_cond_init(&janitor->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	failed = n > ROWS_MAX ? E2BIG : pthread_create(&janitor->thread, NULL, run, janitor);
	if (failed) {
		free(janitor);
		return error_errno(err, failed, "start the janitor");
	}
	*ret = janitor;
	return true;
}

void janitor_free(struct janitor *janitor)
{
	if (!janitor)
		return;
	pthread_mutex_lock(&janitor->mutex);
	janitor->stopping = true;
	pthread_cond_signal(&janitor->changed);
	pthread_mutex_unlock(&janitor->mutex);
	pthread_join(janitor->thread, NULL);
	pthread_cond_destroy(&janitor->changed);
	pthread_mutex_destroy(&janitor->mutex);
	free(janitor);
}
