/* Addresses have one spelling; queries are decoded once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "path.h"

static int setup(void **state)
{
	*state = arena_new(1 << 20);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void good_addresses_are_decoded_and_split(void **state)
{
	static const struct {
		const char *target, *text, *raw, *query;
	} rows[] = {
		{ "/", "/", "/", NULL },
		{ "/websites/", "/websites/", "/websites/", NULL },
		{ "/a?b?c=%2e", "/a", "/a", "b?c=%2e" },
		{ "/a%20b", "/a b", "/a%20b", NULL },
		{ "/b%C3%BCcher",
		  "/b\xC3\xBC"
		  "cher",
		  "/b%C3%BCcher", NULL },
		{ "/a?", "/a", "/a", "" },
		{ "/.well-known/x", "/.well-known/x", "/.well-known/x", NULL },
		{ "/...", "/...", "/...", NULL },
	};
	struct path path;
	struct error err = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(path_parse(rows[i].target, *state, &path, &err));
		assert_string_equal(path.text, rows[i].text);
		assert_string_equal(path.raw, rows[i].raw);
		if (rows[i].query)
			assert_string_equal(path.query, rows[i].query);
		else
			assert_null(path.query);
	}
}

static void second_spellings_are_refused(void **state)
{
	static const char *const targets[] = { "",          "a",      "*",      "http://a/", "//",     "//a",
		                               "/a//b",     "/./a",   "/a/..",  "/a/.",      "/..",    "/%2e%2e/a",
		                               "/a%2fb",    "/a%2Fb", "/a%5cb", "/a\\b",     "/a%00",  "/a%0a",
		                               "/a%7f",     "/%61",   "/a%",    "/a%4",      "/a%zz",  "/a%%20",
		                               "/a b",      "/a\tb",  "/a%ff",  "/a%c0%af",  "/a\xff", "/a%ed%a0%80",
		                               "/a/b/../c", "/%5F" };
	struct path path;

	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		struct error err = { 0 };

		if (path_parse(targets[i], *state, &path, &err))
			fail_msg("'%s' was taken", targets[i]);
		assert_int_equal(err.code, ERR_NOT_FOUND);
	}
}

static void a_query_is_decoded_in_order(void **state)
{
	struct path_parameter parameters[PATH_QUERY_MAX];
	struct error err = { 0 };
	size_t n;

	assert_true(path_query("a=1&b=x+y%2Bz&&c&a=%26=", *state, parameters, &n, &err));
	assert_int_equal(n, 4);
	assert_string_equal(parameters[0].name, "a");
	assert_string_equal(parameters[0].value, "1");
	assert_string_equal(parameters[1].value, "x y+z");
	assert_string_equal(parameters[2].name, "c");
	assert_string_equal(parameters[2].value, "");
	assert_string_equal(parameters[3].value, "&=");
	assert_true(path_query(NULL, *state, parameters, &n, &err));
	assert_int_equal(n, 0);
}

static void a_query_that_is_no_text_is_refused(void **state)
{
	static const char *const queries[] = { "a=%00", "a=%", "a=%f", "a=%zz", "a=%ff", "%00=1", "a=%c0%80" };
	struct path_parameter parameters[PATH_QUERY_MAX];
	size_t n;

	for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
		struct error err = { 0 };

		assert_false(path_query(queries[i], *state, parameters, &n, &err));
		assert_int_equal(err.code, ERR_INVALID);
	}
}

static void too_many_parameters_are_refused(void **state)
{
	struct path_parameter parameters[PATH_QUERY_MAX];
	struct error err = { 0 };
	char query[4 * PATH_QUERY_MAX + 8] = "";
	size_t n;

	for (int i = 0; i < PATH_QUERY_MAX; i++)
		strcat(query, "a=1&");
	assert_true(path_query(query, *state, parameters, &n, &err));
	strcat(query, "a=1");
	assert_false(path_query(query, *state, parameters, &n, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(good_addresses_are_decoded_and_split, setup, teardown),
		cmocka_unit_test_setup_teardown(second_spellings_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(a_query_is_decoded_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(a_query_that_is_no_text_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(too_many_parameters_are_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
