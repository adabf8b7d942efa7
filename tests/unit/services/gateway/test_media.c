/* Content types, encodings, entity tags, and which files are for browsers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "media.h"
#include "static.h"
#include "transcode.h"

static void a_type_comes_from_the_last_extension(void **state)
{
	(void)state;
	assert_string_equal(media_type("index.html"), "text/html; charset=utf-8");
	assert_string_equal(media_type("a.b/x.JS"), "text/javascript; charset=utf-8");
	assert_string_equal(media_type("a.html/x"), "application/octet-stream");
	assert_string_equal(media_type("x.php"), "application/octet-stream");
	assert_string_equal(media_type("f.woff2"), "font/woff2");
}

static void an_encoding_is_taken_unless_it_is_refused(void **state)
{
	(void)state;
	assert_true(media_accepts("gzip, deflate, br", "br"));
	assert_true(media_accepts("BR;q=0.5", "br"));
	assert_true(media_accepts("br ; q=1", "br"));
	assert_false(media_accepts("br;q=0", "br"));
	assert_false(media_accepts("br;q=0.000, gzip", "br"));
	assert_false(media_accepts("brotli", "br"));
	assert_false(media_accepts("*", "br"));
	assert_false(media_accepts(NULL, "br"));
	assert_false(media_accepts("", "gzip"));
}

static void a_tag_is_found_in_a_list(void **state)
{
	(void)state;
	assert_true(media_matches("\"a\"", "\"a\""));
	assert_true(media_matches("\"b\", W/\"a\"", "\"a\""));
	assert_true(media_matches("*", "\"a\""));
	assert_false(media_matches("\"ab\"", "\"a\""));
	assert_false(media_matches("a", "\"a\""));
	assert_false(media_matches(NULL, "\"a\""));
}

static void some_files_are_not_for_browsers(void **state)
{
	(void)state;
	assert_int_equal(static_kind("index.html"), STATIC_PAGE);
	assert_int_equal(static_kind("_next/static/x.js"), STATIC_IMMUTABLE);
	assert_int_equal(static_kind("_next/other"), STATIC_PAGE);
	assert_int_equal(static_kind("csp.txt"), STATIC_HIDDEN);
	assert_int_equal(static_kind("a/csp.txt"), STATIC_PAGE);
	assert_int_equal(static_kind("x.js.br"), STATIC_HIDDEN);
	assert_int_equal(static_kind("x.js.gz"), STATIC_HIDDEN);
	assert_int_equal(static_kind(".git/config"), STATIC_HIDDEN);
	assert_int_equal(static_kind("a/.env"), STATIC_HIDDEN);
	assert_int_equal(static_kind(".well-known/security.txt"), STATIC_PAGE);
	assert_int_equal(static_kind(".well-known/.secret"), STATIC_HIDDEN);
}

static void only_json_is_a_body(void **state)
{
	static const char *const good[] = { "application/json", "Application/JSON", "application/json; charset=utf-8",
		                            "application/json;charset=\"UTF-8\"", "application/json " };
	static const char *const bad[] = { "",
		                           "text/plain",
		                           "application/jsonp",
		                           "application/json, text/plain",
		                           "application/json; charset=latin1",
		                           "application/json;",
		                           "text/plain; application/json" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(transcode_content_type_good(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(transcode_content_type_good(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_type_comes_from_the_last_extension),
		cmocka_unit_test(an_encoding_is_taken_unless_it_is_refused),
		cmocka_unit_test(a_tag_is_found_in_a_list),
		cmocka_unit_test(some_files_are_not_for_browsers),
		cmocka_unit_test(only_json_is_a_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
