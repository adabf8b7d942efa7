/* One thread, one condition to stop it by. */

#include "ticker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct ticker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t stopped;
	bool stop;
	void (*tick)(void *arg);
	void *arg;
};

/* False when it is time to stop. */
static bool wait_a_second(struct ticker *ticker)
{
	struct timespec until;
	bool go_on;
	int result = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec++;
	pthread_mutex_lock(&ticker->lock);
	while (!ticker->stop && result != ETIMEDOUT)
		result = pthread_cond_timedwait(&ticker->stopped, &ticker->lock, &until);
	go_on = !ticker->stop;
	pthread_mutex_unlock(&ticker->lock);
	return go_on;
}

static void *run(void *arg)
{
	struct ticker *ticker = arg;

	while (wait_a_second(ticker))
		ticker->tick(ticker->arg);
	return NULL;
}

bool ticker_start(void (*tick)(void *arg), void *arg, struct ticker **ret, struct error *err)
{
	struct ticker *ticker = calloc(1, sizeof(*ticker));
	pthread_condattr_t attributes;
	int result;

	if (!ticker)
		return error_set(err, ERR_INTERNAL, "out of memory");
	ticker->tick = tick;
	ticker->arg = arg;
	pthread_mutex_init(&ticker->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&ticker->stopped, &attributes);
	pthread_condattr_destroy(&attributes);
	result = pthread_create(&ticker->thread, NULL, run, ticker);
	if (result) {
		free(ticker);
		return error_errno(err, result, "start a thread");
	}
	*ret = ticker;
	return true;
}

void ticker_stop(struct ticker *ticker)
{
	if (!ticker)
		return;
	pthread_mutex_lock(&ticker->lock);
	ticker->stop = true;
	pthread_cond_signal(&ticker->stopped);
	pthread_mutex_unlock(&ticker->lock);
	pthread_join(ticker->thread, NULL);
	pthread_cond_destroy(&ticker->stopped);
	pthread_mutex_destroy(&ticker->lock);
	free(ticker);
}
