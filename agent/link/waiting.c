/* waiting: a fixed table; what has waited too long gives its place to a new one. */

#include "agent/link/waiting.h"

#include <pthread.h>

#include "lib/base/clock.h"

enum { PLACES = 1024, PATIENCE_MS = 30000 };

struct place {
	uint64_t ref; /* 0: free */
	int64_t since_ms;
	struct bus_msg *msg;
};

struct waiting {
	pthread_mutex_t lock;
	uint64_t last;
	struct place places[PLACES]; /* a number's place is its remainder */
};

struct waiting *waiting_new(void)
{
	struct waiting *waiting = calloc(1, sizeof(*waiting));

	if (waiting)
		pthread_mutex_init(&waiting->lock, NULL);
	return waiting;
}

void waiting_free(struct waiting *waiting)
{
	if (!waiting)
		return;
	for (unsigned i = 0; i < PLACES; i++)
		bus_msg_free(waiting->places[i].msg);
	pthread_mutex_destroy(&waiting->lock);
	free(waiting);
}

uint64_t waiting_add(struct waiting *waiting, struct bus_msg *msg)
{
	int64_t now = clock_monotonic_ms();
	uint64_t ref = 0;

	pthread_mutex_lock(&waiting->lock);
	for (unsigned tries = 0; tries < PLACES && ref == 0; tries++) {
		struct place *place = &waiting->places[++waiting->last % PLACES];

		if (place->ref != 0 && now - place->since_ms < PATIENCE_MS)
			continue;
		bus_msg_free(place->msg);
		*place = (struct place){ .ref = waiting->last, .since_ms = now, .msg = msg };
		ref = waiting->last;
	}
	pthread_mutex_unlock(&waiting->lock);
	return ref;
}

struct bus_msg *waiting_take(struct waiting *waiting, uint64_t ref)
{
	struct bus_msg *msg = NULL;

	pthread_mutex_lock(&waiting->lock);
	struct place *place = &waiting->places[ref % PLACES];
	if (ref != 0 && place->ref == ref) {
		msg = place->msg;
		*place = (struct place){ 0 };
	}
	pthread_mutex_unlock(&waiting->lock);
	return msg;
}
