/* queue: a ring of waiting items. */
#include "queue.h"

#include <pthread.h>

struct queue {
	void (*fn)(void *arg, void *item);
	void *arg;
	pthread_t *threads;
	unsigned n_threads;
	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t filled;
	void **items;
	unsigned capacity, first, n;
	bool closed;
};

static void *work(void *arg)
{
	struct queue *queue = arg;

	for (;;) {
		void *item = NULL;

		pthread_mutex_lock(&queue->mutex);
		while (!queue->n && !queue->closed)
			pthread_cond_wait(&queue->filled, &queue->mutex);
		if (queue->n) {
			item = queue->items[queue->first];
			queue->first = (queue->first + 1) % queue->capacity;
			queue->n--;
		}
		pthread_mutex_unlock(&queue->mutex);
		if (!item)
			return NULL;
		queue->fn(queue->arg, item);
	}
}

bool queue_new(unsigned threads, unsigned capacity, void (*fn)(void *arg, void *item), void *arg, struct queue **ret,
               struct error *err)
{
	_cleanup_(queue_freep) struct queue *queue = calloc(1, sizeof(*queue));

	if (!queue)
		return error_set(err, ERR_INTERNAL, "out of memory");
	pthread_mutex_init(&queue->mutex, NULL);
	pthread_cond_init(&queue->filled, NULL);
	queue->fn = fn;
	queue->arg = arg;
	queue->capacity = capacity;
	queue->items = calloc(capacity, sizeof(*queue->items));
	queue->threads = calloc(threads, sizeof(*queue->threads));
	if (!queue->items || !queue->threads)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (; queue->n_threads < threads; queue->n_threads++) {
		int failed = pthread_create(&queue->threads[queue->n_threads], NULL, work, queue);

		if (failed)
			return error_errno(err, failed, "start a worker");
	}
	*ret = TAKE_PTR(queue);
	return true;
}

bool queue_put(struct queue *queue, void *item)
{
	bool room;

	pthread_mutex_lock(&queue->mutex);
	room = !queue->closed && queue->n < queue->capacity;
	if (room) {
		queue->items[(queue->first + queue->n) % queue->capacity] = item;
		queue->n++;
		pthread_cond_signal(&queue->filled);
	}
	pthread_mutex_unlock(&queue->mutex);
	return room;
}

void queue_free(struct queue *queue)
{
	if (!queue)
		return;
	pthread_mutex_lock(&queue->mutex);
	queue->closed = true;
	pthread_cond_broadcast(&queue->filled);
	pthread_mutex_unlock(&queue->mutex);
	for (unsigned i = 0; i < queue->n_threads; i++)
		pthread_join(queue->threads[i], NULL);
	free(queue->threads);
	free(queue->items);
	pthread_cond_destroy(&queue->filled);
	pthread_mutex_destroy(&queue->mutex);
	free(queue);
}
