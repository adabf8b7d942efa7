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

enum { IDLE_MS = 1000, KEEP_MS = 5000, AFTER_FAILURE_MS = 5000, ARENA_MAX = 8 << 20, STEPS_MAX = 64 };

struct certificate_workers {
	struct service *service;
	struct acme_account *account; /* NULL: no authority */
	pthread_t *threads;           /* the first keeps the leases of the others */
	unsigned n_threads, n_workers;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	bool stopping, looking; /* looking: a thread asks the database what is due */
	int64_t look_ms;        /* when the next one does; monotonic */
	struct certificate_turn turns[CERTIFICATE_TURNS];
	unsigned n_turns;
	struct working {
		struct certificate_turn turn;
		struct uuid lease;
	} * working; /* of each thread; lease nil: on nothing */
};

/* One thread's place among them. */
struct worker {
	struct certificate_workers *workers;
	unsigned place;
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

/* What a thread works on from now on; lease NULL: on nothing. */
static void note(struct certificate_workers *workers, unsigned place, const struct certificate_turn *turn,
                 const struct uuid *lease)
{
	pthread_mutex_lock(&workers->lock);
	workers->working[place] = lease ? (struct working){ *turn, *lease } : (struct working){ 0 };
	pthread_mutex_unlock(&workers->lock);
}

/* Waits a moment; false: it is time to end. */
static bool moment(struct certificate_workers *workers, int64_t until_ms)
{
	const struct timespec until = at(until_ms);
	bool go_on;

	pthread_mutex_lock(&workers->lock);
	while (!workers->stopping && clock_monotonic_ms() < until_ms)
		pthread_cond_timedwait(&workers->changed, &workers->lock, &until);
	go_on = !workers->stopping;
	pthread_mutex_unlock(&workers->lock);
	return go_on;
}

static void keep(struct certificate_workers *workers)
{
	for (unsigned i = 1; i <= workers->n_workers; i++) {
		struct error err = { 0 };
		struct working working;

		pthread_mutex_lock(&workers->lock);
		working = workers->working[i];
		pthread_mutex_unlock(&workers->lock);
		if (!uuid_is_nil(&working.lease) &&
		    !certificate_hold(service_db(workers->service), &working.turn.org, &working.turn.id, &working.lease,
		                      CERTIFICATE_LEASE_S, &err))
			log_failure(LOG_WARN_, &err, "certificates");
	}
}

/* The thread that keeps the leases: who is killed loses them within their seconds. */
static void *run_keeper(void *arg)
{
	struct certificate_workers *workers = arg;

	while (moment(workers, clock_monotonic_ms() + KEEP_MS))
		keep(workers);
	return NULL;
}

/* Takes one that is due and brings it as far as it goes now. */
static bool work(struct certificate_workers *workers, struct acme *acme, const struct certificate_turn *turn,
                 const struct uuid *lease, struct error *err)
{
	bool mine = false, more = true;

	if (!certificate_claim(service_db(workers->service), &turn->org, &turn->id, lease, CERTIFICATE_LEASE_S, &mine,
	                       err))
		return false;
	for (unsigned i = 0; mine && more && i < STEPS_MAX && !stopping(workers); i++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
		struct certificate_run run = { .service = workers->service,
			                       .account = workers->account,
			                       .acme = acme,
			                       .arena = arena,
			                       .lease = *lease };

		if (!arena)
			return error_set(err, ERR_INTERNAL, "no memory");
		if (!certificate_run(&run, &turn->id, &more, err))
			return false;
	}
	return true;
}

static void *run(void *arg)
{
	_cleanup_free_ struct worker *worker = arg;
	struct certificate_workers *workers = worker->workers;
	const struct web_settings *settings = service_settings(workers->service);
	const struct acme_options options = { .directory = settings->acme_directory, .ca = settings->acme_ca };
	_cleanup_(acme_freep) struct acme *acme = NULL;
	struct certificate_turn turn;

	while (next(workers, &turn)) {
		const struct uuid lease = uuid_v7();
		struct error err = { 0 };

		note(workers, worker->place, &turn, &lease);
		if ((workers->account && !acme && !acme_new(&options, &acme, &err)) ||
		    !work(workers, acme, &turn, &lease, &err))
			log_failure(LOG_WARN_, &err, "certificate");
		note(workers, worker->place, NULL, NULL);
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
	free(workers->working);
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

/* The keeper first, then those who work. */
static bool start_threads(struct certificate_workers *workers, unsigned n, struct error *err)
{
	workers->threads = calloc(n + 1, sizeof(*workers->threads));
	workers->working = calloc(n + 1, sizeof(*workers->working));
	if (!workers->threads || !workers->working)
		return error_set(err, ERR_INTERNAL, "out of memory");
	workers->n_workers = n;
	for (unsigned i = 0; i <= n; i++) {
		struct worker *worker = malloc(sizeof(*worker));
		int failure;

		if (!worker)
			return error_set(err, ERR_INTERNAL, "out of memory");
		*worker = (struct worker){ workers, i };
		failure = i ? pthread_create(&workers->threads[i], NULL, run, worker)
		            : pthread_create(&workers->threads[i], NULL, run_keeper, workers);
		if (!i || failure)
			free(worker);
		if (failure)
			return error_errno(err, failure, "start a thread for certificates");
		workers->n_threads = i + 1;
	}
	return true;
}

bool web_start(struct service *service, void **state, struct error *err)
{
	const struct web_settings *settings = service_settings(service);
	_cleanup_(workers_freep) struct certificate_workers *workers = calloc(1, sizeof(*workers));

	if (!workers)
		return error_set(err, ERR_INTERNAL, "out of memory");
	workers->service = service;
	if (!set_up(workers, err) || !start_threads(workers, (unsigned)settings->certificate_workers, err))
		return false;
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

struct acme_account *certificate_workers_account(struct certificate_workers *workers)
{
	return workers ? workers->account : NULL;
}
