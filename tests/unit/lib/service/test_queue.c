/* Admission: so many wait, no more, and what was let in is finished. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "lib/service/queue.h"

/* Workers that stop at a gate until it is opened. */
struct gate {
	pthread_mutex_t mutex;
	pthread_cond_t opened;
	bool open;
	atomic_uint arrived, done;
};

static void wait_at_gate(void *arg, void *item)
{
	struct gate *gate = arg;

	(void)item;
	atomic_fetch_add(&gate->arrived, 1);
	pthread_mutex_lock(&gate->mutex);
	while (!gate->open)
		pthread_cond_wait(&gate->opened, &gate->mutex);
	pthread_mutex_unlock(&gate->mutex);
	atomic_fetch_add(&gate->done, 1);
}

static void open_gate(struct gate *gate)
{
	pthread_mutex_lock(&gate->mutex);
	gate->open = true;
	pthread_cond_broadcast(&gate->opened);
	pthread_mutex_unlock(&gate->mutex);
}

static void wait_until(atomic_uint *value, unsigned wanted)
{
	for (int i = 0; i < 5000 && atomic_load(value) != wanted; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	assert_int_equal(atomic_load(value), wanted);
}

static void full_queue_takes_nothing_and_loses_nothing(void **state)
{
	struct gate gate = { .mutex = PTHREAD_MUTEX_INITIALIZER, .opened = PTHREAD_COND_INITIALIZER };
	struct queue *queue = NULL;
	struct error err = { 0 };
	char item;

	(void)state;
	assert_true(queue_new(2, 3, wait_at_gate, &gate, &queue, &err));
	assert_true(queue_put(queue, 1, &item));
	assert_true(queue_put(queue, 2, &item));
	wait_until(&gate.arrived, 2);
	for (unsigned i = 0; i < 3; i++)
		assert_true(queue_put(queue, i, &item));
	assert_false(queue_put(queue, 9, &item));
	open_gate(&gate);
	queue_free(queue);
	assert_int_equal(atomic_load(&gate.done), 5);
}

static void queue_has_room_again_once_work_is_taken(void **state)
{
	struct gate gate = { .mutex = PTHREAD_MUTEX_INITIALIZER, .opened = PTHREAD_COND_INITIALIZER, .open = true };
	struct queue *queue = NULL;
	struct error err = { 0 };
	char item;

	(void)state;
	assert_true(queue_new(1, 1, wait_at_gate, &gate, &queue, &err));
	for (unsigned i = 1; i <= 100; i++) {
		assert_true(queue_put(queue, i, &item));
		wait_until(&gate.done, i);
	}
	queue_free(queue);
}

/* The order in which items are taken, by one worker. */
struct order {
	struct gate gate;
	char taken[32];
	size_t n;
};

static void note(void *arg, void *item)
{
	struct order *order = arg;

	wait_at_gate(&order->gate, item);
	order->taken[order->n++] = *(const char *)item;
}

static void callers_take_turns(void **state)
{
	struct order order = { .gate = { .mutex = PTHREAD_MUTEX_INITIALIZER, .opened = PTHREAD_COND_INITIALIZER } };
	struct queue *queue = NULL;
	struct error err = { 0 };
	char first = '-', many = 'm', single = 's', other = 'o';

	(void)state;
	assert_true(queue_new(1, 16, note, &order, &queue, &err));
	assert_true(queue_put(queue, 0, &first));
	wait_until(&order.gate.arrived, 1);
	for (unsigned i = 0; i < 6; i++)
		assert_true(queue_put(queue, 1, &many));
	assert_true(queue_put(queue, 2, &single));
	for (unsigned i = 0; i < 2; i++)
		assert_true(queue_put(queue, 3, &other));
	open_gate(&order.gate);
	queue_free(queue);
	assert_string_equal(order.taken, "-msomommmm");
}

static void one_caller_leaves_room_for_others(void **state)
{
	struct gate gate = { .mutex = PTHREAD_MUTEX_INITIALIZER, .opened = PTHREAD_COND_INITIALIZER };
	struct queue *queue = NULL;
	struct error err = { 0 };
	unsigned taken = 0;
	char item;

	(void)state;
	assert_true(queue_new(1, 16, wait_at_gate, &gate, &queue, &err));
	assert_true(queue_put(queue, 0, &item));
	wait_until(&gate.arrived, 1);
	while (queue_put(queue, 1, &item))
		taken++;
	assert_int_equal(taken, 13);
	assert_true(queue_put(queue, 2, &item));
	open_gate(&gate);
	queue_free(queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_queue_takes_nothing_and_loses_nothing),
		cmocka_unit_test(queue_has_room_again_once_work_is_taken),
		cmocka_unit_test(callers_take_turns),
		cmocka_unit_test(one_caller_leaves_room_for_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
