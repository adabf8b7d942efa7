/* test_params: typed parameters as libpq gets them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/db/internal.h"

static void each_type_has_its_text(void **state)
{
	const struct uuid id = { { 1 } };
	const char *const texts[] = { "plain", "a\"b\\c", "" };
	const struct db_param params[] = {
		DB_NULL,           DB_TEXT("x"),       DB_TEXT_OR_NULL(""), DB_INT(INT64_MIN),
		DB_BOOL(false),    DB_UUID(&id),       DB_UUID(NULL),       DB_BYTES("a\0b", 3),
		DB_BYTES(NULL, 0), DB_TEXTS(texts, 3), DB_TEXTS(texts, 0),
	};
	_cleanup_(params_done) struct params p = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_true(params_init(&p, params, sizeof(params) / sizeof(params[0]), &err));
	assert_int_equal(p.n, 11);
	assert_null(p.values[0]);
	assert_string_equal(p.values[1], "x");
	assert_null(p.values[2]);
	assert_string_equal(p.values[3], "-9223372036854775808");
	assert_string_equal(p.values[4], "f");
	assert_string_equal(p.values[5], "01000000-0000-0000-0000-000000000000");
	assert_null(p.values[6]);
	assert_memory_equal(p.values[7], "a\0b", 3);
	assert_int_equal(p.lengths[7], 3);
	assert_int_equal(p.formats[7], 1);
	assert_non_null(p.values[8]);
	assert_string_equal(p.values[9], "{\"plain\",\"a\\\"b\\\\c\",\"\"}");
	assert_string_equal(p.values[10], "{}");
}

static void too_many_parameters_are_refused(void **state)
{
	struct db_param params[65] = { 0 };
	_cleanup_(params_done) struct params p = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_false(params_init(&p, params, 65, &err));
	assert_int_equal(err.code, ERR_INTERNAL);
	assert_false(params_init(&p, &DB_BYTES("", -1), 1, &err));
	assert_int_equal(err.code, ERR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_has_its_text),
		cmocka_unit_test(too_many_parameters_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
