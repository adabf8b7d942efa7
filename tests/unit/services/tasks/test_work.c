/* test_work: threads and their queue. */

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "work.h"

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool open;
	unsigned entered, left;
};

static void pass(void *arg)
{
	struct gate *gate = arg;

	pthread_mutex_lock(&gate->lock);
	gate->entered++;
	pthread_cond_broadcast(&gate->changed);
	while (!gate->open)
		pthread_cond_wait(&gate->changed, &gate->lock);
	gate->left++;
	pthread_mutex_unlock(&gate->lock);
}

static void open_gate(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->open = true;
	pthread_cond_broadcast(&gate->changed);
	pthread_mutex_unlock(&gate->lock);
}

static struct gate closed_gate(void)
{
	return (struct gate){ .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };
}

static void a_slow_job_holds_no_other_up(void **state)
{
	struct gate slow = closed_gate(), quick = closed_gate();
	struct work *work = work_new(2);

	(void)state;
	assert_true(work_add(work, pass, &slow, false));
	assert_true(work_add(work, pass, &quick, false));
	pthread_mutex_lock(&quick.lock);
	while (!quick.entered) /* while the slow one still stands at its gate */
		pthread_cond_wait(&quick.changed, &quick.lock);
	pthread_mutex_unlock(&quick.lock);
	assert_int_equal(slow.left, 0);
	open_gate(&slow);
	open_gate(&quick);
	work_free(work);
	assert_int_equal(slow.left + quick.left, 2);
}

static void what_is_queued_runs_before_the_end(void **state)
{
	struct gate gate = closed_gate();
	struct work *work = work_new(1);

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_true(work_add(work, pass, &gate, false));
	open_gate(&gate);
	work_free(work);
	assert_int_equal(gate.left, 100);
}

static void limited_jobs_are_refused_when_too_many_wait(void **state)
{
	struct gate gate = closed_gate();
	struct work *work = work_new(1);
	unsigned taken = 0;

	(void)state;
	while (taken < 5000 && work_add(work, pass, &gate, true))
		taken++;
	assert_in_range(taken, 1000, 1001);
	assert_true(work_add(work, pass, &gate, false));
	open_gate(&gate);
	work_free(work);
	assert_int_equal(gate.left, taken + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slow_job_holds_no_other_up),
		cmocka_unit_test(what_is_queued_runs_before_the_end),
		cmocka_unit_test(limited_jobs_are_refused_when_too_many_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
