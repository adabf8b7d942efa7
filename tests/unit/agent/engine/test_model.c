/* model: the order of generations, and how steps come and go. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "agent/engine/change.h"
#include "agent/engine/progress.h"

static void generations_are_compared_as_pairs(void **state)
{
	(void)state;
	assert_true(generation_compare((struct generation){ 1, 9 }, (struct generation){ 2, 1 }) < 0);
	assert_true(generation_compare((struct generation){ 2, 1 }, (struct generation){ 1, 9 }) > 0);
	assert_true(generation_compare((struct generation){ 1, 8 }, (struct generation){ 1, 9 }) < 0);
	assert_int_equal(generation_compare((struct generation){ 1, 9 }, (struct generation){ 1, 9 }), 0);
}

static void a_step_ends_the_one_before_it(void **state)
{
	struct steps steps = { 0 };

	(void)state;
	steps_begin(&steps, "stage");
	assert_string_equal(steps.step[0].state, "running");
	steps_begin(&steps, "test");
	assert_string_equal(steps.step[0].state, "success");
	steps_end(&steps, false, "no");
	assert_string_equal(steps.step[1].state, "failed");
	assert_string_equal(steps.step[1].message, "no");
	steps_end(&steps, true, "late");
	assert_string_equal(steps.step[1].state, "failed");
	steps_done(&steps);
}

static void only_the_newest_steps_are_kept(void **state)
{
	struct steps steps = { 0 };

	(void)state;
	for (unsigned i = 0; i < 3 * MODEL_STEPS; i++)
		steps_begin(&steps, i % 2 ? "odd" : "even");
	assert_int_equal(steps.n, MODEL_STEPS);
	assert_string_equal(steps.step[MODEL_STEPS - 1].name, "odd");
	steps_done(&steps);
}

static void a_failed_change_is_not_open_and_says_the_daemons_words(void **state)
{
	struct change change = { 0 };
	struct error why = { 0 };

	(void)state;
	steps_begin(&change.steps, "test");
	error_set(&why, ERR_TEST_FAILED, "refused");
	assert_int_equal(changes_open(&change, 1), 1);
	change_fail(&change, &why, "nginx: [emerg]");
	assert_int_equal(changes_open(&change, 1), 0);
	assert_string_equal(change.words.data, "nginx: [emerg]");
	assert_string_equal(change.steps.step[0].message, "nginx: [emerg]");
	assert_string_equal(change.steps.step[0].state, "failed");
	change_done(&change);
}

static void progress_is_seen_while_it_lasts(void **state)
{
	_cleanup_(progress_freep) struct progress *progress = progress_new();
	struct progress_task task = { .id = "t1" };
	struct progress_view first, second;
	struct steps steps = { 0 };

	(void)state;
	assert_non_null(progress);
	assert_false(progress_get(progress, &first));
	steps_begin(&steps, "stage");
	progress_set(progress, &task, 1, &steps);
	assert_true(progress_get(progress, &first));
	assert_string_equal(first.tasks[0].id, "t1");
	assert_string_equal(first.steps.step[0].name, "stage");
	progress_set(progress, &task, 1, &steps);
	assert_true(progress_get(progress, &second));
	assert_true(second.version > first.version);
	progress_view_done(&first);
	progress_view_done(&second);
	progress_set(progress, NULL, 0, NULL);
	assert_false(progress_get(progress, &first));
	steps_done(&steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generations_are_compared_as_pairs),
		cmocka_unit_test(a_step_ends_the_one_before_it),
		cmocka_unit_test(only_the_newest_steps_are_kept),
		cmocka_unit_test(a_failed_change_is_not_open_and_says_the_daemons_words),
		cmocka_unit_test(progress_is_seen_while_it_lasts),
	};

	return cmocka_run_group_tests_name("agent model", tests, NULL, NULL);
}
