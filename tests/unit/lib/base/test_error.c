/* test_error: codes, violations, wrapping. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/error.h"

static void every_code_has_a_name_that_parses_back(void **state)
{
	(void)state;
	for (unsigned i = ERR_NONE + 1; i < ERROR_CODES; i++) {
		const char *name = error_code_name((enum error_code)i);

		assert_non_null(name);
		assert_int_equal(error_code_parse(name), i);
		assert_in_range(error_http_status((enum error_code)i), 400, 599);
	}
	assert_int_equal(error_code_parse("NO_SUCH"), ERR_INTERNAL);
	assert_string_equal(error_code_name(ERR_NONE), "NONE");
	assert_int_equal(error_http_status(ERR_RATE_LIMITED), 429);
	assert_true(error_retryable(ERR_UNAVAILABLE));
	assert_false(error_retryable(ERR_INVALID));
}

static void wrap_puts_the_intent_before_the_cause(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_false(error_set(&err, ERR_EXISTS, "'%s' is taken", "a.example"));
	assert_false(error_wrap(&err, "create website"));
	assert_string_equal(err.message, "create website: 'a.example' is taken");
	assert_int_equal(err.code, ERR_EXISTS);
	assert_false(error_set(&err, ERR_INTERNAL, "again: %s", err.message));
	assert_string_equal(err.message, "again: create website: 'a.example' is taken");
}

static void violations_are_kept_up_to_eight(void **state)
{
	struct error err = { 0 };

	(void)state;
	for (int i = 0; i < 10; i++)
		assert_false(error_field(&err, i ? "name" : "domain", "required", "is missing"));
	assert_int_equal(err.code, ERR_INVALID);
	assert_int_equal(err.n_violations, ERROR_VIOLATIONS);
	assert_string_equal(err.violations[0].field, "domain");
	assert_string_equal(err.violations[1].rule, "required");
	assert_string_equal(err.message, "domain: is missing");
	error_set(&err, ERR_NOT_FOUND, "gone");
	assert_int_equal(err.n_violations, 0);
}

static void long_messages_are_cut_between_characters(void **state)
{
	struct error err = { 0 };
	char text[2000];
	size_t size;

	(void)state;
	for (size_t i = 0; i + 3 < sizeof(text); i += 3)
		memcpy(text + i, "\xE2\x82\xAC", 4);
	error_set(&err, ERR_INTERNAL, "%s", text);
	size = strlen(err.message);
	assert_int_equal(size % 3, 0);
	assert_in_range(size, 1000, 1023);
	error_wrap(&err, "a");
	assert_int_equal((strlen(err.message) - 3) % 3, 0);
}

static void a_full_disk_is_a_disk_error(void **state)
{
	struct error err = { 0 };

	(void)state;
	error_errno(&err, ENOSPC, "write %s", "x");
	assert_int_equal(err.code, ERR_DISK);
	assert_non_null(strstr(err.message, "write x: No space left"));
	error_errno(&err, ENOENT, "open");
	assert_int_equal(err.code, ERR_INTERNAL);
}

static void no_error_struct_is_fine(void **state)
{
	(void)state;
	assert_false(error_set(NULL, ERR_INTERNAL, "x"));
	assert_false(error_field(NULL, "a", "b", "c"));
	assert_false(error_wrap(NULL, "x"));
	assert_false(error_errno(NULL, ENOENT, "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_has_a_name_that_parses_back),
		cmocka_unit_test(wrap_puts_the_intent_before_the_cause),
		cmocka_unit_test(violations_are_kept_up_to_eight),
		cmocka_unit_test(long_messages_are_cut_between_characters),
		cmocka_unit_test(a_full_disk_is_a_disk_error),
		cmocka_unit_test(no_error_struct_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
