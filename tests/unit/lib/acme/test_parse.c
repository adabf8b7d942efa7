/* What an authority says is bounded: nothing of it is believed because it came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/acme/http.h"
#include "lib/acme/parse.h"

#define CA "https://ca.example:14000"

static bool may(const void *arg, const char *url)
{
	(void)arg;
	return http_within(url, CA);
}

static const struct parse_urls urls = { .may = may };

static parse_value *object(const char *text)
{
	parse_value *value = NULL;

	assert_true(parse_object(text, strlen(text), &value, NULL));
	return value;
}

static bool order(const char *text, struct arena *arena, struct acme_order *ret)
{
	_cleanup_(parse_freep) parse_value *value = object(text);

	return parse_order(value, CA "/order/1", &urls, arena, ret, NULL);
}

static bool authorization(const char *text, struct arena *arena, struct acme_authorization *ret)
{
	_cleanup_(parse_freep) parse_value *value = object(text);

	return parse_authorization(value, &urls, arena, ret, NULL);
}

static void only_objects_are_read(void **state)
{
	static const char *const bad[] = { "",      "[]", "1", "\"x\"", "{", "{}x", "{\"a\":1,\"a\":2}", "{\"a\":nul}",
		                           "<html>" };
	_cleanup_buf_ struct buf deep = { 0 };
	parse_value *value;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = { 0 };

		assert_false(parse_object(bad[i], strlen(bad[i]), &value, &err));
		assert_int_equal(err.code, ERR_BAD_REPLY);
	}
	buf_puts(&deep, "{\"a\":");
	for (unsigned i = 0; i < 1000; i++)
		buf_puts(&deep, "[");
	assert_false(parse_object(deep.data, deep.size, &value, NULL));
}

#define ORDER(status, more)                                                                                            \
	"{\"status\":\"" status                                                                                        \
	"\",\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.example\"}],\"authorizations\":[\"" CA                    \
	"/authz/1\"],\"finalize\":\"" CA "/finalize/1\"" more "}"

static void an_order_has_what_belongs_to_it(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	struct acme_order got;

	(void)state;
	assert_true(order(ORDER("valid", ",\"certificate\":\"" CA "/cert/1\""), arena, &got));
	assert_int_equal(got.status, ACME_VALID);
	assert_string_equal(got.certificate, CA "/cert/1");
	assert_string_equal(got.authorizations[0], CA "/authz/1");
	assert_string_equal(got.names[0], "a.example");
	assert_true(order(ORDER("pending", ""), arena, &got));
}

static void a_bad_order_is_refused(void **state)
{
	static const char *const bad[] = {
		ORDER("valid", ""),
		ORDER("marvellous", ""),
		"{}",
		ORDER("ready", ",\"certificate\":\"https://evil.example/cert\""),
		ORDER("ready", ",\"certificate\":\"http://ca.example:14000/cert\""),
		ORDER("ready", ",\"certificate\":\"" CA ".evil.example/cert\""),
		ORDER("ready", ",\"certificate\":\"" CA "@evil.example/cert\""),
		ORDER("ready", ",\"certificate\":\"" CA "/a b\""),
		ORDER("ready", ",\"certificate\":17"),
		"{\"status\":\"pending\",\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.example\"}],"
		"\"authorizations\":[],"
		"\"finalize\":\"" CA "/f\"}",
		"{\"status\":\"pending\",\"identifiers\":[],\"authorizations\":[\"" CA "/a\"],\"finalize\":\"" CA
		"/f\"}",
		"{\"status\":\"pending\",\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.example\"}],"
		"\"authorizations\":[\"file:///etc\"],"
		"\"finalize\":\"" CA "/f\"}",
	};
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	struct acme_order got;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (order(bad[i], arena, &got))
			fail_msg("row %zu was taken", i);
}

static void an_authorisation_tells_why_it_failed(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	struct acme_authorization got;

	(void)state;
	assert_true(authorization(
		"{\"status\":\"invalid\",\"identifier\":{\"type\":\"dns\",\"value\":\"a.example\"},\"challenges\":["
		"{\"type\":\"tls-alpn-01\",\"status\":\"pending\",\"url\":\"" CA "/c/0\",\"token\":\"t\"},"
		"{\"type\":\"http-01\",\"status\":\"invalid\",\"url\":\"" CA "/c/1\",\"token\":\"t-1\",\"error\":"
		"{\"type\":\"urn:ietf:params:acme:error:dns\",\"detail\":\"no\\nsuch name\"}}]}",
		arena, &got));
	assert_string_equal(got.name, "a.example");
	assert_string_equal(got.http.token, "t-1");
	assert_string_equal(got.dns.url, "");
	assert_string_equal(got.problem->type, "dns");
	assert_string_equal(got.problem->detail, "no such name");
	assert_false(authorization(
		"{\"status\":\"pending\",\"identifier\":{\"type\":\"dns\",\"value\":\"a.example\"},\"challenges\":["
		"{\"type\":\"http-01\",\"status\":\"pending\",\"url\":\"" CA "/c/1\",\"token\":\"../t\"}]}",
		arena, &got));
	assert_false(authorization("{\"status\":\"pending\"}", arena, &got));
}

static void a_problem_names_each_name(void **state)
{
	_cleanup_(parse_freep) parse_value *value =
		object("{\"type\":\"urn:ietf:params:acme:error:compound\",\"detail\":\"two\",\"subproblems\":["
	               "{\"type\":\"urn:ietf:params:acme:error:rejectedIdentifier\",\"detail\":\"no\",\"identifier\":{"
	               "\"type\":\"dns\",\"value\":\"a.example\"}},"
	               "{\"type\":\"about:blank\",\"identifier\":{\"type\":\"dns\",\"value\":\"b.example\"}},"
	               "{\"type\":\"about:blank\"}, 17]}");
	static struct acme_problem problem;

	(void)state;
	parse_problem(value, &problem);
	assert_string_equal(problem.type, "compound");
	assert_int_equal(problem.n, 2);
	assert_string_equal(problem.names[0].type, "rejectedIdentifier");
	assert_string_equal(problem.names[1].name, "b.example");
	assert_string_equal(problem.names[1].type, "other");
}

/* Long words are cut off between characters. */
static void words_are_cut_off(void **state)
{
	_cleanup_buf_ struct buf text = { 0 };
	static struct acme_problem problem;
	parse_value *value;

	(void)state;
	buf_puts(&text, "{\"detail\":\"x");
	for (unsigned i = 0; i < 2000; i++)
		buf_puts(&text, "\xc3\xa4");
	buf_puts(&text, "\"}");
	value = object(text.data);
	parse_problem(value, &problem);
	parse_free(value);
	assert_int_equal(strlen(problem.detail), ACME_DETAIL - 1);
	assert_memory_equal(problem.detail + ACME_DETAIL - 3, "\xc3\xa4", 2);
}

static void times_are_rfc3339(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} rows[] = {
		{ "{\"t\":\"2026-01-02T03:04:05Z\"}", 1767323045 },
		{ "{\"t\":\"2026-01-02T03:04:05.123Z\"}", 1767323045 },
		{ "{\"t\":\"2026-01-02T05:04:05+02:00\"}", 1767323045 },
		{ "{\"t\":\"2026-01-02\"}", -1 },
		{ "{\"t\":\"tomorrow\"}", -1 },
		{ "{\"t\":17}", -1 },
		{ "{\"t\":\"2026-01-02T03:04:05\"}", -1 },
		{ "{\"t\":\"2026-01-02T03:04:05+2\"}", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(parse_freep) parse_value *value = object(rows[i].text);
		int64_t got = -1;

		parse_time(value, "t", &got);
		if (got != rows[i].want)
			fail_msg("row %zu: %lld", i, (long long)got);
	}
}

#define CERTIFICATE "-----BEGIN CERTIFICATE-----\nMIIB\nAA==\n-----END CERTIFICATE-----\n"

static void a_chain_is_certificates_and_nothing_else(void **state)
{
	static const char *const good[] = { CERTIFICATE, CERTIFICATE "\n" CERTIFICATE,
		                            "-----BEGIN CERTIFICATE-----\r\nMIIB\r\n-----END CERTIFICATE-----" };
	static const char *const bad[] = { "",
		                           "x",
		                           (CERTIFICATE "x"),
		                           ("x" CERTIFICATE),
		                           "-----BEGIN CERTIFICATE-----\nMI",
		                           "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
		                           "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
		                           "-----BEGIN CERTIFICATE-----\nMI;B\n-----END CERTIFICATE-----\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(parse_chain(good[i], strlen(good[i])));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(parse_chain(bad[i], strlen(bad[i])));
}

static void header(struct http_answer *answer, const char *line)
{
	http_header(answer, CA, line, strlen(line), 1000000);
}

static void headers_are_bounded(void **state)
{
	struct http_answer answer = { 0 };

	(void)state;
	header(&answer, "replay-nonce: abc_-9\r\n");
	header(&answer, "Replay-Nonce: a b\r\n");
	assert_string_equal(answer.nonce, "abc_-9");
	header(&answer, "Location: https://evil.example/acct/1\r\n");
	assert_string_equal(answer.location, "");
	header(&answer, "Location:" CA "/acct/1\r\n");
	assert_string_equal(answer.location, CA "/acct/1");
	header(&answer, "Retry-After: 17\r\n");
	assert_int_equal(answer.retry_after_s, 17);
	header(&answer, "Retry-After: 99999999999999999999\r\n");
	assert_int_equal(answer.retry_after_s, ACME_WAIT_MOST_S);
	header(&answer, "Retry-After: -5\r\n");
	assert_int_equal(answer.retry_after_s, 0);
	header(&answer, "Retry-After: Mon, 12 Jan 1970 13:47:40 GMT\r\n");
	assert_int_equal(answer.retry_after_s, 1000060 - 1000000);
	header(&answer, "Retry-After: soon\r\n");
	assert_int_equal(answer.retry_after_s, 0);
	header(&answer, "Link: <" CA "/cert/1/1>;rel=\"alternate\"\r\n");
	header(&answer, "Link: <https://evil.example/>;rel=\"alternate\"\r\n");
	header(&answer, "Link: <" CA "/dir>;rel=\"index\"\r\n");
	assert_int_equal(answer.n_alternates, 1);
	for (unsigned i = 0; i < 50; i++)
		header(&answer, "Link: <" CA "/cert/1/1>;rel=\"alternate\"\r\n");
	assert_int_equal(answer.n_alternates, LINKS);
	header(&answer, "Content-Type: application/problem+json; charset=utf-8\r\n");
	assert_true(answer.json && answer.problem);
	header(&answer, "Content-Type: text/html\r\n");
	assert_false(answer.json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_objects_are_read),     cmocka_unit_test(an_order_has_what_belongs_to_it),
		cmocka_unit_test(a_bad_order_is_refused),    cmocka_unit_test(an_authorisation_tells_why_it_failed),
		cmocka_unit_test(a_problem_names_each_name), cmocka_unit_test(words_are_cut_off),
		cmocka_unit_test(times_are_rfc3339),         cmocka_unit_test(a_chain_is_certificates_and_nothing_else),
		cmocka_unit_test(headers_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
