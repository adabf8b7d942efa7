/* certificate_worker: see certificate_worker.h. */
#include "certificate_worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "acme_account.h"
#include "certificate_run.h"
#include "certificate_store.h"
#include "web.h"

enum { IDLE_MS = 1000, AFTER_FAILURE_MS = 5000, ARENA_MAX = 8 << 20, STEPS_MAX = 64 };

struct certificate_workers {
	struct service *service;
	struct acme_account *account; /* NULL: no authority */
	pthread_t *threads;
	unsigned n_threads;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	bool stopping, looking; /* looking: a thread asks the database what is due */
	int64_t look_ms;        /* when the next one does; monotonic */
	struct certificate_turn turns[CERTIFICATE_TURNS];
	unsigned n_turns;
};

static struct timespec at(int64_t monotonic_ms)
{
	return (struct timespec){ .tv_sec = monotonic_ms / 1000, .tv_nsec = (long)(monotonic_ms % 1000) * 1000000 };
}

/* With the lock, which is let go of meanwhile. */
static void look(struct certificate_workers *workers)
{
	struct certificate_turn turns[CERTIFICATE_TURNS];
	struct error err = { 0 };
	unsigned n = 0;
	bool ok;

	workers->looking = true;
	pthread_mutex_unlock(&workers->lock);
	ok = certificate_due(service_db_wide(workers->service), turns, &n, &err);
	if (!ok)
		log_failure(LOG_WARN_, &err, "certificates");
	pthread_mutex_lock(&workers->lock);
	workers->looking = false;
	memcpy(workers->turns, turns, n * sizeof(turns[0]));
	workers->n_turns = n;
	workers->look_ms = clock_monotonic_ms() + (ok ? IDLE_MS : AFTER_FAILURE_MS);
	pthread_cond_broadcast(&workers->changed);
}

/* Waits for something to do; false: it is time to end. */
static bool next(struct certificate_workers *workers, struct certificate_turn *ret)
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
			const struct timespec until = at(workers->look_ms);

			pthread_cond_timedwait(&workers->changed, &workers->lock, &until);
		}
	}
	pthread_mutex_unlock(&workers->lock);
	return found;
}

static bool stopping(struct certificate_workers *workers)
{
	bool yes;

	pthread_mutex_lock(&workers->lock);
	yes = workers->stopping;
	pthread_mutex_unlock(&workers->lock);
	return yes;
}

/* Takes one that is due and brings it as far as it goes now. */
static bool work(struct certificate_workers *workers, struct acme *acme, const struct certificate_turn *turn,
                 struct error *err)
{
	const struct uuid lease = uuid_v7();
	bool mine = false, more = true;

	if (!certificate_claim(service_db(workers->service), &turn->org, &turn->id, &lease, CERTIFICATE_LEASE_S, &mine,
	                       err))
		return false;
	for (unsigned i = 0; mine && more && i < STEPS_MAX && !stopping(workers); i++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
		struct certificate_run run = { .service = workers->service,
			                       .account = workers->account,
			                       .acme = acme,
			                       .arena = arena,
			                       .lease = lease };

		if (!arena)
			return error_set(err, ERR_INTERNAL, "no memory");
		if (!certificate_run(&run, &turn->id, &more, err))
			return false;
	}
	return true;
}

static void *run(void *arg)
{
	struct certificate_workers *workers = arg;
	const struct web_settings *settings = service_settings(workers->service);
	const struct acme_options options = { .directory = settings->acme_directory, .ca = settings->acme_ca };
	_cleanup_(acme_freep) struct acme *acme = NULL;
	struct certificate_turn turn;

	while (next(workers, &turn)) {
		struct error err = { 0 };

		if ((workers->account && !acme && !acme_new(&options, &acme, &err)) ||
		    !work(workers, acme, &turn, &err))
			log_failure(LOG_WARN_, &err, "certificate");
	}
	return NULL;
}

static void workers_free(struct certificate_workers *workers)
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
	acme_account_free(workers->account);
	free(workers->threads);
	free(workers);
}
DEFINE_CLEANUP(struct certificate_workers *, workers_free)

void web_stop(void *state)
{
	workers_free(state);
}

static bool set_up(struct certificate_workers *workers, struct error *err)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&workers->lock, NULL);
	pthread_cond_init(&workers->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	return acme_account_load(workers->service, &workers->account, err);
}

bool web_start(struct service *service, void **state, struct error *err)
{
	const struct web_settings *settings = service_settings(service);
	_cleanup_(workers_freep) struct certificate_workers *workers = calloc(1, sizeof(*workers));
	unsigned n = (unsigned)settings->certificate_workers;
	int failure;

	if (!workers)
		return error_set(err, ERR_INTERNAL, "out of memory");
	workers->service = service;
	if (!set_up(workers, err))
		return false;
	workers->threads = calloc(n, sizeof(*workers->threads));
	if (!workers->threads)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (; workers->n_threads < n; workers->n_threads++) {
		failure = pthread_create(&workers->threads[workers->n_threads], NULL, run, workers);
		if (failure)
			return error_errno(err, failure, "start a thread for certificates");
	}
	*state = TAKE_PTR(workers);
	return true;
}

void certificate_workers_wake(struct certificate_workers *workers)
{
	if (!workers)
		return;
	pthread_mutex_lock(&workers->lock);
	workers->look_ms = 0;
	pthread_cond_broadcast(&workers->changed);
	pthread_mutex_unlock(&workers->lock);
}
