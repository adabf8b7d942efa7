/* Requests that no honest client sends: always an answer of the 400s, never a fault, and the gateway lives on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "client.h"
#include "fixture.h"

#define BEARER "Authorization: Bearer customer\r\n"
#define HOST "Host: panel.example\r\n"
#define POST "POST /api/v1/websites HTTP/1.1\r\n" HOST BEARER "Content-Type: application/json\r\n"
#define CLOSE "Connection: close\r\n"

struct row {
	const char *request;
	int status; /* 0: closed without an answer is right, and so is any of the 400s */
};

static void assert_alive(struct fixture *f)
{
	struct answer answer;

	client_ask(f->port, "GET", "/healthz", "", NULL, &answer);
	assert_int_equal(answer.status, 200);
}

static void check(struct fixture *f, const struct row *rows, size_t n)
{
	struct answer answer;

	for (size_t i = 0; i < n; i++) {
		(rows[i].status ? client_raw : client_fragment)(f->port, rows[i].request, strlen(rows[i].request),
		                                                &answer);
		if (rows[i].status ? answer.status != rows[i].status : answer.status != 0 && answer.status / 100 != 4)
			fail_msg("row %zu: '%s' got '%.300s'", i, rows[i].request, answer.text);
	}
	assert_alive(f);
}

static void bodies_with_two_lengths_are_refused_and_nothing_is_smuggled(void **state)
{
	static const struct row rows[] = {
		{ POST "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n",
		  400 },
		{ POST "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}", 400 },
		{ POST "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400 },
		{ POST "Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}", 400 },
		{ POST "Content-Length: 2, 2\r\n\r\n{}", 400 },
		{ POST "Content-Length: +2\r\n\r\n{}", 400 },
		{ POST "Content-Length: -2\r\n\r\n{}", 400 },
		{ POST "Content-Length: 0x2\r\n\r\n{}", 400 },
		{ POST "Content-Length: 2 2\r\n\r\n{}", 400 },
		{ POST "Content-Length: two\r\n\r\n{}", 400 },
		{ POST "Content-Length:\r\n\r\n", 400 },
		{ POST "Content-Length: 99999999999999999999999999\r\n\r\n{}", 0 },
		{ POST "Transfer-Encoding: identity\r\n\r\n{}", 400 },
		{ POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400 },
		{ POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", 400 },
		{ POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400 },
		{ "GET /healthz HTTP/1.1\r\n" HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
		{ "GET /healthz HTTP/1.1\r\n" HOST "Host: other.example\r\n" CLOSE "\r\n", 400 },
	};
	struct fixture *f = *state;
	struct answer answer;

	check(f, rows, ARRAY_SIZE(rows));
	client_raw(f->port, rows[0].request, strlen(rows[0].request), &answer);
	assert_null(strstr(answer.text + 1, "HTTP/1.1 200"));
	assert_int_equal(atomic_load(&f->web_calls), 0);
}

static void shapes_that_are_no_request_are_refused(void **state)
{
	static const struct row rows[] = {
		{ "GET / HTTP/1.1\r\n" CLOSE "\r\n", 400 }, /* no Host */
		{ "GET / HTTP/1.1\r\nHost : panel.example\r\n" CLOSE "\r\n", 400 },
		{ "GET / HTTP/9.9\r\n" HOST CLOSE "\r\n", 505 },
		{ "GET\r\n\r\n", 0 },
		{ "\r\n\r\n\r\n\r\n", 0 },
		{ "\x16\x03\x01\x02\x01", 0 },
		{ "BREW / HTTP/1.1\r\n" HOST CLOSE "\r\n", 501 },
		{ "get / HTTP/1.1\r\n" HOST CLOSE "\r\n", 501 },
		{ "OPTIONS /api/v1/websites HTTP/1.1\r\n" HOST CLOSE "\r\n", 405 },
		{ "OPTIONS * HTTP/1.1\r\n" HOST CLOSE "\r\n", 404 },
		{ "TRACE /api/v1/websites HTTP/1.1\r\n" HOST CLOSE "\r\n", 405 },
		{ "CONNECT panel.example:443 HTTP/1.1\r\n" HOST CLOSE "\r\n", 404 },
		{ "GET http://panel.example/ HTTP/1.1\r\n" HOST CLOSE "\r\n", 404 },
		{ "PUT /api/v1/websites HTTP/1.1\r\n" HOST CLOSE BEARER "Content-Length: 2\r\n\r\n{}", 405 },
		{ "PATCH /api/v1/session HTTP/1.1\r\n" HOST CLOSE "\r\n", 405 },
		{ "POST / HTTP/1.1\r\n" HOST CLOSE "Content-Length: 0\r\n\r\n", 405 },
		{ "DELETE /healthz HTTP/1.1\r\n" HOST CLOSE "\r\n", 405 },
		{ "HEAD /api/v1/events HTTP/1.1\r\n" HOST CLOSE BEARER "\r\n", 405 },
	};

	check(*state, rows, ARRAY_SIZE(rows));
}

static void bodies_that_are_no_json_object_are_refused(void **state)
{
	static const struct row rows[] = {
		{ POST CLOSE "Content-Length: 1\r\n\r\n{", 400 },
		{ POST CLOSE "Content-Length: 2\r\n\r\n[]", 400 },
		{ POST CLOSE "Content-Length: 4\r\n\r\nnull", 400 },
		{ POST CLOSE "Content-Length: 4\r\n\r\n\xff\xfe\xfd\x01", 400 },
		{ POST CLOSE "Content-Length: 43\r\n\r\n{\"domain\":\"a.example\",\"domain\":\"b.example\"}", 400 },
		{ POST CLOSE "Content-Length: 25\r\n\r\n{\"domain\":\"a\\u0000.exam\"}", 400 },
		{ POST CLOSE "Content-Length: 12\r\n\r\n{\"domain\":1}", 400 },
		{ POST CLOSE "Content-Length: 15\r\n\r\n{\"domain\":null}", 400 },
		{ POST CLOSE "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", 411 },
		{ POST CLOSE "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 411 },
		{ "POST /api/v1/websites HTTP/1.1\r\n" HOST CLOSE BEARER "Content-Length: 2\r\n\r\n{}", 415 },
		{ "POST /api/v1/websites HTTP/1.1\r\n" HOST CLOSE BEARER
		  "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
		  415 },
		{ "POST /api/v1/websites HTTP/1.1\r\n" HOST CLOSE BEARER
		  "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n\r\ndomain=a",
		  415 },
		{ "GET /api/v1/websites HTTP/1.1\r\n" HOST CLOSE BEARER
		  "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
		  400 },
		{ POST CLOSE "Idempotency-Key: a b\r\nContent-Length: 2\r\n\r\n{}", 400 },
		{ POST CLOSE "Idempotency-Key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"
		             "Content-Length: 2\r\n\r\n{}",
		  400 },
		{ POST CLOSE "Idempotency-Key:\r\nContent-Length: 2\r\n\r\n{}", 400 },
		{ POST CLOSE "Idempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Length: 2\r\n\r\n{}", 400 },
	};

	check(*state, rows, ARRAY_SIZE(rows));
}

static void other_spellings_of_an_address_are_no_address(void **state)
{
	static const char *const targets[] = {
		"//api/v1/websites",
		"/api//v1/websites",
		"/api/v1/websites/",
		"/api/./v1/websites",
		"/api/x/../v1/websites",
		"/api/v1/%77ebsites",
		"/api%2fv1%2fwebsites",
		"/API/v1/websites",
		"/api/v1/websites%00",
		"/api/v1/websites%",
		"/api/v1/websites%2",
		"/api/v1/websites%zz",
		"/api\\v1\\websites",
		"/api/v1/websites;a=b",
		"/api/v1/websites/..",
		"/api/v1/websites%2f..",
		"/..%2f..%2fetc/passwd",
		"/../../../etc/passwd",
		"/%2e%2e/%2e%2e/etc/passwd",
		"/link.txt",
		"/.secret",
		"/csp.txt",
		"/_next/static/app.js.br",
		"/outside.txt",
		"/api/v1/websites%c0%af",
		"/%ff",
		"/websites/index.html/",
		"/index.html%20",
	};
	struct fixture *f = *state;
	struct answer answer;

	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		client_ask(f->port, "GET", targets[i], BEARER, NULL, &answer);
		if (answer.status != 404)
			fail_msg("%s: %.200s", targets[i], answer.text);
		assert_null(strstr(answer.body, "outside"));
	}
	assert_int_equal(atomic_load(&f->web_calls), 0);
}

static void every_route_but_signing_in_wants_a_token(void **state)
{
	static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" };
	static const char *const targets[] = { "/api/v1/websites",
		                               "/api/v1/websites/" FIXTURE_WEBSITE,
		                               "/api/v1/websites/" FIXTURE_WEBSITE "/purge",
		                               "/api/v1/tasks",
		                               "/api/v1/nodes",
		                               "/api/v1/audit",
		                               "/api/v1/users",
		                               "/api/v1/tokens",
		                               "/api/v1/organisations",
		                               "/api/v1/events" };
	struct fixture *f = *state;
	struct answer answer;

	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(methods); j++) {
			client_ask(f->port, methods[j], targets[i], "", NULL, &answer);
			if (answer.status != 401 && answer.status != 405 && answer.status != 404)
				fail_msg("%s %s: %d", methods[j], targets[i], answer.status);
		}
	}
	assert_int_equal(atomic_load(&f->web_calls), 0);
	assert_int_equal(atomic_load(&f->identities), 0);
}

/* A request with much of something in it. */
static void send_large(struct fixture *f, const char *before, size_t fill, const char *after, struct answer *ret)
{
	size_t first = strlen(before), last = strlen(after);
	char *request = malloc(first + fill + last);

	memcpy(request, before, first);
	memset(request + first, 'a', fill);
	memcpy(request + first + fill, after, last);
	client_raw(f->port, request, first + fill + last, ret);
	free(request);
}

static void too_much_of_anything_has_its_own_status(void **state)
{
	struct fixture *f = *state;
	struct answer answer;
	char many[8192] = "GET /healthz HTTP/1.1\r\n" HOST CLOSE;

	send_large(f, "GET /healthz HTTP/1.1\r\n" HOST CLOSE "X-A: ", 20000, "\r\n\r\n", &answer);
	assert_int_equal(answer.status, 431);
	send_large(f, "GET /healthz HTTP/1.1\r\n" HOST CLOSE "X-A: ", 200000, "\r\n\r\n", &answer);
	assert_in_range(answer.status, 400, 499);
	send_large(f, "GET /healthz?", 5000, " HTTP/1.1\r\n" HOST CLOSE "\r\n", &answer);
	assert_int_equal(answer.status, 414);
	for (int i = 0; i < 150; i++)
		strcat(many, "X-Many: 1\r\n");
	strcat(many, "\r\n");
	client_raw(f->port, many, strlen(many), &answer);
	assert_int_equal(answer.status, 431);
	send_large(f, POST CLOSE "Content-Length: 300000\r\n\r\n", 300000, "", &answer);
	assert_int_equal(answer.status, 413);
	assert_non_null(strstr(answer.body, "\"code\":\"TOO_LARGE\""));
	send_large(f, POST CLOSE "Content-Length: 3000000\r\n\r\n", 10, "", &answer);
	assert_int_equal(answer.status, 413);
	send_large(f, POST CLOSE "Transfer-Encoding: chunked\r\n\r\n493E0\r\n", 300000, "\r\n0\r\n\r\n", &answer);
	assert_int_equal(answer.status, 411);
	send_large(f, POST CLOSE "Transfer-Encoding: chunked\r\n\r\n2;", 200000, "\r\n{}\r\n0\r\n\r\n", &answer);
	assert_int_equal(answer.status, 411);
	assert_alive(f);
	assert_int_equal(atomic_load(&f->web_calls), 0);
}

static void errors_have_the_headers_of_all_answers(void **state)
{
	static const char *const targets[] = { "/api/v1/websites", "/api/nothing", "/nothing", "/healthz", "/" };
	static const char *const names[] = { "X-Request-Id",           "Strict-Transport-Security",
		                             "X-Content-Type-Options", "Content-Security-Policy",
		                             "Referrer-Policy",        "Cross-Origin-Opener-Policy",
		                             "Permissions-Policy",     "Cache-Control" };
	struct fixture *f = *state;
	struct answer answer;
	char value[512];

	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		client_ask(f->port, "GET", targets[i], "", NULL, &answer);
		for (size_t j = 0; j < ARRAY_SIZE(names); j++)
			if (!client_header(&answer, names[j], value, sizeof(value)))
				fail_msg("%s has no %s", targets[i], names[j]);
		assert_null(strstr(answer.text, "Access-Control-"));
	}
}

static void a_missing_method_says_which_there_are(void **state)
{
	struct fixture *f = *state;
	struct answer answer;
	char allow[64];

	client_ask(f->port, "OPTIONS", "/api/v1/websites", "", NULL, &answer);
	assert_int_equal(answer.status, 405);
	assert_true(client_header(&answer, "Allow", allow, sizeof(allow)));
	assert_non_null(strstr(allow, "GET, HEAD"));
	assert_non_null(strstr(allow, "POST"));
}

#define TEST(name) cmocka_unit_test_setup(name, fixture_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bodies_with_two_lengths_are_refused_and_nothing_is_smuggled),
		TEST(shapes_that_are_no_request_are_refused),
		TEST(bodies_that_are_no_json_object_are_refused),
		TEST(other_spellings_of_an_address_are_no_address),
		TEST(every_route_but_signing_in_wants_a_token),
		TEST(too_much_of_anything_has_its_own_status),
		TEST(errors_have_the_headers_of_all_answers),
		TEST(a_missing_method_says_which_there_are),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
