/* Services and the bus away: 503 and 504 with words, nothing stuck, and all of it comes back by itself. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "client.h"
#include "fixture.h"

#define BEARER "Authorization: Bearer customer\r\n"

static void a_service_that_is_away_is_503(void **state)
{
	struct fixture *f = *state;
	struct answer answer;
	char value[32];

	client_ask(f->port, "GET", "/api/v1/tasks", BEARER, NULL, &answer);
	assert_int_equal(answer.status, 503);
	assert_non_null(strstr(answer.body, "The tasks service is away; it comes back by itself."));
	assert_true(client_header(&answer, "Retry-After", value, sizeof(value)));
	assert_string_equal(value, "2");
}

static void a_service_that_says_nothing_is_504(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	client_ask(f->port, "POST", "/api/v1/websites", BEARER, "{\"domain\":\"silent.example\"}", &answer);
	assert_int_equal(answer.status, 504);
	assert_non_null(strstr(answer.body, "\"code\":\"TIMEOUT\""));
	assert_int_equal(atomic_load(&f->gateway->waiting), 0);
}

static void authz_that_says_nothing_is_504_and_nobody_is_signed_out(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	atomic_store(&f->authz_silent, true);
	client_ask(f->port, "GET", "/api/v1/websites", BEARER, NULL, &answer);
	assert_int_equal(answer.status, 504);
	assert_null(strstr(answer.text, "Set-Cookie"));
	atomic_store(&f->authz_silent, false);
	client_ask(f->port, "GET", "/api/v1/websites", BEARER, NULL, &answer);
	assert_int_equal(answer.status, 200);
}

static void more_waiting_calls_than_allowed_are_503(void **state)
{
	struct fixture *f = *state;
	struct answer answer;
	int64_t max = f->gateway->settings.max_waiting;

	f->gateway->settings.max_waiting = 0;
	client_ask(f->port, "GET", "/api/v1/websites", BEARER, NULL, &answer);
	assert_int_equal(answer.status, 503);
	f->gateway->settings.max_waiting = max;
	client_ask(f->port, "GET", "/api/v1/websites", BEARER, NULL, &answer);
	assert_int_equal(answer.status, 200);
}

static int ask_until(struct fixture *f, const char *target, int wanted)
{
	int64_t until = clock_monotonic_ms() + 20000;
	struct answer answer;

	do {
		client_ask(f->port, "GET", target, BEARER, NULL, &answer);
		usleep(10000);
	} while (answer.status != wanted && clock_monotonic_ms() < until);
	return answer.status;
}

static void a_client_that_leaves_during_a_call_hurts_nobody(void **state)
{
	static const char request[] = "POST /api/v1/websites HTTP/1.1\r\nHost: panel.example\r\n" BEARER
				      "Content-Type: application/json\r\nContent-Length: 27\r\n\r\n"
				      "{\"domain\":\"silent.example\"}";
	struct fixture *f = *state;
	int64_t until = clock_monotonic_ms() + 20000;

	for (int i = 0; i < 20; i++) {
		int fd = client_connect(f->port);

		client_send(fd, request, sizeof(request) - 1);
		close(fd);
	}
	while (atomic_load(&f->gateway->waiting) < 20 && clock_monotonic_ms() < until)
		usleep(1000);
	while (atomic_load(&f->gateway->active) > 0 && clock_monotonic_ms() < until)
		usleep(10000);
	assert_int_equal(atomic_load(&f->gateway->active), 0);
	assert_int_equal(ask_until(f, "/api/v1/websites", 200), 200);
}

static void the_bus_goes_and_comes_back(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	assert_int_equal(ask_until(f, "/readyz", 200), 200);
	fixture_stop_nats(f);
	assert_int_equal(ask_until(f, "/api/v1/websites", 503), 503);
	assert_int_equal(ask_until(f, "/readyz", 503), 503);
	client_ask(f->port, "GET", "/healthz", "", NULL, &answer);
	assert_int_equal(answer.status, 200);
	client_ask(f->port, "GET", "/", "", NULL, &answer);
	assert_int_equal(answer.status, 200);
	assert_true(fixture_start_nats(f));
	assert_int_equal(ask_until(f, "/api/v1/websites", 200), 200);
	assert_int_equal(ask_until(f, "/readyz", 200), 200);
}

struct late {
	pthread_t thread;
	struct fixture *fixture;
	struct answer answer;
};

static void *ask_late(void *arg)
{
	struct late *late = arg;

	client_ask(late->fixture->port, "GET", "/api/v1/websites", BEARER, NULL, &late->answer);
	return NULL;
}

/* The last test: the gateway stops listening. */
static void stopping_lets_calls_end(void **state)
{
	struct fixture *f = *state;
	struct late *late = calloc(1, sizeof(*late));
	int64_t until = clock_monotonic_ms() + 10000;

	late->fixture = f;
	atomic_store(&f->hold_identity, 1);
	assert_int_equal(pthread_create(&late->thread, NULL, ask_late, late), 0);
	while (atomic_load(&f->identities) == 0 && clock_monotonic_ms() < until)
		usleep(1000);
	gateway_drain(f->gateway, 0);
	assert_int_equal(atomic_load(&f->gateway->active), 1);
	atomic_store(&f->hold_identity, 0);
	pthread_join(late->thread, NULL);
	assert_int_equal(late->answer.status, 200);
	free(late);
}

#define TEST(name) cmocka_unit_test_setup(name, fixture_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_service_that_is_away_is_503),
		TEST(a_service_that_says_nothing_is_504),
		TEST(authz_that_says_nothing_is_504_and_nobody_is_signed_out),
		TEST(more_waiting_calls_than_allowed_are_503),
		TEST(a_client_that_leaves_during_a_call_hurts_nobody),
		TEST(the_bus_goes_and_comes_back),
		TEST(stopping_lets_calls_end),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
