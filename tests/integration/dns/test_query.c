/* Tests of query.c: one question to one server, however that one answers. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/dns/query.h"

#include "responder.h"

enum { ARENA_MAX = 1 << 20, SOON_MS = 300, LONG_MS = 20000, THREADS = 16 };

#define NAME "www.shop.example."
#define LABEL63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static bool ask(const struct responder *responder, int64_t wait_ms, struct arena *arena, struct dns_answer *answer,
                struct error *err)
{
	return dns_ask("127.0.0.1", responder_port(responder), NAME, DNS_A, false, clock_unix_ms() + wait_ms, arena,
	               answer, err);
}

static void check_well(enum manner manner)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	_cleanup_(responder_freep) struct responder *responder = responder_new(manner);
	struct dns_answer answer;
	struct error err = { 0 };

	if (!ask(responder, LONG_MS, arena, &answer, &err))
		fail_msg("manner %d: %s", manner, err.message);
	assert_int_equal(answer.rcode, 0);
	assert_true(answer.authoritative);
	assert_false(answer.cut);
	assert_int_equal(answer.n, 1);
	assert_string_equal(answer.records[0].name, NAME);
	assert_string_equal(answer.records[0].data, "192.0.2.1");
	assert_int_equal(answer.records[0].ttl, 300);
}

static void an_answer_comes(void **state)
{
	(void)state;
	check_well(WELL);
	check_well(CUT);
	check_well(STRANGE);
	check_well(LATE);
}

static void check_failure(enum manner manner, int64_t wait_ms, enum error_code code)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	_cleanup_(responder_freep) struct responder *responder = responder_new(manner);
	struct dns_answer answer;
	struct error err = { 0 };
	int64_t begin = clock_monotonic_ms();

	assert_false(ask(responder, wait_ms, arena, &answer, &err));
	if (err.code != code)
		fail_msg("manner %d: %s: %s", manner, error_code_name(err.code), err.message);
	assert_true(clock_monotonic_ms() - begin < LONG_MS / 2);
	if (code == ERR_TIMEOUT)
		assert_true(clock_monotonic_ms() - begin >= wait_ms - 1);
}

static void what_is_no_answer_is_said(void **state)
{
	(void)state;
	check_failure(SILENT, SOON_MS, ERR_TIMEOUT);
	check_failure(CUT_SILENT, SOON_MS, ERR_TIMEOUT);
	check_failure(NONSENSE, LONG_MS, ERR_BAD_REPLY);
	check_failure(CUT_TWICE, LONG_MS, ERR_BAD_REPLY);
	check_failure(CUT_SHORT, LONG_MS, ERR_BAD_REPLY);
	check_failure(CUT_FOREIGN, LONG_MS, ERR_BAD_REPLY);
}

/* Closed before the question was read: reset or end, as the kernel happens to see it. */
static void a_connection_that_ends_is_said(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	_cleanup_(responder_freep) struct responder *responder = responder_new(CUT_AWAY);
	struct dns_answer answer;
	struct error err = { 0 };

	(void)state;
	assert_false(ask(responder, LONG_MS, arena, &answer, &err));
	assert_true(err.code == ERR_BAD_REPLY || err.code == ERR_UNAVAILABLE);
}

static void a_refusal_is_an_answer(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	_cleanup_(responder_freep) struct responder *responder = responder_new(REFUSED);
	struct dns_answer answer;
	struct error err = { 0 };
	uint32_t serial;

	(void)state;
	assert_true(ask(responder, LONG_MS, arena, &answer, &err));
	assert_int_equal(answer.rcode, 5);
	assert_int_equal(answer.n, 0);
	assert_false(dns_ask_serial("127.0.0.1", responder_port(responder), "shop.example", clock_unix_ms() + LONG_MS,
	                            &serial, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void nobody_is_there(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	struct responder *responder = responder_new(WELL);
	uint16_t port = responder_port(responder);
	struct dns_answer answer;
	struct error err = { 0 };

	(void)state;
	responder_free(responder);
	assert_false(dns_ask("127.0.0.1", port, NAME, DNS_A, false, clock_unix_ms() + LONG_MS, arena, &answer, &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
}

static void what_cannot_be_asked(void **state)
{
	static const char *const names[] = { "", "www", "a..b.", ".a.", "a\\.b.example.", "a" LABEL63 ".example." };
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	struct dns_answer answer;
	struct error err = { 0 };
	char long_name[400];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_false(dns_ask("127.0.0.1", 53, names[i], DNS_A, false, clock_unix_ms() + SOON_MS, arena, &answer,
		                     &err));
		assert_int_equal(err.code, ERR_INVALID);
	}
	for (size_t i = 0; i < sizeof(long_name) - 1; i++)
		long_name[i] = i % 2 ? '.' : 'a';
	long_name[sizeof(long_name) - 2] = '.';
	long_name[sizeof(long_name) - 1] = '\0';
	assert_false(
		dns_ask("127.0.0.1", 53, long_name, DNS_A, false, clock_unix_ms() + SOON_MS, arena, &answer, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_false(dns_ask("localhost", 53, NAME, DNS_A, false, clock_unix_ms() + SOON_MS, arena, &answer, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_false(dns_ask("127.0.0.1", 53, NAME, DNS_A, false, clock_unix_ms() - 1, arena, &answer, &err));
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_false(dns_ask("127.0.0.1", 53, NAME, DNS_A, false, INT64_MIN / 2, arena, &answer, &err));
	assert_int_equal(err.code, ERR_TIMEOUT);
}

/* A question that was lost is asked again, and not without end. */
static void a_lost_question_is_asked_again(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	_cleanup_(responder_freep) struct responder *responder = responder_new(SILENT);
	struct dns_answer answer;
	struct error err = { 0 };

	(void)state;
	assert_false(ask(responder, 1000, arena, &answer, &err));
	assert_in_range(responder_asked(responder), 1, 3);
}

static void *ask_often(void *state)
{
	struct responder *responder = state;

	for (unsigned i = 0; i < 50; i++) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
		struct dns_answer answer;
		struct error err = { 0 };

		if (!ask(responder, LONG_MS, arena, &answer, &err) || answer.n != 1)
			return state;
	}
	return NULL;
}

static void many_ask_at_once(void **state)
{
	_cleanup_(responder_freep) struct responder *responder = responder_new(CUT);
	pthread_t threads[THREADS];

	(void)state;
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_often, responder), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *failed;

		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_comes),
		cmocka_unit_test(what_is_no_answer_is_said),
		cmocka_unit_test(a_connection_that_ends_is_said),
		cmocka_unit_test(a_refusal_is_an_answer),
		cmocka_unit_test(nobody_is_there),
		cmocka_unit_test(what_cannot_be_asked),
		cmocka_unit_test(a_lost_question_is_asked_again),
		cmocka_unit_test(many_ask_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
