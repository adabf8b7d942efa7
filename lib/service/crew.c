/* crew: see crew.h. */
#include "lib/service/crew.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/cleanup.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

enum { AFTER_FAILURE_MS = 5000 };

struct member {
	struct crew *crew;
	unsigned place;
	pthread_t thread;
};

struct crew {
	struct crew_options use;
	struct member *members;
	unsigned n_members;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	bool stopping, looking; /* looking: a thread asks what is due; it has found then */
	int64_t look_ms;        /* when the next one does; monotonic */
	unsigned char *found, *turns;
	unsigned n_turns;
};

static void wait_until(struct crew *crew, int64_t ms)
{
	const struct timespec until = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	if (ms == INT64_MAX)
		pthread_cond_wait(&crew->changed, &crew->lock);
	else
		pthread_cond_timedwait(&crew->changed, &crew->lock, &until);
}

/* With the lock, which is let go of meanwhile. */
static void look(struct crew *crew)
{
	struct error err = { 0 };
	unsigned n = 0;
	bool ok;

	crew->looking = true;
	crew->look_ms = INT64_MAX;
	pthread_mutex_unlock(&crew->lock);
	ok = crew->use.due(crew->use.self, crew->found, &n, &err);
	if (!ok)
		log_failure(LOG_WARN_, &err, crew->use.what);
	pthread_mutex_lock(&crew->lock);
	crew->looking = false;
	crew->n_turns = ok ? n : 0;
	memcpy(crew->turns, crew->found, crew->n_turns * crew->use.turn);
	if (crew->look_ms == INT64_MAX) /* nobody woke it meanwhile */
		crew->look_ms = clock_monotonic_ms() + (ok ? crew->use.idle_ms : AFTER_FAILURE_MS);
	pthread_cond_broadcast(&crew->changed);
}

bool crew_next(struct crew *crew, void *turn)
{
	bool found = false;

	pthread_mutex_lock(&crew->lock);
	while (!crew->stopping && !found) {
		if (crew->n_turns) {
			memcpy(turn, crew->turns, crew->use.turn);
			memmove(crew->turns, crew->turns + crew->use.turn, --crew->n_turns * crew->use.turn);
			found = true;
		} else if (!crew->looking && crew->look_ms <= clock_monotonic_ms()) {
			look(crew);
		} else {
			wait_until(crew, crew->look_ms);
		}
	}
	pthread_mutex_unlock(&crew->lock);
	return found;
}

bool crew_pause(struct crew *crew, unsigned ms)
{
	int64_t until_ms = clock_monotonic_ms() + ms;
	bool go_on;

	pthread_mutex_lock(&crew->lock);
	while (!crew->stopping && clock_monotonic_ms() < until_ms)
		wait_until(crew, until_ms);
	go_on = !crew->stopping;
	pthread_mutex_unlock(&crew->lock);
	return go_on;
}

bool crew_is_stopping(struct crew *crew)
{
	bool yes;

	pthread_mutex_lock(&crew->lock);
	yes = crew->stopping;
	pthread_mutex_unlock(&crew->lock);
	return yes;
}

void crew_wake(struct crew *crew)
{
	if (!crew)
		return;
	pthread_mutex_lock(&crew->lock);
	crew->look_ms = 0;
	pthread_cond_broadcast(&crew->changed);
	pthread_mutex_unlock(&crew->lock);
}

void crew_stop(struct crew *crew)
{
	if (!crew)
		return;
	pthread_mutex_lock(&crew->lock);
	crew->stopping = true;
	pthread_cond_broadcast(&crew->changed);
	pthread_mutex_unlock(&crew->lock);
	for (unsigned i = 0; i < crew->n_members; i++)
		pthread_join(crew->members[i].thread, NULL);
	pthread_cond_destroy(&crew->changed);
	pthread_mutex_destroy(&crew->lock);
	free(crew->members);
	free(crew->found);
	free(crew->turns);
	free(crew);
}
DEFINE_CLEANUP(struct crew *, crew_stop)

static void *run(void *arg)
{
	struct member *member = arg;

	member->crew->use.run(member->crew->use.self, member->crew, member->place);
	return NULL;
}

static struct crew *crew_new(const struct crew_options *options)
{
	struct crew *crew = calloc(1, sizeof(*crew));
	pthread_condattr_t attributes;

	if (!crew)
		return NULL;
	crew->use = *options;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&crew->lock, NULL);
	pthread_cond_init(&crew->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	crew->members = calloc(options->threads, sizeof(*crew->members));
	crew->found = calloc(options->turns, options->turn);
	crew->turns = calloc(options->turns, options->turn);
	return crew;
}

bool crew_start(const struct crew_options *options, struct crew **ret, struct error *err)
{
	_cleanup_(crew_stopp) struct crew *crew = crew_new(options);

	if (!crew || !crew->members || !crew->found || !crew->turns)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (unsigned i = 0; i < options->threads; i++) {
		struct member *member = &crew->members[i];
		int failure;

		member->crew = crew;
		member->place = i;
		failure = pthread_create(&member->thread, NULL, run, member);
		if (failure)
			return error_errno(err, failure, "start a thread for %s", options->what);
		crew->n_members++;
	}
	*ret = TAKE_PTR(crew);
	return true;
}
