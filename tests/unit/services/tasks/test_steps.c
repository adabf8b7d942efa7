/* test_steps: steps to JSON and back. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "steps.h"

static void steps_come_back_as_they_were(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 16);
	_cleanup_buf_ struct buf buf = { 0 };
	Stralix__V1__Step step, empty, *steps[] = { &step, &empty }, **back = NULL;
	struct error err = { 0 };
	size_t n = 0;

	(void)state;
	stralix__v1__step__init(&step);
	stralix__v1__step__init(&empty);
	step.name = (char *)(uintptr_t) "test";
	step.state = (char *)(uintptr_t) "failed";
	step.message = (char *)(uintptr_t) "nginx: \"x\"\n\xC3\xA9 </script>";
	step.started_ms = INT64_MAX;
	step.duration_us = 12;
	steps_write(&buf, steps, 2);
	assert_false(buf_failed(&buf));
	assert_true(steps_read(buf.data, arena, &back, &n, &err));
	assert_int_equal(n, 2);
	assert_string_equal(back[0]->name, "test");
	assert_string_equal(back[0]->message, step.message);
	assert_true(back[0]->started_ms == INT64_MAX);
	assert_string_equal(back[1]->name, "");
}

static void no_steps_are_an_empty_list(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 12);
	_cleanup_buf_ struct buf buf = { 0 };
	Stralix__V1__Step **back = NULL;
	struct error err = { 0 };
	size_t n = 9;

	(void)state;
	steps_write(&buf, NULL, 0);
	assert_string_equal(buf.data, "[]");
	assert_true(steps_read(buf.data, arena, &back, &n, &err));
	assert_int_equal(n, 0);
	assert_false(steps_read("[{\"nonsense\":1}]", arena, &back, &n, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_come_back_as_they_were),
		cmocka_unit_test(no_steps_are_an_empty_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
