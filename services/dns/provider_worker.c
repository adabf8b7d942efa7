/* provider_worker: see provider_worker.h. */
#include "provider_worker.h"

#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/service/crew.h"

#include "dns.h"
#include "provider_run.h"

enum { IDLE_MS = 500 };

struct provider_workers {
	struct service *service;
	struct seal_key *vault;
	struct crew *crew;
};

static bool due(void *self, void *turns, unsigned *n, struct error *err)
{
	struct provider_workers *workers = self;

	return turns_due(service_db_wide(workers->service), turns, n, err);
}

static void work(void *self, struct crew *crew, unsigned thread)
{
	struct provider_workers *workers = self;
	struct turn turn;

	(void)thread;
	while (crew_next(crew, &turn)) {
		struct uuid lease = uuid_v7();
		struct error err = { 0 };
		bool mine = false;

		if (!turn_claim(service_db(workers->service), &turn, &lease, RUN_LEASE_S, &mine, &err) ||
		    (mine && !run_turn(workers->service, workers->vault, &turn, &lease, &err)))
			log_failure(LOG_WARN_, &err, "other provider");
		if (mine)
			crew_wake(crew); /* its next step is due, most likely */
	}
}

void provider_workers_stop(struct provider_workers *workers)
{
	if (!workers)
		return;
	crew_stop(workers->crew);
	seal_key_free(workers->vault);
	free(workers);
}
DEFINE_CLEANUP(struct provider_workers *, provider_workers_stop)

bool provider_workers_start(struct service *service, struct provider_workers **ret, struct error *err)
{
	const struct dns_settings *settings = service_settings(service);
	_cleanup_(provider_workers_stopp) struct provider_workers *workers = NULL;

	*ret = NULL;
	if (!*settings->vault_key)
		return true;
	workers = calloc(1, sizeof(*workers));
	if (!workers)
		return error_set(err, ERR_INTERNAL, "out of memory");
	workers->service = service;
	if (!seal_key_read(settings->vault_key, &workers->vault, err))
		return error_wrap(err, "the key of other providers' tokens");
	const struct crew_options crew = { .what = "other providers",
		                           .threads = (unsigned)settings->provider_workers,
		                           .turn = sizeof(struct turn),
		                           .turns = TURNS,
		                           .idle_ms = IDLE_MS,
		                           .self = workers,
		                           .due = due,
		                           .run = work };

	if (!crew_start(&crew, &workers->crew, err))
		return false;
	*ret = TAKE_PTR(workers);
	return true;
}

const struct seal_key *provider_vault(const struct provider_workers *workers)
{
	return workers ? workers->vault : NULL;
}

void provider_wake(struct provider_workers *workers)
{
	if (workers)
		crew_wake(workers->crew);
}
