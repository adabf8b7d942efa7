/* asking: two queues under one lock. */

#include "agent/engine/asking.h"

#include <pthread.h>
#include <sys/eventfd.h>

struct queue {
	struct asked *first, **last;
};

struct asking {
	const struct verb_node *node;
	int wake_fd;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t came;
	struct queue waiting, done;
	unsigned n; /* put in and not yet taken out */
	bool stop;
	unsigned n_threads;
	pthread_t threads[ASKING_THREADS];
};

struct asked *asked_new(void)
{
	return calloc(1, sizeof(struct asked));
}

void asked_free(struct asked *asked)
{
	if (!asked)
		return;
	free(asked->data);
	buf_done(&asked->answer);
	free(asked);
}

/* Held by the next two: the lock. */
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

static void answer(const struct asking *asking, struct asked *asked)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(VERB_ARENA);

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
		pthread_mutex_unlock(&asking->lock);
		answer(asking, asked);
		pthread_mutex_lock(&asking->lock);
		queue_add(&asking->done, asked);
		eventfd_write(asking->wake_fd, 1);
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
	asking->waiting.last = &asking->waiting.first;
	asking->done.last = &asking->done.first;
	pthread_mutex_init(&asking->lock, NULL);
	pthread_cond_init(&asking->came, NULL);
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
	while ((asked = queue_take(&asking->waiting)) || (asked = queue_take(&asking->done)))
		asked_free(asked);
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
