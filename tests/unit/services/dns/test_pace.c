/* Pace: a burst, then one at a time; each token for itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "pace.h"

enum { NOW = 5000000 };

static struct pace *fresh(void)
{
	struct pace *pace = NULL;
	struct error err = { 0 };

	assert_true(pace_new(&pace, &err));
	return pace;
}

static unsigned drain(struct pace *pace, const char *id, int64_t now_ms)
{
	unsigned n = 0, after_s = 0;

	while (n <= 2 * PACE_BURST && pace_take(pace, id, now_ms, &after_s))
		n++;
	return n;
}

static void a_burst_is_taken_and_then_one_at_a_time(void **state)
{
	_cleanup_(pace_freep) struct pace *pace = fresh();
	unsigned after_s = 0;

	(void)state;
	assert_int_equal(drain(pace, "a", NOW), PACE_BURST);
	assert_false(pace_take(pace, "a", NOW + 1, &after_s));
	assert_int_equal(after_s, PACE_EVERY_MS / 1000);
	assert_false(pace_take(pace, "a", NOW + PACE_EVERY_MS - 1, &after_s));
	assert_int_equal(after_s, 1);
	assert_int_equal(drain(pace, "a", NOW + PACE_EVERY_MS), 1);
	assert_int_equal(drain(pace, "a", NOW + 4 * PACE_EVERY_MS), 3);
}

static void who_waits_long_has_no_more_than_a_burst(void **state)
{
	_cleanup_(pace_freep) struct pace *pace = fresh();

	(void)state;
	assert_int_equal(drain(pace, "a", NOW), PACE_BURST);
	assert_int_equal(drain(pace, "a", NOW + 100 * PACE_BURST * (int64_t)PACE_EVERY_MS), PACE_BURST);
}

static void tokens_dont_share(void **state)
{
	_cleanup_(pace_freep) struct pace *pace = fresh();

	(void)state;
	assert_int_equal(drain(pace, "a", NOW), PACE_BURST);
	assert_int_equal(drain(pace, "b", NOW), PACE_BURST);
	assert_int_equal(drain(pace, "a", NOW), 0);
}

/* Who has asked too often isn't forgotten for others that ask now and then. */
static void many_tokens_dont_push_a_busy_one_out(void **state)
{
	_cleanup_(pace_freep) struct pace *pace = fresh();
	unsigned after_s;
	char id[40];

	(void)state;
	assert_int_equal(drain(pace, "busy", NOW), PACE_BURST);
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(id, sizeof(id), "token-%u", i);
		assert_true(pace_take(pace, id, NOW, &after_s));
	}
	assert_int_equal(drain(pace, "busy", NOW), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_is_taken_and_then_one_at_a_time),
		cmocka_unit_test(who_waits_long_has_no_more_than_a_burst),
		cmocka_unit_test(tokens_dont_share),
		cmocka_unit_test(many_tokens_dont_push_a_busy_one_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
