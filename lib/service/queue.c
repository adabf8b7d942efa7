/* queue: waiting items in flows that take turns; each flow is first in, first out. */
#include "queue.h"

#include <pthread.h>

enum { FLOWS = 64, NOBODY = -1 };

/* A place for an item; in the list of its flow or in that of the free ones. */
struct place {
	void *item;
	int next;
};

struct flow {
	int first, last;
	unsigned n;
	int next; /* flow whose turn is after this one's; only while n > 0 */
};

struct queue {
	void (*fn)(void *arg, void *item);
	void *arg;
	pthread_t *threads;
	unsigned n_threads;
	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t filled;
	struct place *places;
	int free;
	struct flow flows[FLOWS];
	int turn, last_turn; /* the flows that have items */
	unsigned capacity, n;
	bool closed;
};

static void turns_add(struct queue *queue, int flow)
{
	queue->flows[flow].next = NOBODY;
	if (queue->turn == NOBODY)
		queue->turn = flow;
	else
		queue->flows[queue->last_turn].next = flow;
	queue->last_turn = flow;
}

/* Held: mutex. The next item of the flow whose turn it is; there is one. */
static void *take(struct queue *queue)
{
	int number = queue->turn;
	struct flow *flow = &queue->flows[number];
	int place = flow->first;

	queue->turn = flow->next;
	flow->first = queue->places[place].next;
	flow->n--;
	queue->n--;
	queue->places[place].next = queue->free;
	queue->free = place;
	if (flow->n)
		turns_add(queue, number);
	return queue->places[place].item;
}

static void *work(void *arg)
{
	struct queue *queue = arg;

	for (;;) {
		void *item;

		pthread_mutex_lock(&queue->mutex);
		while (!queue->n && !queue->closed)
			pthread_cond_wait(&queue->filled, &queue->mutex);
		item = queue->n ? take(queue) : NULL;
		pthread_mutex_unlock(&queue->mutex);
		if (!item)
			return NULL;
		queue->fn(queue->arg, item);
	}
}

static bool make_places(struct queue *queue, unsigned capacity)
{
	queue->capacity = capacity;
	queue->places = calloc(capacity, sizeof(*queue->places));
	for (unsigned i = 0; queue->places && i < capacity; i++)
		queue->places[i].next = i + 1 < capacity ? (int)i + 1 : NOBODY;
	return queue->places;
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
	queue->turn = queue->last_turn = NOBODY;
	queue->threads = calloc(threads, sizeof(*queue->threads));
	if (!make_places(queue, capacity) || !queue->threads)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (; queue->n_threads < threads; queue->n_threads++) {
		int failed = pthread_create(&queue->threads[queue->n_threads], NULL, work, queue);

		if (failed)
			return error_errno(err, failed, "start a worker");
	}
	*ret = TAKE_PTR(queue);
	return true;
}

/* Held: mutex. The last quarter is for those who don't fill it. */
static bool has_room(const struct queue *queue, const struct flow *flow)
{
	return queue->n < queue->capacity && flow->n <= queue->capacity - queue->capacity / 4;
}

bool queue_put(struct queue *queue, uint32_t key, void *item)
{
	int number = (int)(key % FLOWS), place;
	struct flow *flow = &queue->flows[number];
	bool room;

	pthread_mutex_lock(&queue->mutex);
	room = !queue->closed && has_room(queue, flow);
	if (room) {
		place = queue->free;
		queue->free = queue->places[place].next;
		queue->places[place] = (struct place){ item, NOBODY };
		if (flow->n)
			queue->places[flow->last].next = place;
		else
			flow->first = place;
		flow->last = place;
		if (!flow->n++)
			turns_add(queue, number);
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
	free(queue->places);
	pthread_cond_destroy(&queue->filled);
	pthread_mutex_destroy(&queue->mutex);
	free(queue);
}
