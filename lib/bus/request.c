/* request: questions and their answers. All answers come to one wildcard inbox; the last token of their subject names
 * a slot of a table and its generation, so that a late answer never meets the slot's next question. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"

#include "internal.h"

enum {
	SLOTS_MAX = 65536,
	SLOTS_FIRST = 64,
	REPLY_SUBJECT = 192,
};

#define NO_SLOT UINT32_MAX /* too large for an enumerator */

struct slot {
	bus_reply_fn done; /* NULL: free */
	void *arg;
	int64_t deadline_ms; /* monotonic */
	uint32_t generation, place /* in the heap */, next_free;
};

struct requests {
	char *subject; /* "<prefix>.<nonce>.*" */
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	pthread_t timer;
	bool timed, stopping;
	struct slot *slots;
	uint32_t *heap; /* slots by deadline, the earliest first */
	uint32_t n_slots, n_heap, first_free;
};

/* The heap. Held everywhere: requests.mutex. */

static void heap_put(struct requests *requests, uint32_t place, uint32_t slot)
{
	requests->heap[place] = slot;
	requests->slots[slot].place = place;
}

static int64_t heap_deadline(const struct requests *requests, uint32_t place)
{
	return requests->slots[requests->heap[place]].deadline_ms;
}

static void heap_up(struct requests *requests, uint32_t place)
{
	uint32_t slot = requests->heap[place];

	for (; place > 0 && heap_deadline(requests, (place - 1) / 2) > requests->slots[slot].deadline_ms;
	     place = (place - 1) / 2)
		heap_put(requests, place, requests->heap[(place - 1) / 2]);
	heap_put(requests, place, slot);
}

static void heap_down(struct requests *requests, uint32_t place)
{
	uint32_t slot = requests->heap[place];

	for (uint32_t child; (child = 2 * place + 1) < requests->n_heap; place = child) {
		if (child + 1 < requests->n_heap && heap_deadline(requests, child + 1) < heap_deadline(requests, child))
			child++;
		if (heap_deadline(requests, child) >= requests->slots[slot].deadline_ms)
			break;
		heap_put(requests, place, requests->heap[child]);
	}
	heap_put(requests, place, slot);
}

static void heap_remove(struct requests *requests, uint32_t place)
{
	uint32_t last = requests->heap[--requests->n_heap];

	if (place == requests->n_heap)
		return;
	heap_put(requests, place, last);
	heap_up(requests, place);
	heap_down(requests, requests->slots[last].place);
}

static bool grow(struct requests *requests)
{
	uint32_t n = requests->n_slots ? requests->n_slots * 2 : SLOTS_FIRST;
	struct slot *slots;
	uint32_t *heap;

	if (n > SLOTS_MAX)
		return false;
	heap = realloc(requests->heap, n * sizeof(*heap));
	if (!heap)
		return false;
	requests->heap = heap;
	slots = realloc(requests->slots, n * sizeof(*slots));
	if (!slots)
		return false;
	requests->slots = slots;
	for (uint32_t i = requests->n_slots; i < n; i++) {
		slots[i] = (struct slot){ .next_free = requests->first_free };
		requests->first_free = i;
	}
	requests->n_slots = n;
	return true;
}

static bool slot_take(struct requests *requests, int timeout_ms, bus_reply_fn done, void *arg, uint32_t *ret_slot,
                      uint32_t *ret_generation, struct error *err)
{
	struct slot *slot;
	uint32_t index;
	bool ok;

	pthread_mutex_lock(&requests->mutex);
	ok = requests->first_free != NO_SLOT || grow(requests);
	if (ok) {
		index = requests->first_free;
		slot = &requests->slots[index];
		requests->first_free = slot->next_free;
		slot->done = done;
		slot->arg = arg;
		slot->deadline_ms = clock_monotonic_ms() + (timeout_ms > 0 ? timeout_ms : 0);
		requests->heap[requests->n_heap] = index;
		heap_up(requests, requests->n_heap++);
		if (slot->place == 0)
			pthread_cond_signal(&requests->changed);
		*ret_slot = index;
		*ret_generation = slot->generation;
	}
	pthread_mutex_unlock(&requests->mutex);
	return ok || bus_unavailable(err, "too many requests wait for an answer");
}

/* Frees a slot and gives what it held. Held: requests.mutex. */
static struct slot slot_release(struct requests *requests, uint32_t index)
{
	struct slot *slot = &requests->slots[index], was = *slot;

	heap_remove(requests, slot->place);
	slot->done = NULL;
	slot->generation++;
	slot->next_free = requests->first_free;
	requests->first_free = index;
	return was;
}

static bool slot_claim(struct requests *requests, uint32_t index, uint32_t generation, struct slot *ret)
{
	bool found;

	pthread_mutex_lock(&requests->mutex);
	found = index < requests->n_slots && requests->slots[index].done &&
	        requests->slots[index].generation == generation;
	if (found)
		*ret = slot_release(requests, index);
	pthread_mutex_unlock(&requests->mutex);
	return found;
}

/* The last token of a reply's subject: "slot-generation" in hexadecimal. */
static bool read_token(const char *subject, uint32_t *ret_index, uint32_t *ret_generation)
{
	const char *token = strrchr(subject, '.');
	unsigned long index, generation;
	char *end = NULL;

	if (!token)
		return false;
	errno = 0;
	index = strtoul(token + 1, &end, 16);
	if (*end != '-')
		return false;
	generation = strtoul(end + 1, &end, 16);
	if (errno || *end || index > UINT32_MAX || generation > UINT32_MAX)
		return false;
	*ret_index = (uint32_t)index;
	*ret_generation = (uint32_t)generation;
	return true;
}

void requests_on_reply(void *arg, struct bus_msg *msg)
{
	struct requests *requests = arg;
	uint32_t index, generation;
	struct slot slot;

	if (!read_token(bus_msg_subject(msg), &index, &generation) || !slot_claim(requests, index, generation, &slot)) {
		bus_msg_free(msg);
		return;
	}
	if (bus_msg_no_responders(msg)) {
		struct error err = { 0 };

		bus_msg_free(msg);
		bus_unavailable(&err, "nobody answers");
		slot.done(slot.arg, NULL, &err);
		return;
	}
	slot.done(slot.arg, msg, NULL);
}

void requests_fail_all(struct requests *requests, const char *why)
{
	struct error err = { 0 };

	bus_unavailable(&err, why);
	for (;;) {
		struct slot slot = { 0 };

		pthread_mutex_lock(&requests->mutex);
		if (requests->n_heap)
			slot = slot_release(requests, requests->heap[0]);
		pthread_mutex_unlock(&requests->mutex);
		if (!slot.done)
			return;
		slot.done(slot.arg, NULL, &err);
	}
}

static struct timespec monotonic(int64_t ms)
{
	return (struct timespec){ .tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000 };
}

static void *run_timer(void *arg)
{
	struct requests *requests = arg;

	pthread_mutex_lock(&requests->mutex);
	while (!requests->stopping) {
		struct error err = { 0 };
		struct timespec until;
		struct slot slot;

		if (!requests->n_heap) {
			pthread_cond_wait(&requests->changed, &requests->mutex);
			continue;
		}
		if (heap_deadline(requests, 0) > clock_monotonic_ms()) {
			until = monotonic(heap_deadline(requests, 0));
			pthread_cond_timedwait(&requests->changed, &requests->mutex, &until);
			continue;
		}
		slot = slot_release(requests, requests->heap[0]);
		pthread_mutex_unlock(&requests->mutex);
		error_set(&err, ERR_TIMEOUT, "no answer in time");
		slot.done(slot.arg, NULL, &err);
		pthread_mutex_lock(&requests->mutex);
	}
	pthread_mutex_unlock(&requests->mutex);
	return NULL;
}

static bool make_subject(struct requests *requests, const char *prefix, struct error *err)
{
	_cleanup_buf_ struct buf subject = { 0 };
	uint64_t nonce;

	if (getrandom(&nonce, sizeof(nonce), 0) != sizeof(nonce))
		return error_set(err, ERR_INTERNAL, "no randomness");
	buf_printf(&subject, "%s.%016" PRIx64 ".*", prefix ? prefix : "_INBOX", nonce);
	if (subject.size + 24 > REPLY_SUBJECT)
		return error_set(err, ERR_INVALID, "the inbox prefix is too long");
	requests->subject = buf_take(&subject);
	return requests->subject || error_set(err, ERR_INTERNAL, "out of memory");
}

bool requests_new(const char *inbox_prefix, struct requests **ret, struct error *err)
{
	struct requests *requests = calloc(1, sizeof(*requests));
	pthread_condattr_t clock;
	int failed;

	if (!requests)
		return error_set(err, ERR_INTERNAL, "out of memory");
	requests->first_free = NO_SLOT;
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_mutex_init(&requests->mutex, NULL);
	pthread_cond_init(&requests->changed, &clock);
	pthread_condattr_destroy(&clock);
	*ret = requests; /* the caller frees it, whole or not */
	if (!make_subject(requests, inbox_prefix, err))
		return false;
	failed = pthread_create(&requests->timer, NULL, run_timer, requests);
	if (failed)
		return error_errno(err, failed, "start the timer of requests");
	requests->timed = true;
	return true;
}

void requests_free(struct requests *requests)
{
	if (!requests)
		return;
	requests_fail_all(requests, "the bus is closing");
	pthread_mutex_lock(&requests->mutex);
	requests->stopping = true;
	pthread_cond_signal(&requests->changed);
	pthread_mutex_unlock(&requests->mutex);
	if (requests->timed)
		pthread_join(requests->timer, NULL);
	free(requests->slots);
	free(requests->heap);
	free(requests->subject);
	pthread_cond_destroy(&requests->changed);
	pthread_mutex_destroy(&requests->mutex);
	free(requests);
}

const char *requests_subject(const struct requests *requests)
{
	return requests->subject;
}

bool bus_request_async(struct bus *bus, const char *subject, const struct bus_header *headers, const void *data,
                       size_t size, int timeout_ms, bus_reply_fn done, void *arg, struct error *err)
{
	struct requests *requests = bus->requests;
	struct link *link = NULL;
	char reply[REPLY_SUBJECT];
	uint32_t index = 0, generation = 0;
	struct slot slot;
	bool ok;

	if (!link_acquire(bus, &link, err))
		return error_wrap(err, "request %s", subject);
	ok = slot_take(requests, timeout_ms, done, arg, &index, &generation, err);
	if (ok) {
		snprintf(reply, sizeof(reply), "%.*s%" PRIx32 "-%" PRIx32, (int)strlen(requests->subject) - 1,
		         requests->subject, index, generation);
		ok = link_send(link, subject, reply, headers, data, size, err) ||
		     !slot_claim(requests, index, generation, &slot); /* gone: done was told why */
	}
	link_release(bus, link);
	return ok || error_wrap(err, "request %s", subject);
}

/* A thread that waits for one answer. */
struct waiter {
	pthread_mutex_t mutex;
	pthread_cond_t told;
	bool done;
	struct bus_msg *reply;
	struct error *err;
};

static void wake(void *arg, struct bus_msg *reply, const struct error *why)
{
	struct waiter *waiter = arg;

	pthread_mutex_lock(&waiter->mutex);
	waiter->reply = reply;
	if (why && waiter->err)
		*waiter->err = *why;
	waiter->done = true;
	pthread_cond_signal(&waiter->told);
	pthread_mutex_unlock(&waiter->mutex);
}

bool bus_request(struct bus *bus, const char *subject, const struct bus_header *headers, const void *data, size_t size,
                 int timeout_ms, struct bus_msg **ret, struct error *err)
{
	struct waiter waiter = { .mutex = PTHREAD_MUTEX_INITIALIZER, .told = PTHREAD_COND_INITIALIZER, .err = err };

	if (!bus_request_async(bus, subject, headers, data, size, timeout_ms, wake, &waiter, err))
		return false;
	pthread_mutex_lock(&waiter.mutex);
	while (!waiter.done)
		pthread_cond_wait(&waiter.told, &waiter.mutex);
	pthread_mutex_unlock(&waiter.mutex);
	pthread_cond_destroy(&waiter.told);
	pthread_mutex_destroy(&waiter.mutex);
	if (!waiter.reply)
		return error_wrap(err, "request %s", subject);
	*ret = waiter.reply;
	return true;
}
