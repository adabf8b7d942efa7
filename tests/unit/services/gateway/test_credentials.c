/* Credentials: cookies, bearer tokens, and what a change needs beside a cookie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "credentials.h"

/* Reads headers given as "Name: value", NULL at the end. */
static struct credentials take(const char *const *lines)
{
	struct credentials credentials = { 0 };

	for (; *lines; lines++) {
		char name[64];
		const char *colon = strchr(*lines, ':');

		snprintf(name, sizeof(name), "%.*s", (int)(colon - *lines), *lines);
		credentials_header(&credentials, name, colon + 2);
	}
	return credentials;
}

#define TAKE(...) take((const char *const[]){ __VA_ARGS__, NULL })

static void the_session_is_found_among_other_cookies(void **state)
{
	struct credentials c = TAKE("Cookie: a=1; __Host-session=abc.D-_9 ; b=__Host-session=evil");

	(void)state;
	assert_true(credentials_present(&c, NULL));
	assert_string_equal(c.token, "abc.D-_9");
	c = TAKE("cookie: a=1", "cookie: __Host-session=x");
	assert_true(credentials_present(&c, NULL));
}

static void names_that_only_look_alike_are_no_session(void **state)
{
	static const char *const cookies[] = {
		"Cookie: session=a",         "Cookie: x__Host-session=a",      "Cookie: __host-session=a",
		"Cookie: __Host-session2=a", "Cookie: a=\"__Host-session=b\"", "Cookie: ;;;",
		"Cookie: __Host-session"
	};
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cookies); i++) {
		struct credentials c = TAKE(cookies[i]);

		assert_false(credentials_present(&c, &err));
		assert_int_equal(err.code, ERR_UNAUTHENTICATED);
	}
}

static void the_token_of_a_program_is_no_session(void **state)
{
	struct credentials c = TAKE("Cookie: __Host-session=st_abc");

	(void)state;
	assert_false(credentials_present(&c, NULL));
	c = TAKE("Cookie: __Host-session=ss_abc");
	assert_true(credentials_present(&c, NULL));
	c = TAKE("Authorization: Bearer st_abc", "Cookie: __Host-session=st_abc");
	assert_true(credentials_present(&c, NULL));
}

static void two_sessions_or_an_odd_one_are_refused(void **state)
{
	struct credentials c = TAKE("Cookie: __Host-session=a; __Host-session=b");
	char large[300] = "Cookie: __Host-session=";

	(void)state;
	assert_false(credentials_present(&c, NULL));
	c = TAKE("Cookie: __Host-session=a", "Cookie: __Host-session=a");
	assert_false(credentials_present(&c, NULL));
	c = TAKE("Cookie: __Host-session=a b");
	assert_false(credentials_present(&c, NULL));
	c = TAKE("Cookie: __Host-session=\"a\"");
	assert_false(credentials_present(&c, NULL));
	memset(large + strlen(large), 'a', CREDENTIALS_TOKEN);
	c = TAKE(large);
	assert_false(credentials_present(&c, NULL));
}

static void a_bearer_token_wins_over_a_cookie_in_either_order(void **state)
{
	struct credentials c = TAKE("Cookie: __Host-session=cookie", "Authorization: bearer token");

	(void)state;
	assert_string_equal(c.token, "token");
	c = TAKE("Authorization: Bearer token", "Cookie: __Host-session=cookie; __Host-session=b");
	assert_string_equal(c.token, "token");
	assert_true(credentials_present(&c, NULL));
	assert_true(credentials_may_change(&c, "https://a.example", NULL));
}

static void a_bad_bearer_token_is_not_made_good_by_a_cookie(void **state)
{
	struct credentials c = TAKE("Cookie: __Host-session=cookie", "Authorization: Basic YTpi");

	(void)state;
	assert_false(credentials_present(&c, NULL));
	c = TAKE("Authorization: Bearer a", "Authorization: Bearer a");
	assert_false(credentials_present(&c, NULL));
	c = TAKE("Authorization: Bearer ");
	assert_false(credentials_present(&c, NULL));
}

static void a_change_by_cookie_needs_the_header_and_the_origin(void **state)
{
	static const char origins[] = "https://panel.example:8443 https://127.0.0.1:8443";
	static const char cookie[] = "Cookie: __Host-session=a";
	static const char header[] = "X-Requested-With: stralix";
	struct credentials c = TAKE(cookie, header);

	(void)state;
	assert_true(credentials_may_change(&c, origins, NULL));
	c = TAKE(cookie);
	assert_false(credentials_may_change(&c, origins, NULL));
	c = TAKE(cookie, header, "Origin: https://127.0.0.1:8443", "Sec-Fetch-Site: same-origin");
	assert_true(credentials_may_change(&c, origins, NULL));
	c = TAKE(cookie, header, "Origin: https://panel.example");
	assert_false(credentials_may_change(&c, origins, NULL));
	c = TAKE(cookie, header, "Origin: http://panel.example:8443");
	assert_false(credentials_may_change(&c, origins, NULL));
	c = TAKE(cookie, header, "Origin: ");
	assert_false(credentials_may_change(&c, origins, NULL));
	c = TAKE(cookie, header, "Sec-Fetch-Site: none");
	assert_false(credentials_may_change(&c, origins, NULL));
	c = TAKE("Origin: https://evil.example");
	assert_false(credentials_may_change(&c, origins, NULL));
}

static void origins_have_no_path_and_no_default_port(void **state)
{
	struct error err = { 0 };
	char *origins = NULL;

	(void)state;
	assert_true(credentials_origins(" https://Panel.Example:443/x  http://a:80 https://b:8443?q", &origins, &err));
	assert_string_equal(origins, "https://panel.example http://a https://b:8443");
	free(origins);
	assert_false(credentials_origins("", &origins, &err));
	assert_false(credentials_origins("ftp://a", &origins, &err));
	assert_false(credentials_origins("https://", &origins, &err));
	assert_false(credentials_origins("https://user@a", &origins, &err));
}

static void times_are_read_or_refused(void **state)
{
	(void)state;
	assert_int_equal(credentials_parse_time("2026-11-24T17:38:00.123Z"), 1795541880);
	assert_int_equal(credentials_parse_time("1970-01-01T00:00:01Z"), 1);
	assert_int_equal(credentials_parse_time(""), -1);
	assert_int_equal(credentials_parse_time("2026-11-24"), -1);
	assert_int_equal(credentials_parse_time("2026-11-24T17:38:00+01:00"), -1);
}

static void the_cookie_lives_as_long_as_the_session(void **state)
{
	_cleanup_buf_ struct buf buf = { 0 };

	(void)state;
	credentials_cookie(&buf, "tok", "1970-01-01T01:00:00Z", 1000);
	assert_string_equal(buf.data, "__Host-session=tok; Path=/; Max-Age=3599; Secure; HttpOnly; SameSite=Strict");
	buf_clear(&buf);
	credentials_cookie(&buf, "tok", "1970-01-01T00:00:00Z", 1000);
	assert_non_null(strstr(buf.data, "Max-Age=0;"));
}

#define GOOD "Authorization: Basic cm91dGVyOnN0X2FiYw=="    /* router:st_abc */
#define SESSION "Authorization: Basic cm91dGVyOnNzX2FiYw==" /* router:ss_abc */
#define ODD "Authorization: Basic cm91dGVyOnN0X2EgYg=="     /* router:st_a b */

static void a_password_is_a_token_only_where_that_is_asked_for(void **state)
{
	struct credentials c = TAKE(GOOD);
	struct error err = { 0 };

	(void)state;
	assert_false(credentials_present(&c, &err));
	credentials_use_basic(&c);
	assert_true(credentials_present(&c, &err));
	assert_string_equal(c.token, "st_abc");
	c = TAKE("Cookie: __Host-session=cookie", GOOD);
	credentials_use_basic(&c);
	assert_string_equal(c.token, "st_abc");
	c = TAKE("Authorization: Bearer st_xyz");
	credentials_use_basic(&c);
	assert_string_equal(c.token, "st_xyz");
}

static void passwords_that_are_no_api_token_are_none(void **state)
{
	static const char *const lines[][3] = {
		{ SESSION }, { ODD }, { GOOD, GOOD }, { "Authorization: Bearer st_x", GOOD }
	};
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct credentials c = take(lines[i]);

		credentials_use_basic(&c);
		assert_false(credentials_present(&c, &err));
	}
}

/* A browser may have kept the password. */
static void a_change_by_password_from_another_page_is_refused(void **state)
{
	static const char *const foreign[][3] = { { GOOD, "Origin: https://evil.example" },
		                                  { GOOD, "Sec-Fetch-Site: cross-site" } };
	struct credentials c = TAKE(GOOD);
	struct error err = { 0 };

	(void)state;
	credentials_use_basic(&c);
	assert_true(credentials_may_change(&c, "https://panel.example", &err));
	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++) {
		c = take(foreign[i]);
		credentials_use_basic(&c);
		assert_false(credentials_may_change(&c, "https://panel.example", &err));
		assert_int_equal(err.code, ERR_FORBIDDEN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_session_is_found_among_other_cookies),
		cmocka_unit_test(names_that_only_look_alike_are_no_session),
		cmocka_unit_test(the_token_of_a_program_is_no_session),
		cmocka_unit_test(two_sessions_or_an_odd_one_are_refused),
		cmocka_unit_test(a_bearer_token_wins_over_a_cookie_in_either_order),
		cmocka_unit_test(a_bad_bearer_token_is_not_made_good_by_a_cookie),
		cmocka_unit_test(a_change_by_cookie_needs_the_header_and_the_origin),
		cmocka_unit_test(a_password_is_a_token_only_where_that_is_asked_for),
		cmocka_unit_test(passwords_that_are_no_api_token_are_none),
		cmocka_unit_test(a_change_by_password_from_another_page_is_refused),
		cmocka_unit_test(origins_have_no_path_and_no_default_port),
		cmocka_unit_test(times_are_read_or_refused),
		cmocka_unit_test(the_cookie_lives_as_long_as_the_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
