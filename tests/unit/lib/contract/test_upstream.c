/* Where a customer may have servers send something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/contract/upstream.h"

static void one_is_inner_refused_or_allowed_by_address_and_port(void **state)
{
	(void)state;
	assert_true(upstream_may("http://192.0.2.1", "", ""));
	assert_false(upstream_may("http://127.0.0.1:3000", "", ""));
	assert_true(upstream_may("http://127.0.0.1:3000", "10.0.0.1, 127.0.0.1:3000", ""));
	assert_false(upstream_may("http://127.0.0.1:3001", "127.0.0.1:3000", ""));
	assert_true(upstream_may("http://[::1]:3000", "[::1]", ""));
	assert_false(upstream_may("http://192.0.2.1:4222", "", "192.0.2.1:4222"));
	assert_true(upstream_may("http://192.0.2.1:4223", "", "192.0.2.1:4222"));
	assert_false(upstream_may("https://192.0.2.1", "", "192.0.2.1:443"));
	assert_false(upstream_may("http://192.0.2.1", "", "192.0.2.1:80,x"));
	assert_false(upstream_may("http://192.0.2.11", "", "192.0.2.11"));
	assert_true(upstream_may("http://192.0.2.1", "", "192.0.2.11"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_is_inner_refused_or_allowed_by_address_and_port),
	};

	return cmocka_run_group_tests_name("contract/upstream", tests, NULL, NULL);
}
