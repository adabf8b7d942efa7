/* The user interface as the gateway serves it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"
#include "fixture.h"

static void get(struct fixture *f, const char *target, const char *headers, struct answer *ret)
{
	client_ask(f->port, "GET", target, headers, NULL, ret);
}

static void assert_header(const struct answer *answer, const char *name, const char *wanted)
{
	char value[512] = "(absent)";

	client_header(answer, name, value, sizeof(value));
	assert_string_equal(value, wanted);
}

static void a_folder_is_its_index_with_the_policy_of_the_build(void **state)
{
	struct answer answer;

	get(*state, "/websites/?q=1", "", &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "<h1>websites</h1>");
	assert_header(&answer, "Content-Type", "text/html; charset=utf-8");
	assert_header(&answer, "Cache-Control", "no-cache");
	assert_header(&answer, "Content-Security-Policy", "default-src 'none'; script-src 'self' 'sha256-test'");
}

static void a_folder_without_slash_is_redirected_with_its_query(void **state)
{
	struct answer answer;

	get(*state, "/websites?id=1&x=%2f", "", &answer);
	assert_int_equal(answer.status, 308);
	assert_header(&answer, "Location", "/websites/?id=1&x=%2f");
}

static void what_is_missing_is_the_404_page(void **state)
{
	struct answer answer;

	get(*state, "/nothing/here", "", &answer);
	assert_int_equal(answer.status, 404);
	assert_string_equal(answer.body, "<h1>not here</h1>");
	get(*state, "/empty/", "", &answer);
	assert_int_equal(answer.status, 404);
}

static void built_files_are_kept_for_a_year_and_come_compressed(void **state)
{
	struct answer answer;

	get(*state, "/_next/static/app.js", "Accept-Encoding: gzip, deflate, br\r\n", &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "brotli script");
	assert_header(&answer, "Content-Encoding", "br");
	assert_header(&answer, "Content-Type", "text/javascript; charset=utf-8");
	assert_header(&answer, "Cache-Control", "public, max-age=31536000, immutable");
	assert_header(&answer, "Vary", "Accept-Encoding");
	get(*state, "/_next/static/app.js", "Accept-Encoding: gzip, br;q=0\r\n", &answer);
	assert_string_equal(answer.body, "gzip script");
	get(*state, "/_next/static/app.js", "", &answer);
	assert_string_equal(answer.body, "plain script");
	assert_header(&answer, "Content-Encoding", "(absent)");
}

static void an_unchanged_file_is_304(void **state)
{
	struct answer answer;
	char etag[128], header[256];

	get(*state, "/", "", &answer);
	assert_true(client_header(&answer, "ETag", etag, sizeof(etag)));
	snprintf(header, sizeof(header), "If-None-Match: \"x\", W/%s\r\n", etag);
	get(*state, "/", header, &answer);
	assert_int_equal(answer.status, 304);
	assert_string_equal(answer.body, "");
	assert_header(&answer, "ETag", etag);
	get(*state, "/websites/", header, &answer);
	assert_int_equal(answer.status, 200);
}

static void head_has_the_headers_alone(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	client_ask(f->port, "HEAD", "/", "", NULL, &answer);
	assert_int_equal(answer.status, 200);
	assert_header(&answer, "Content-Length", "17");
	assert_string_equal(answer.body, "");
	client_ask(f->port, "HEAD", "/api/v1/websites", "Authorization: Bearer customer\r\n", NULL, &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "");
}

static void route_data_is_asked_for_again(void **state)
{
	struct answer answer;

	get(*state, "/websites/index.txt", "", &answer);
	assert_int_equal(answer.status, 200);
	assert_header(&answer, "Cache-Control", "no-cache");
}

#define TEST(name) cmocka_unit_test_setup(name, fixture_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_folder_is_its_index_with_the_policy_of_the_build),
		TEST(a_folder_without_slash_is_redirected_with_its_query),
		TEST(what_is_missing_is_the_404_page),
		TEST(built_files_are_kept_for_a_year_and_come_compressed),
		TEST(an_unchanged_file_is_304),
		TEST(head_has_the_headers_alone),
		TEST(route_data_is_asked_for_again),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
