/* test_verdict: what an outcome means for its task. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/error.h"

#include "tasks.h"
#include "verdict.h"

static struct verdict of(Stralix__V1__Outcome__State state, const char *code, const char *message, unsigned attempt)
{
	Stralix__V1__Outcome outcome;
	struct verdict verdict;

	stralix__v1__outcome__init(&outcome);
	outcome.state = state;
	outcome.code = (char *)(uintptr_t)code;
	outcome.message = (char *)(uintptr_t)message;
	verdict_of(&outcome, attempt, "n1", &verdict);
	return verdict;
}

static struct verdict failed(enum error_code code, unsigned attempt)
{
	return of(STRALIX__V1__OUTCOME__STATE__FAILED, error_code_name(code), "its words", attempt);
}

static void progress_and_success_are_what_they_say(void **state)
{
	(void)state;
	assert_int_equal(of(STRALIX__V1__OUTCOME__STATE__ACCEPTED, "", "", 1).kind, VERDICT_PROGRESS);
	assert_int_equal(of(STRALIX__V1__OUTCOME__STATE__RUNNING, "", "", 1).kind, VERDICT_PROGRESS);
	assert_int_equal(of(STRALIX__V1__OUTCOME__STATE__SUCCESS, "", "", 1).kind, VERDICT_SUCCESS);
	assert_int_equal(of(STRALIX__V1__OUTCOME__STATE__SUPERSEDED, "", "", 1).kind, VERDICT_SUPERSEDED);
}

static void a_refused_configuration_is_final_at_once(void **state)
{
	(void)state;
	assert_int_equal(failed(ERR_TEST_FAILED, 1).kind, VERDICT_FAILED);
	assert_int_equal(failed(ERR_VERIFY_FAILED, 1).kind, VERDICT_FAILED);
	assert_string_equal(failed(ERR_TEST_FAILED, 1).message, "its words");
	assert_string_equal(of(STRALIX__V1__OUTCOME__STATE__FAILED, "TEST_FAILED", "", 1).message, "TEST_FAILED");
}

static void what_may_pass_is_tried_up_to_the_last_attempt(void **state)
{
	static const enum error_code passing[] = { ERR_DISK, ERR_TIMEOUT, ERR_UNAVAILABLE, ERR_INTERNAL };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(passing); i++) {
		for (unsigned attempt = 1; attempt < ATTEMPTS_MAX; attempt++) {
			struct verdict verdict = failed(passing[i], attempt);

			assert_int_equal(verdict.kind, VERDICT_RETRY);
			assert_true(verdict.delay_ms > 0);
			assert_string_equal(verdict.message, "its words");
		}
		assert_int_equal(failed(passing[i], ATTEMPTS_MAX).kind, VERDICT_FAILED);
	}
}

static void a_wrong_clock_holds_the_node_and_an_old_agent_the_task(void **state)
{
	(void)state;
	assert_int_equal(failed(ERR_CLOCK_SKEW, 9).kind, VERDICT_HOLD);
	assert_non_null(strstr(failed(ERR_CLOCK_SKEW, 9).message, "n1"));
	assert_int_equal(of(STRALIX__V1__OUTCOME__STATE__REFUSED, "AGENT_TOO_OLD", "", 9).kind, VERDICT_WAIT);
}

static void backoff_grows_with_jitter_up_to_its_limit(void **state)
{
	int64_t lowest = INT64_MAX, highest = 0;

	(void)state;
	for (int i = 0; i < 200; i++) {
		int64_t delay = backoff_ms(1);

		lowest = delay < lowest ? delay : lowest;
		highest = delay > highest ? delay : highest;
		assert_in_range(backoff_ms(3), 6000, 10000);
		assert_in_range(backoff_ms(40), 225000, 375000);
	}
	assert_in_range(lowest, 1500, 2000);
	assert_in_range(highest, 2000, 2500);
	assert_true(highest > lowest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(progress_and_success_are_what_they_say),
		cmocka_unit_test(a_refused_configuration_is_final_at_once),
		cmocka_unit_test(what_may_pass_is_tried_up_to_the_last_attempt),
		cmocka_unit_test(a_wrong_clock_holds_the_node_and_an_old_agent_the_task),
		cmocka_unit_test(backoff_grows_with_jitter_up_to_its_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
