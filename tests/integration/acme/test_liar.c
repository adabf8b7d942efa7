/* The client against servers that answer nonsense: it fails, soon, in words, and nothing else happens. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/acme/acme.h"
#include "lib/base/clock.h"

#include "liar.h"
#include "pebble.h"

#define OK "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nReplay-Nonce: abc\r\n"
#define DIRECTORY                                                                                                      \
	OK "\r\n{\"newNonce\":\"@ORIGIN@/nonce\",\"newAccount\":\"@ORIGIN@/account\",\"newOrder\":\"@ORIGIN@/order\"," \
	   "\"revokeCert\":\"@ORIGIN@/revoke\",\"keyChange\":\"@ORIGIN@/key\",\"renewalInfo\":\"@ORIGIN@/renewal\"}"
#define PROBLEM(status, type, more)                                                                                    \
	"HTTP/1.1 " status " no\r\nConnection: close\r\nContent-Type: application/problem+json\r\nReplay-Nonce: "      \
	"abc\r\n" more "\r\n{\"type\":\"urn:ietf:params:acme:error:" type "\",\"detail\":\"its own words\"}"

enum { PATIENCE_MS = 1000 };

static struct pebble identity;

static int set_up(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	pebble_identity(&identity);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pebble_erase(&identity);
	return 0;
}

/* Asks for the directory, an account, an order, in this order, as far as it goes; gives the error. */
static struct error ask(const struct lie *lies, struct acme_problem *ret_problem)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	_cleanup_(acme_key_freep) struct acme_key *key = NULL;
	_cleanup_(acme_freep) struct acme *acme = NULL;
	struct liar *liar = liar_start(&identity, lies);
	char directory[128], account[ACME_URL];
	const struct acme_options options = { .directory = directory, .ca = identity.ca, .timeout_ms = PATIENCE_MS };
	struct acme_signer signer = { .account = account };
	const char *name = "a.example";
	struct acme_order order;
	struct error err = { 0 };

	snprintf(directory, sizeof(directory), "%s/dir", liar_origin(liar));
	assert_true(acme_new(&options, &acme, NULL) && acme_key_new(&key, NULL));
	signer.key = key;
	if (acme_account_open(acme, key, "", NULL, false, account, &err) &&
	    acme_order_new(acme, &signer, &name, 1, NULL, arena, &order, &err))
		fail_msg("nonsense was taken");
	if (ret_problem)
		*ret_problem = *acme_problem(acme);
	liar_free(liar);
	return err;
}

static void garbage_is_bad_reply(void **state)
{
	static const char *const directories[] = {
		OK "\r\nnonsense",
		OK "\r\n",
		OK "\r\n[]",
		OK "\r\n{}",
		OK "\r\n{\"newNonce\":17}",
		OK "\r\n{\"newNonce\":\"https://evil.example/nonce\",\"newAccount\":\"@ORIGIN@/"
		   "a\",\"newOrder\":\"@ORIGIN@/o\","
		   "\"revokeCert\":\"@ORIGIN@/r\",\"keyChange\":\"@ORIGIN@/k\"}",
		OK "\r\n{\"newNonce\":\"@ORIGIN@.evil.example/nonce\",\"newAccount\":\"@ORIGIN@/"
		   "a\",\"newOrder\":\"@ORIGIN@/o\","
		   "\"revokeCert\":\"@ORIGIN@/r\",\"keyChange\":\"@ORIGIN@/k\"}",
		"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\n\r\n<html>",
		"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: https://evil.example/\r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		const struct lie lies[] = { { "/dir", directories[i] }, { NULL, NULL } };
		struct error err = ask(lies, NULL);

		if (err.code != ERR_BAD_REPLY)
			fail_msg("row %zu: %s", i, err.message);
	}
}

static void no_http_at_all_is_unavailable(void **state)
{
	static const struct lie lies[] = { { "/dir", "ceci n'est pas HTTP\r\n" }, { NULL, NULL } };

	(void)state;
	assert_int_equal(ask(lies, NULL).code, ERR_UNAVAILABLE);
}

static void too_much_is_bad_reply(void **state)
{
	char *bytes = malloc(3 << 20);
	const struct lie lies[] = { { "/dir", bytes }, { NULL, NULL } };
	struct error err;

	(void)state;
	snprintf(bytes, 256, "%s", OK "\r\n{\"x\":\"");
	memset(bytes + strlen(bytes), 'a', (3 << 20) - 512);
	err = ask(lies, NULL);
	assert_int_equal(err.code, ERR_BAD_REPLY);
	free(bytes);
}

static void headers_without_end_are_bad_reply(void **state)
{
	char *bytes = calloc(1, 200000);
	const struct lie lies[] = { { "/dir", bytes }, { NULL, NULL } };
	size_t at;
	struct error err;

	(void)state;
	at = (size_t)snprintf(bytes, 256, "HTTP/1.1 200 OK\r\n");
	while (at < 190000)
		at += (size_t)snprintf(bytes + at, 64, "X-Header-%zu: some more of it\r\n", at);
	err = ask(lies, NULL);
	assert_true(err.code == ERR_BAD_REPLY || err.code == ERR_UNAVAILABLE);
	free(bytes);
}

static void silence_is_a_timeout(void **state)
{
	static const struct lie lies[] = { { "/dir", NULL }, { NULL, NULL } };
	int64_t began = clock_monotonic_ms();

	(void)state;
	assert_int_equal(ask(lies, NULL).code, ERR_TIMEOUT);
	assert_true(clock_monotonic_ms() - began < 5 * PATIENCE_MS);
}

static void an_account_elsewhere_is_none(void **state)
{
	static const struct lie lies[] = {
		{ "/dir", DIRECTORY },
		{ "/nonce", OK "\r\n" },
		{ "/account", "HTTP/1.1 201 Created\r\nConnection: close\r\nReplay-Nonce: abd\r\nLocation: "
		              "https://evil.example/acct/1\r\nContent-Type: application/json\r\n\r\n{}" },
		{ NULL, NULL },
	};

	(void)state;
	assert_int_equal(ask(lies, NULL).code, ERR_BAD_REPLY);
}

static void no_nonce_is_bad_reply(void **state)
{
	static const struct lie lies[] = {
		{ "/dir", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n"
		          "{\"newNonce\":\"@ORIGIN@/nonce\",\"newAccount\":\"@ORIGIN@/"
		          "account\",\"newOrder\":\"@ORIGIN@/order\","
		          "\"revokeCert\":\"@ORIGIN@/revoke\",\"keyChange\":\"@ORIGIN@/key\"}" },
		{ "/nonce", "HTTP/1.1 200 OK\r\nConnection: close\r\nReplay-Nonce: bad nonce\"\r\n\r\n" },
		{ NULL, NULL },
	};

	(void)state;
	assert_int_equal(ask(lies, NULL).code, ERR_BAD_REPLY);
}

/* It gives up after some tries. */
static void a_nonce_that_is_never_good_ends(void **state)
{
	static const struct lie lies[] = {
		{ "/dir", DIRECTORY },
		{ "/nonce", OK "\r\n" },
		{ "/account", PROBLEM("400", "badNonce", "") },
		{ NULL, NULL },
	};
	static struct acme_problem problem;

	(void)state;
	assert_int_equal(ask(lies, &problem).code, ERR_CONFLICT);
	assert_string_equal(problem.type, "badNonce");
}

static void a_limit_says_how_long_to_wait(void **state)
{
	static const struct lie lies[] = {
		{ "/dir", DIRECTORY },
		{ "/nonce", OK "\r\n" },
		{ "/account", PROBLEM("429", "rateLimited", "Retry-After: 120\r\n") },
		{ NULL, NULL },
	};
	static struct acme_problem problem;
	struct error err = ask(lies, &problem);

	(void)state;
	assert_int_equal(err.code, ERR_RATE_LIMITED);
	assert_int_equal(err.retry_after_s, 120);
	assert_non_null(strstr(err.message, "its own words"));
	assert_string_equal(problem.type, "rateLimited");
}

static void an_order_that_makes_no_sense_is_bad_reply(void **state)
{
	static const char *const orders[] = { "{}", "[]", "{\"status\":\"ready\"}",
		                              ("{\"status\":\"ready\",\"identifiers\":[{\"type\":\"dns\",\"value\":\"a."
		                               "example\"}],\"authorizations\":"
		                               "[\"https://evil.example/\"],\"finalize\":\"@ORIGIN@/f\"}") };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		char order[1024];
		const struct lie lies[] = {
			{ "/dir", DIRECTORY },
			{ "/nonce", OK "\r\n" },
			{ "/account", OK "Location: @ORIGIN@/acct/1\r\n\r\n{}" },
			{ "/order", order },
			{ NULL, NULL },
		};

		snprintf(order, sizeof(order), OK "Location: @ORIGIN@/order/1\r\n\r\n%s", orders[i]);
		assert_int_equal(ask(lies, NULL).code, ERR_BAD_REPLY);
	}
}

/* RFC 9773, which the real one here doesn't speak. */
static void a_window_of_renewal_is_read_and_bounded(void **state)
{
	static const struct lie lies[] = {
		{ "/dir", DIRECTORY },
		{ "/renewal/good.id", OK "Retry-After: "
		                         "21600\r\n\r\n{\"suggestedWindow\":{\"start\":\"2026-01-02T04:00:00Z\","
		                         "\"end\":\"2026-01-03T04:00:00Z\"}}" },
		{ "/renewal/turned.id", OK
		  "\r\n{\"suggestedWindow\":{\"start\":\"2026-01-03T04:00:00Z\",\"end\":\"2026-01-02T04:00:00Z\"}}" },
		{ "/renewal/endless.id", OK
		  "\r\n{\"suggestedWindow\":{\"start\":\"2026-01-03T04:00:00Z\",\"end\":\"9999-01-02T04:00:00Z\"}}" },
		{ "/renewal/empty.id", OK "\r\n{}" },
		{ NULL, NULL },
	};
	struct liar *liar = liar_start(&identity, lies);
	_cleanup_(acme_freep) struct acme *acme = NULL;
	char directory[128];
	const struct acme_options options = { .directory = directory, .ca = identity.ca, .timeout_ms = PATIENCE_MS };
	struct acme_window window;
	struct error err = { 0 };

	(void)state;
	snprintf(directory, sizeof(directory), "%s/dir", liar_origin(liar));
	assert_true(acme_new(&options, &acme, NULL));
	if (!acme_renewal_window(acme, "good.id", &window, &err))
		fail_msg("%s", err.message);
	assert_int_equal(window.start_s, 1767326400);
	assert_int_equal(window.end_s, 1767412800);
	assert_int_equal(acme_retry_after_s(acme), 21600);
	assert_false(acme_renewal_window(acme, "turned.id", &window, NULL));
	assert_false(acme_renewal_window(acme, "endless.id", &window, NULL));
	assert_false(acme_renewal_window(acme, "empty.id", &window, NULL));
	assert_false(acme_renewal_window(acme, "absent.id", &window, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	liar_free(liar);
}

static void only_https_directories_are_taken(void **state)
{
	static const char *const bad[] = { "http://ca.example/dir",
		                           "https://",
		                           "https:///dir",
		                           "https://u:p@ca.example/dir",
		                           "file:///etc/passwd",
		                           "ca.example",
		                           "",
		                           "https://ca.example" };
	struct acme *acme;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (acme_new(&(const struct acme_options){ .directory = bad[i] }, &acme, NULL))
			fail_msg("'%s' was taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(garbage_is_bad_reply),
		cmocka_unit_test(no_http_at_all_is_unavailable),
		cmocka_unit_test(too_much_is_bad_reply),
		cmocka_unit_test(headers_without_end_are_bad_reply),
		cmocka_unit_test(silence_is_a_timeout),
		cmocka_unit_test(an_account_elsewhere_is_none),
		cmocka_unit_test(no_nonce_is_bad_reply),
		cmocka_unit_test(a_nonce_that_is_never_good_ends),
		cmocka_unit_test(a_limit_says_how_long_to_wait),
		cmocka_unit_test(an_order_that_makes_no_sense_is_bad_reply),
		cmocka_unit_test(a_window_of_renewal_is_read_and_bounded),
		cmocka_unit_test(only_https_directories_are_taken),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
