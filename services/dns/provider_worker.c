/* provider_worker: see provider_worker.h. */
#include "provider_worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "dns.h"
#include "provider_run.h"

enum { IDLE_MS = 500, AFTER_FAILURE_MS = 5000 };

struct provider_workers {
	struct service *service;
	struct seal_key *vault;
	pthread_t *threads;
	unsigned n_threads;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	bool stopping, looking; /* looking: a thread asks the database what is due */
	int64_t look_ms;        /* when the next one does; monotonic */
	struct turn turns[TURNS];
	unsigned n_turns;
};

/* With the lock, which is let go of meanwhile. */
static void look(struct provider_workers *workers)
{
	struct turn turns[TURNS];
	struct error err = { 0 };
	unsigned n = 0;
	bool ok;

	workers->looking = true;
	workers->look_ms = INT64_MAX;
	pthread_mutex_unlock(&workers->lock);
	ok = turns_due(service_db_wide(workers->service), turns, &n, &err);
	if (!ok)
		log_failure(LOG_WARN_, &err, "other providers");
	pthread_mutex_lock(&workers->lock);
	workers->looking = false;
	memcpy(workers->turns, turns, n * sizeof(turns[0]));
	workers->n_turns = n;
	if (workers->look_ms == INT64_MAX) /* nobody woke it meanwhile */
		workers->look_ms = clock_monotonic_ms() + (ok ? IDLE_MS : AFTER_FAILURE_MS);
	pthread_cond_broadcast(&workers->changed);
}

static void wait_until(struct provider_workers *workers, int64_t ms)
{
	const struct timespec until = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	if (ms == INT64_MAX)
		pthread_cond_wait(&workers->changed, &workers->lock);
	else
		pthread_cond_timedwait(&workers->changed, &workers->lock, &until);
}

/* Waits for something to do; false: it is time to end. */
static bool next(struct provider_workers *workers, struct turn *ret)
{
	bool found = false;

	pthread_mutex_lock(&workers->lock);
	while (!workers->stopping && !found) {
		if (workers->n_turns) {
			*ret = workers->turns[0];
			memmove(&workers->turns[0], &workers->turns[1], --workers->n_turns * sizeof(workers->turns[0]));
			found = true;
		} else if (!workers->looking && workers->look_ms <= clock_monotonic_ms()) {
			look(workers);
		} else {
			wait_until(workers, workers->look_ms);
		}
	}
	pthread_mutex_unlock(&workers->lock);
	return found;
}

static void *run(void *arg)
{
	struct provider_workers *workers = arg;
	struct turn turn;

	while (next(workers, &turn)) {
		struct uuid lease = uuid_v7();
		struct error err = { 0 };
		bool mine = false;

		if (!turn_claim(service_db(workers->service), &turn, &lease, RUN_LEASE_S, &mine, &err) ||
		    (mine && !run_turn(workers->service, workers->vault, &turn, &lease, &err)))
			log_failure(LOG_WARN_, &err, "other provider");
		if (mine)
			provider_wake(workers); /* its next step is due, most likely */
	}
	return NULL;
}

void provider_workers_stop(struct provider_workers *workers)
{
	if (!workers)
		return;
	pthread_mutex_lock(&workers->lock);
	workers->stopping = true;
	pthread_cond_broadcast(&workers->changed);
	pthread_mutex_unlock(&workers->lock);
	for (unsigned i = 0; i < workers->n_threads; i++)
		pthread_join(workers->threads[i], NULL);
	pthread_cond_destroy(&workers->changed);
	pthread_mutex_destroy(&workers->lock);
	seal_key_free(workers->vault);
	free(workers->threads);
	free(workers);
}
DEFINE_CLEANUP(struct provider_workers *, provider_workers_stop)

static void set_up(struct provider_workers *workers)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&workers->lock, NULL);
	pthread_cond_init(&workers->changed, &attributes);
	pthread_condattr_destroy(&attributes);
}

bool provider_workers_start(struct service *service, struct provider_workers **ret, struct error *err)
{
	const struct dns_settings *settings = service_settings(service);
	_cleanup_(provider_workers_stopp) struct provider_workers *workers = NULL;
	unsigned n = (unsigned)settings->provider_workers;

	*ret = NULL;
	if (!*settings->vault_key)
		return true;
	workers = calloc(1, sizeof(*workers));
	if (!workers)
		return error_set(err, ERR_INTERNAL, "out of memory");
	workers->service = service;
	set_up(workers);
	workers->threads = calloc(n, sizeof(*workers->threads));
	if (!workers->threads)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!seal_key_read(settings->vault_key, &workers->vault, err))
		return error_wrap(err, "the key of other providers' tokens");
	for (unsigned i = 0; i < n; i++) {
		int failure = pthread_create(&workers->threads[i], NULL, run, workers);

		if (failure)
			return error_errno(err, failure, "start a thread for other providers");
		workers->n_threads++;
	}
	*ret = TAKE_PTR(workers);
	return true;
}

const struct seal_key *provider_vault(const struct provider_workers *workers)
{
	return workers ? workers->vault : NULL;
}

void provider_wake(struct provider_workers *workers)
{
	if (!workers)
		return;
	pthread_mutex_lock(&workers->lock);
	workers->look_ms = 0;
	pthread_cond_broadcast(&workers->changed);
	pthread_mutex_unlock(&workers->lock);
}
