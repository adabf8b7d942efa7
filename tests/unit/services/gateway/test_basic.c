/* The password of Basic authentication, and nothing that only looks like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/cleanup.h"

#include "basic.h"

static void the_password_comes_behind_the_first_colon(void **state)
{
	static const struct {
		const char *text, *password;
	} rows[] = {
		{ "dXNlcjpwYXNz", "pass" }, { "OnBhc3M=", "pass" },
		{ "OnBhc3M", "pass" },      { "YTpi", "b" },
		{ "YTpiOmM=", "b:c" },      { "w7x6OnDDpHNz", "p\xc3\xa4ss" },
		{ "YTovKy8r", "/+/+" },
	};
	char password[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(basic_password(rows[i].text, password, sizeof(password)));
		assert_string_equal(password, rows[i].password);
	}
}

static void what_is_malformed_or_too_long_has_none(void **state)
{
	static const char *const texts[] = { "",
		                             "=",
		                             "YQ==",
		                             "YTo=",
		                             "YTpi YTpi",
		                             "YTpi\n",
		                             "YTpi=YTpi",
		                             "YTp*",
		                             "===",
		                             "YTpiYgA=",
		                             "YTpiYmJiYmJiYmJiYmJiYmJi" };
	char password[16] = "kept", long_text[4096];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (basic_password(texts[i], password, sizeof(password)))
			fail_msg("'%s' has '%s'", texts[i], password);
	memset(long_text, 'Y', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	assert_false(basic_password(long_text, password, sizeof(password)));
	assert_string_equal(password, "kept");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_password_comes_behind_the_first_colon),
		cmocka_unit_test(what_is_malformed_or_too_long_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
