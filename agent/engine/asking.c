/* asking: two queues and those that are held, under one lock. */

#include "agent/engine/asking.h"

#include <pthread.h>
#include <sys/eventfd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "agent/engine/watch.h"

enum { PAUSE_MS = 100 }; /* between two looks for one question */

struct queue {
	struct asked *first, **last;
};

struct asking {
	const struct verb_node *node;
	int wake_fd, watches;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t came;
	struct queue waiting, done;
	struct asked *held[ASKING_HELD]; /* those with a watch; they are parked, waiting or with a thread */
	unsigned n_held;
	unsigned n; /* put in and not yet taken out */
	bool stop;
	unsigned n_threads;
	pthread_t threads[ASKING_THREADS];
};

struct asked *asked_new(void)
{
	struct asked *asked = calloc(1, sizeof(struct asked));

	if (asked)
		asked->watch = -1;
	return asked;
}

void asked_free(struct asked *asked)
{
	if (!asked)
		return;
	free(asked->data);
	buf_done(&asked->answer);
	free(asked);
}

/* Held by all down to let_go: the lock. */
static void queue_add(struct queue *queue, struct asked *asked)
{
	asked->next = NULL;
	*queue->last = asked;
	queue->last = &asked->next;
}

static struct asked *queue_take(struct queue *queue)
{
	struct asked *asked = queue->first;

	if (asked && !(queue->first = asked->next))
		queue->last = &queue->first;
	return asked;
}

static bool watched(const struct asking *asking, int watch)
{
	for (unsigned i = 0; i < asking->n_held; i++)
		if (asking->held[i]->watch == watch)
			return true;
	return false;
}

static void let_go(struct asking *asking, struct asked *asked)
{
	int watch = asked->watch;

	for (unsigned i = 0; i < asking->n_held; i++)
		if (asking->held[i] == asked)
			asking->held[i--] = asking->held[--asking->n_held];
	asked->watch = -1;
	if (watch >= 0 && !watched(asking, watch))
		watch_drop(asking->watches, watch);
}

/* Watches what it is held for, which may be another file than before. *ret_again: what changed before this is seen only
 * when it is looked at once more. False: it can't be held. */
static bool hold(struct asking *asking, struct asked *asked, bool *ret_again)
{
	int watch = watch_add(asking->watches, asked->hold.path);

	*ret_again = watch != asked->watch;
	if (!*ret_again)
		return watch >= 0;
	let_go(asking, asked);
	if (watch < 0 || asking->n_held == ASKING_HELD) {
		if (watch >= 0 && !watched(asking, watch))
			watch_drop(asking->watches, watch);
		return false;
	}
	asked->watch = watch;
	asking->held[asking->n_held++] = asked;
	return true;
}

/* After a run. */
static void settle(struct asking *asking, struct asked *asked)
{
	bool again = false;

	asked->ran_ms = clock_monotonic_ms();
	if (!asked->hold.wanted || asked->why.code != ERR_NONE || asked->ran_ms >= asked->until_ms ||
	    !hold(asking, asked, &again)) {
		let_go(asking, asked);
		queue_add(&asking->done, asked);
	} else if (again) {
		queue_add(&asking->waiting, asked);
		pthread_cond_signal(&asking->came);
		return;
	} else {
		asked->parked = true;
	}
	eventfd_write(asking->wake_fd, 1);
}

static void answer(const struct asking *asking, struct asked *asked)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(VERB_ARENA);

	asked->hold.wanted = false;
	buf_clear(&asked->answer);
	if (!arena || !asked->verb->answer(asking->node, &asked->question, arena, &asked->answer, &asked->why) ||
	    buf_failed(&asked->answer)) {
		if (asked->why.code == ERR_NONE)
			asked->why.code = ERR_INTERNAL;
	} else if (asked->answer.size > VERB_ANSWER) {
		asked->why.code = ERR_TOO_LARGE;
	}
	if (asked->why.code != ERR_NONE)
		buf_done(&asked->answer);
}

static void *run(void *arg)
{
	struct asking *asking = arg;

	pthread_mutex_lock(&asking->lock);
	while (!asking->stop) {
		struct asked *asked = queue_take(&asking->waiting);

		if (!asked) {
			pthread_cond_wait(&asking->came, &asking->lock);
			continue;
		}
		asked->stirred = false;
		pthread_mutex_unlock(&asking->lock);
		log_context(asked->question.request_id, NULL);
		answer(asking, asked);
		log_context(NULL, NULL);
		pthread_mutex_lock(&asking->lock);
		settle(asking, asked);
	}
	pthread_mutex_unlock(&asking->lock);
	return NULL;
}

bool asking_new(const struct verb_node *node, int wake_fd, struct asking **ret, struct error *err)
{
	_cleanup_(asking_freep) struct asking *asking = calloc(1, sizeof(*asking));

	if (!asking)
		return error_set(err, ERR_INTERNAL, "out of memory");
	asking->node = node;
	asking->wake_fd = wake_fd;
	asking->watches = watch_open(err);
	asking->waiting.last = &asking->waiting.first;
	asking->done.last = &asking->done.first;
	pthread_mutex_init(&asking->lock, NULL);
	pthread_cond_init(&asking->came, NULL);
	if (asking->watches < 0)
		return false;
	for (; asking->n_threads < ASKING_THREADS; asking->n_threads++) {
		int failed = pthread_create(&asking->threads[asking->n_threads], NULL, run, asking);

		if (failed)
			return error_errno(err, failed, "start a thread for questions");
	}
	*ret = TAKE_PTR(asking);
	return true;
}

void asking_free(struct asking *asking)
{
	struct asked *asked;

	if (!asking)
		return;
	pthread_mutex_lock(&asking->lock);
	asking->stop = true;
	pthread_cond_broadcast(&asking->came);
	pthread_mutex_unlock(&asking->lock);
	for (unsigned i = 0; i < asking->n_threads; i++)
		pthread_join(asking->threads[i], NULL);
	while (asking->n_held > 0) {
		asked = asking->held[0];
		let_go(asking, asked);
		if (asked->parked)
			asked_free(asked);
	}
	while ((asked = queue_take(&asking->waiting)) || (asked = queue_take(&asking->done)))
		asked_free(asked);
	closep(&asking->watches);
	pthread_cond_destroy(&asking->came);
	pthread_mutex_destroy(&asking->lock);
	free(asking);
}

bool asking_put(struct asking *asking, struct asked *asked, struct error *err)
{
	pthread_mutex_lock(&asking->lock);
	bool room = asking->n < ASKING_MOST;
	if (room) {
		asking->n++;
		asked->question.hold = &asked->hold;
		queue_add(&asking->waiting, asked);
		pthread_cond_signal(&asking->came);
	}
	pthread_mutex_unlock(&asking->lock);
	return room || error_set(err, ERR_UNAVAILABLE, "too many questions wait for this node");
}

struct asked *asking_take(struct asking *asking)
{
	pthread_mutex_lock(&asking->lock);
	struct asked *asked = queue_take(&asking->done);
	if (asked)
		asking->n--;
	pthread_mutex_unlock(&asking->lock);
	return asked;
}

int asking_fd(const struct asking *asking)
{
	return asking->watches;
}

static void stir(void *arg, int watch)
{
	struct asking *asking = arg;

	for (unsigned i = 0; i < asking->n_held; i++)
		if (asking->held[i]->watch == watch || watch < 0)
			asking->held[i]->stirred = true;
}

void asking_news(struct asking *asking)
{
	pthread_mutex_lock(&asking->lock);
	watch_read(asking->watches, stir, asking);
	pthread_mutex_unlock(&asking->lock);
}

/* When a parked one has to be looked at. */
static int64_t due(const struct asked *asked)
{
	int64_t soon = asked->ran_ms + PAUSE_MS;

	return asked->stirred && soon < asked->until_ms ? soon : asked->until_ms;
}

int64_t asking_due(struct asking *asking, int64_t now_ms)
{
	int64_t next = 0;

	pthread_mutex_lock(&asking->lock);
	for (unsigned i = 0; i < asking->n_held; i++) {
		struct asked *asked = asking->held[i];

		if (!asked->parked)
			continue;
		if (due(asked) > now_ms) {
			next = next == 0 || due(asked) < next ? due(asked) : next;
			continue;
		}
		asked->parked = false;
		if (now_ms < asked->until_ms) {
			queue_add(&asking->waiting, asked);
			pthread_cond_signal(&asking->came);
			continue;
		}
		let_go(asking, asked);
		queue_add(&asking->done, asked);
		eventfd_write(asking->wake_fd, 1);
		i--;
	}
	pthread_mutex_unlock(&asking->lock);
	return next;
}
