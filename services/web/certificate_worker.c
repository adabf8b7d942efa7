/* certificate_worker: see certificate_worker.h. */
#include "certificate_worker.h"

#include <pthread.h>
#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/service/crew.h"

#include "acme_account.h"
#include "certificate_run.h"
#include "certificate_store.h"
#include "web.h"

enum { IDLE_MS = 1000, KEEP_MS = 5000, ARENA_MAX = 8 << 20, STEPS_MAX = 64, KEEPER = 0 };

struct certificate_workers {
	struct service *service;
	struct acme_account *account; /* NULL: no authority */
	struct crew *crew;            /* its first thread keeps the leases of the others */
	unsigned n;                   /* threads */
	pthread_mutex_t lock;         /* of what follows */
	struct working {
		struct certificate_turn turn;
		struct uuid lease;
	} * working; /* of each thread; lease nil: on nothing */
};

static bool due(void *self, void *turns, unsigned *n, struct error *err)
{
	struct certificate_workers *workers = self;

	return certificate_due(service_db_wide(workers->service), turns, n, err);
}

/* What a thread works on from now on; lease NULL: on nothing. */
static void note(struct certificate_workers *workers, unsigned place, const struct certificate_turn *turn,
                 const struct uuid *lease)
{
	pthread_mutex_lock(&workers->lock);
	workers->working[place] = lease ? (struct working){ *turn, *lease } : (struct working){ 0 };
	pthread_mutex_unlock(&workers->lock);
}

static void keep(struct certificate_workers *workers)
{
	for (unsigned i = KEEPER + 1; i < workers->n; i++) {
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

/* Takes one that is due and brings it as far as it goes now. */
static bool work(struct certificate_workers *workers, struct crew *crew, struct acme *acme,
                 const struct certificate_turn *turn, const struct uuid *lease, struct error *err)
{
	bool mine = false, more = true;

	if (!certificate_claim(service_db(workers->service), &turn->org, &turn->id, lease, CERTIFICATE_LEASE_S, &mine,
	                       err))
		return false;
	for (unsigned i = 0; mine && more && i < STEPS_MAX && !crew_is_stopping(crew); i++) {
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

static void work_on(struct certificate_workers *workers, struct crew *crew, unsigned thread)
{
	const struct web_settings *settings = service_settings(workers->service);
	const struct acme_options options = { .directory = settings->acme_directory, .ca = settings->acme_ca };
	_cleanup_(acme_freep) struct acme *acme = NULL;
	struct certificate_turn turn;

	while (crew_next(crew, &turn)) {
		const struct uuid lease = uuid_v7();
		struct error err = { 0 };

		note(workers, thread, &turn, &lease);
		if ((workers->account && !acme && !acme_new(&options, &acme, &err)) ||
		    !work(workers, crew, acme, &turn, &lease, &err))
			log_failure(LOG_WARN_, &err, "certificate");
		note(workers, thread, NULL, NULL);
	}
}

/* The first keeps the leases: who is killed loses them within their seconds. */
static void run(void *self, struct crew *crew, unsigned thread)
{
	struct certificate_workers *workers = self;

	if (thread != KEEPER)
		work_on(workers, crew, thread);
	else
		while (crew_pause(crew, KEEP_MS))
			keep(workers);
}

static void workers_free(struct certificate_workers *workers)
{
	if (!workers)
		return;
	crew_stop(workers->crew);
	pthread_mutex_destroy(&workers->lock);
	acme_account_free(workers->account);
	free(workers->working);
	free(workers);
}
DEFINE_CLEANUP(struct certificate_workers *, workers_free)

void web_stop(void *state)
{
	workers_free(state);
}

bool web_start(struct service *service, void **state, struct error *err)
{
	const struct web_settings *settings = service_settings(service);
	_cleanup_(workers_freep) struct certificate_workers *workers = calloc(1, sizeof(*workers));

	if (!workers)
		return error_set(err, ERR_INTERNAL, "out of memory");
	workers->service = service;
	pthread_mutex_init(&workers->lock, NULL);
	workers->n = (unsigned)settings->certificate_workers + 1;
	workers->working = calloc(workers->n, sizeof(*workers->working));
	if (!workers->working)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!acme_account_load(service, &workers->account, err))
		return false;
	const struct crew_options crew = { .what = "certificates",
		                           .threads = workers->n,
		                           .turn = sizeof(struct certificate_turn),
		                           .turns = CERTIFICATE_TURNS,
		                           .idle_ms = IDLE_MS,
		                           .self = workers,
		                           .due = due,
		                           .run = run };

	if (!crew_start(&crew, &workers->crew, err))
		return false;
	*state = TAKE_PTR(workers);
	return true;
}

void certificate_workers_wake(struct certificate_workers *workers)
{
	if (workers)
		crew_wake(workers->crew);
}

struct acme_account *certificate_workers_account(struct certificate_workers *workers)
{
	return workers ? workers->account : NULL;
}
