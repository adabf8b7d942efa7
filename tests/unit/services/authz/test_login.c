/* login: what counts as one address, and when it is too much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services/authz/login.h"

static void key_is(const char *ip, const char *expected)
{
	char key[LOGIN_KEY];

	login_ip_key(ip, key);
	assert_string_equal(key, expected);
}

static void an_ipv4_address_counts_alone(void **state)
{
	(void)state;
	key_is("192.0.2.7", "ip 192.0.2.7");
	key_is("::ffff:192.0.2.7", "ip 192.0.2.7");
}

static void an_ipv6_network_counts_as_one(void **state)
{
	(void)state;
	key_is("2001:db8:1:2:3:4:5:6", "ip 2001:db8:1:2::");
	key_is("2001:db8:1:2::1", "ip 2001:db8:1:2::");
	key_is("2001:db8:1:3::1", "ip 2001:db8:1:3::");
}

static void what_is_no_address_shares_one_counter(void **state)
{
	(void)state;
	key_is("", "ip unknown");
	key_is("192.0.2.7'; drop table", "ip unknown");
}

static void the_one_above_the_limit_is_too_many(void **state)
{
	(void)state;
	assert_false(login_too_many(10, 10));
	assert_true(login_too_many(10, 11));
	assert_false(login_too_many(0, 1000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ipv4_address_counts_alone),
		cmocka_unit_test(an_ipv6_network_counts_as_one),
		cmocka_unit_test(what_is_no_address_shares_one_counter),
		cmocka_unit_test(the_one_above_the_limit_is_too_many),
	};

	return cmocka_run_group_tests_name("authz/login", tests, NULL, NULL);
}
