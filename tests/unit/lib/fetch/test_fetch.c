/* How long a server asks to wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/fetch/fetch.h"

static void retry_after_is_seconds_or_a_date(void **state)
{
	(void)state;
	assert_int_equal(fetch_retry_after("0", 1000), 0);
	assert_int_equal(fetch_retry_after("120", 1000), 120);
	assert_int_equal(fetch_retry_after("-5", 1000), 0);
	assert_int_equal(fetch_retry_after("99999999999", 1000), FETCH_WAIT_MOST_S);
	assert_int_equal(fetch_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784111777 - 30), 30);
	assert_int_equal(fetch_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784111777 + 30), 0);
	assert_int_equal(fetch_retry_after("soon", 1000), 0);
	assert_int_equal(fetch_retry_after("", 1000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(retry_after_is_seconds_or_a_date) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
