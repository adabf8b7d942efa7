/* Tests of crew.c: what is due is taken once, a word during a look isn't lost, and everybody goes home. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/service/crew.h"

enum { THREADS = 4, TURNS = 8, ALL = 100, PATIENCE_MS = 10000, NEVER_MS = 3600000 };

/* Numbers below `most` that weren't given yet are due. */
struct work {
	struct crew *crew;
	atomic_uint given, most, looks;
	atomic_uint taken[ALL];
	atomic_bool wakes, fails;
};

static bool due(void *self, void *turns, unsigned *n, struct error *err)
{
	struct work *work = self;
	unsigned *numbers = turns, most = atomic_load(&work->most);

	atomic_fetch_add(&work->looks, 1);
	if (atomic_exchange(&work->wakes, false)) { /* comes while it is looked, for what the look doesn't see */
		atomic_store(&work->most, ALL);
		crew_wake(work->crew);
	}
	if (atomic_load(&work->fails))
		return error_set(err, ERR_UNAVAILABLE, "the database is away");
	for (*n = 0; *n < TURNS && atomic_load(&work->given) < most; ++*n)
		numbers[*n] = atomic_fetch_add(&work->given, 1);
	return true;
}

static void run(void *self, struct crew *crew, unsigned thread)
{
	struct work *work = self;
	unsigned number;

	if (thread == 0) /* as one that keeps leases */
		while (crew_pause(crew, 5))
			;
	else
		while (crew_next(crew, &number)) {
			atomic_fetch_add(&work->taken[number], 1);
			if (number % TURNS == TURNS - 1)
				crew_wake(crew);
		}
}

static void start(struct work *work, unsigned idle_ms)
{
	const struct crew_options options = { "numbers", THREADS, sizeof(unsigned), TURNS, idle_ms, work, due, run };
	struct error err = { 0 };

	assert_true(crew_start(&options, &work->crew, &err));
}

static bool all_taken(struct work *work)
{
	unsigned n = 0;

	for (unsigned i = 0; i < ALL; i++)
		n += atomic_load(&work->taken[i]) == 1;
	return n == ALL;
}

static void wait_for(bool (*holds)(struct work *work), struct work *work)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;

	while (!holds(work)) {
		assert_true(clock_monotonic_ms() < deadline);
		nanosleep(&moment, NULL);
	}
}

static void what_is_due_is_taken_once(void **state)
{
	struct work work = { .most = ALL };

	(void)state;
	start(&work, 1);
	wait_for(all_taken, &work);
	crew_stop(work.crew);
	assert_true(all_taken(&work));
}

static bool has_looked(struct work *work)
{
	return atomic_load(&work->looks) > 0;
}

static void a_word_wakes_it_and_one_during_a_look_is_not_lost(void **state)
{
	struct work work = { .most = 0 };

	(void)state;
	start(&work, NEVER_MS);
	wait_for(has_looked, &work);
	atomic_store(&work.wakes, true);
	crew_wake(work.crew);
	wait_for(all_taken, &work);
	crew_stop(work.crew);
}

static void a_look_that_fails_has_found_nothing_and_all_go_home(void **state)
{
	struct work work = { .most = ALL, .fails = true };

	(void)state;
	start(&work, 1);
	wait_for(has_looked, &work);
	crew_stop(work.crew);
	assert_int_equal(atomic_load(&work.given), 0);
}

static void nobody_is_nothing(void **state)
{
	(void)state;
	crew_wake(NULL);
	crew_stop(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_due_is_taken_once),
		cmocka_unit_test(a_word_wakes_it_and_one_during_a_look_is_not_lost),
		cmocka_unit_test(a_look_that_fails_has_found_nothing_and_all_go_home),
		cmocka_unit_test(nobody_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
