/* Problem documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "problem.h"

static void a_problem_has_all_members(void **state)
{
	_cleanup_buf_ struct buf buf = { 0 };
	struct error err = { 0 };

	(void)state;
	error_field(&err, "items[2].name", "max_len", "Too \"long\"<");
	problem_write(&buf, &err, 0, "id-1");
	assert_non_null(strstr(buf.data,
	                       "{\"type\":\"urn:stralix:error:INVALID\",\"title\":\"a field breaks its rule\","
	                       "\"status\":400,\"code\":\"INVALID\",\"detail\":"));
	assert_non_null(strstr(buf.data, "\"requestId\":\"id-1\",\"violations\":[{\"field\":\"items[2].name\","
	                                 "\"rule\":\"max_len\",\"message\":\"Too \\\"long\\\""));
	assert_null(strchr(buf.data, '<'));
}

static void each_code_has_its_status_and_words(void **state)
{
	(void)state;
	for (unsigned code = ERR_NONE + 1; code < ERROR_CODES; code++) {
		_cleanup_buf_ struct buf buf = { 0 };
		struct error err = { 0 };

		error_set(&err, (enum error_code)code, "x");
		assert_in_range(problem_status(&err), 400, 599);
		problem_write(&buf, &err, 0, "");
		assert_null(strstr(buf.data, "\"title\":\"\""));
	}
}

static void a_status_of_its_own_is_kept(void **state)
{
	_cleanup_buf_ struct buf buf = { 0 };
	struct error err = { 0 };

	(void)state;
	error_set(&err, ERR_MALFORMED, "no");
	problem_write(&buf, &err, 415, "");
	assert_non_null(strstr(buf.data, "\"status\":415,\"code\":\"MALFORMED\""));
}

static void only_429_and_503_say_when_to_try_again(void **state)
{
	struct error err = { 0 };

	(void)state;
	error_set(&err, ERR_UNAVAILABLE, "away");
	assert_int_equal(problem_retry_after(&err), 2);
	error_set(&err, ERR_RATE_LIMITED, "slow");
	err.retry_after_s = 40;
	assert_int_equal(problem_retry_after(&err), 40);
	err.code = ERR_TIMEOUT;
	assert_int_equal(problem_retry_after(&err), 40);
	error_set(&err, ERR_INVALID, "no");
	assert_int_equal(problem_retry_after(&err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_problem_has_all_members),
		cmocka_unit_test(each_code_has_its_status_and_words),
		cmocka_unit_test(a_status_of_its_own_is_kept),
		cmocka_unit_test(only_429_and_503_say_when_to_try_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
