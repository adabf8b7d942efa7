/* Calls through the gateway: who asks, what arrives at the service, what comes back. */
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
#define COOKIE "Cookie: other=1; __Host-session=customer\r\n"
#define CSRF "X-Requested-With: stralix\r\n"
#define WEBSITES "/api/v1/websites"

static void ask(struct fixture *f, const char *method, const char *target, const char *headers, const char *body,
                struct answer *ret)
{
	client_ask(f->port, method, target, headers, body, ret);
}

static void assert_contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' isn't in: %s", part, text);
}

static void a_list_comes_back_as_json(void **state)
{
	struct fixture *f = *state;
	struct answer answer;
	char value[256];

	ask(f, "GET", WEBSITES "?search=a%20b%2Bc&limit=7", BEARER, NULL, &answer);
	assert_int_equal(answer.status, 200);
	assert_contains(answer.body, "\"domain\":\"shop.example\"");
	assert_contains(answer.body, "\"nodeId\":\"\"");
	assert_null(strstr(answer.body, "<script>"));
	assert_true(client_header(&answer, "Content-Type", value, sizeof(value)));
	assert_string_equal(value, "application/json");
	assert_true(client_header(&answer, "Cache-Control", value, sizeof(value)));
	assert_string_equal(value, "no-store");
	assert_string_equal(f->search, "a b+c");
	assert_int_equal(f->limit, 7);
	assert_int_equal(atomic_load(&f->badly_signed), 0);
}

static void the_request_id_goes_to_the_service_and_back(void **state)
{
	struct fixture *f = *state;
	struct answer answer;
	char id[64], other[64];

	ask(f, "GET", WEBSITES, BEARER "X-Request-Id: chosen-by-me\r\n", NULL, &answer);
	assert_true(client_header(&answer, "X-Request-Id", id, sizeof(id)));
	assert_true(client_header(&answer, "Request-Id", other, sizeof(other)));
	assert_int_equal(strlen(id), 36);
	assert_string_equal(id, other);
	assert_string_equal(id, f->request_id);
}

static void the_trace_goes_on_with_a_new_span(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	ask(f, "GET", WEBSITES, BEARER "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n", NULL,
	    &answer);
	assert_memory_equal(f->traceparent, "00-0af7651916cd43dd8448eb211c80319c-", 36);
	assert_null(strstr(f->traceparent, "b7ad6b7169203331"));
}

static void a_read_has_five_seconds_and_a_change_ten(void **state)
{
	struct fixture *f = *state;
	struct answer answer;
	int64_t left;

	ask(f, "GET", WEBSITES, BEARER, NULL, &answer);
	left = strtoll(f->deadline, NULL, 10) - clock_unix_ms();
	assert_in_range(left, 1, 5000);
	ask(f, "POST", WEBSITES, BEARER, "{\"domain\":\"a.example\"}", &answer);
	left = strtoll(f->deadline, NULL, 10) - clock_unix_ms();
	assert_in_range(left, 5001, 10000);
}

static void a_website_is_created_with_202(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	ask(f, "POST", WEBSITES, BEARER "Idempotency-Key: key:1\r\n",
	    "{\"domain\":\"B\xC3\xBC"
	    "cher.example\"}",
	    &answer);
	assert_int_equal(answer.status, 202);
	assert_contains(answer.body, "\"domain\":\"xn--bcher-kva.example\"");
	assert_contains(answer.body, "\"taskId\":\"task-1\"");
	assert_string_equal(f->key, "key:1");
	assert_string_equal(f->subject, "rpc.web.CreateWebsite");
}

static void a_bad_field_is_refused_here_and_named(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	ask(f, "POST", WEBSITES, BEARER, "{\"domain\":\"no domain\"}", &answer);
	assert_int_equal(answer.status, 400);
	assert_contains(answer.text, "Content-Type: application/problem+json");
	assert_contains(answer.body, "\"type\":\"urn:stralix:error:INVALID\"");
	assert_contains(answer.body, "\"field\":\"domain\"");
	assert_contains(answer.body, "\"rule\":\"HOSTNAME\"");
	assert_contains(answer.body, "\"requestId\":\"");
	assert_int_equal(atomic_load(&f->web_calls), 0);
}

static void an_unknown_member_and_an_unknown_parameter_are_named(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	ask(f, "POST", WEBSITES, BEARER, "{\"domain\":\"a.example\",\"owner\":1}", &answer);
	assert_int_equal(answer.status, 400);
	assert_contains(answer.body, "\"field\":\"owner\"");
	ask(f, "GET", WEBSITES "?colour=red", BEARER, NULL, &answer);
	assert_int_equal(answer.status, 400);
	assert_contains(answer.body, "\"field\":\"colour\"");
	ask(f, "POST", WEBSITES "?domain=a.example", BEARER, "{}", &answer);
	assert_int_equal(answer.status, 400);
	assert_contains(answer.body, "\"field\":\"domain\"");
	ask(f, "GET", WEBSITES "?limit=1&limit=2", BEARER, NULL, &answer);
	assert_int_equal(answer.status, 400);
	assert_int_equal(atomic_load(&f->web_calls), 0);
}

static void a_path_binds_to_its_field_and_nothing_else_may_name_it(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	ask(f, "GET", WEBSITES "/" FIXTURE_WEBSITE, BEARER, NULL, &answer);
	assert_int_equal(answer.status, 404);
	assert_string_equal(f->subject, "rpc.web.GetWebsite");
	ask(f, "GET", WEBSITES "/42", BEARER, NULL, &answer);
	assert_int_equal(answer.status, 400);
	assert_contains(answer.body, "\"field\":\"websiteId\"");
	ask(f, "GET", WEBSITES "/" FIXTURE_WEBSITE "?websiteId=" FIXTURE_ORG, BEARER, NULL, &answer);
	assert_int_equal(answer.status, 400);
	ask(f, "POST", WEBSITES "/" FIXTURE_WEBSITE "/purge", BEARER, "{\"websiteId\":\"" FIXTURE_ORG "\"}", &answer);
	assert_int_equal(answer.status, 400);
	ask(f, "POST", WEBSITES "/" FIXTURE_WEBSITE "/purge", BEARER, NULL, &answer);
	assert_int_equal(answer.status, 404);
	assert_string_equal(f->subject, "rpc.web.PurgeWebsite");
}

static void an_error_of_a_service_keeps_code_words_and_violations(void **state)
{
	struct fixture *f = *state;
	struct answer answer;
	char value[32];

	ask(f, "POST", WEBSITES, BEARER, "{\"domain\":\"taken.example\"}", &answer);
	assert_int_equal(answer.status, 409);
	assert_contains(answer.body, "\"code\":\"EXISTS\"");
	assert_contains(answer.body, "\"rule\":\"taken\"");
	ask(f, "POST", "/api/v1/session", "", "{\"email\":\"a@b.example\",\"password\":\"wrong wrong wrong\"}",
	    &answer);
	assert_int_equal(answer.status, 429);
	assert_true(client_header(&answer, "Retry-After", value, sizeof(value)));
	assert_string_equal(value, "17");
}

static void the_words_of_an_internal_fault_stay_inside(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	ask(f, "POST", WEBSITES, BEARER, "{\"domain\":\"fault.example\"}", &answer);
	assert_int_equal(answer.status, 500);
	assert_null(strstr(answer.body, "relation"));
	ask(f, "POST", WEBSITES, BEARER, "{\"domain\":\"nonsense.example\"}", &answer);
	assert_int_equal(answer.status, 502);
	assert_contains(answer.body, "\"code\":\"BAD_REPLY\"");
}

static void without_a_token_it_is_401(void **state)
{
	static const char *const headers[] = { "",
		                               "Authorization: Basic YTpi\r\n",
		                               "Authorization: Bearer \r\n",
		                               "Authorization: Bearer unknown\r\n",
		                               "Cookie: __Host-session=\r\n",
		                               "Cookie: __Host-session=a; __Host-session=customer\r\n",
		                               "Cookie: session=customer\r\n",
		                               "Authorization: Bearer a b\r\n",
		                               "Authorization: Bearer customer\r\nAuthorization: Bearer customer\r\n" };
	struct fixture *f = *state;
	struct answer answer;

	for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
		ask(f, "GET", WEBSITES, headers[i], NULL, &answer);
		assert_int_equal(answer.status, 401);
		assert_contains(answer.body, "\"code\":\"UNAUTHENTICATED\"");
	}
	assert_int_equal(atomic_load(&f->web_calls), 0);
}

static void a_cookie_alone_may_read_but_not_change(void **state)
{
	static const struct {
		const char *headers;
		int status;
	} rows[] = {
		{ COOKIE, 403 },
		{ COOKIE "X-Requested-With: other\r\n", 403 },
		{ COOKIE CSRF "Origin: https://evil.example\r\n", 403 },
		{ COOKIE CSRF "Origin: null\r\n", 403 },
		{ COOKIE CSRF "Origin: " FIXTURE_ORIGIN ".evil.example\r\n", 403 },
		{ COOKIE CSRF "Sec-Fetch-Site: cross-site\r\n", 403 },
		{ COOKIE CSRF "Sec-Fetch-Site: same-site\r\n", 403 },
		{ COOKIE CSRF, 202 },
		{ COOKIE CSRF "Origin: " FIXTURE_ORIGIN "\r\nSec-Fetch-Site: same-origin\r\n", 202 },
		{ BEARER, 202 },
	};
	struct fixture *f = *state;
	struct answer answer;

	ask(f, "GET", WEBSITES, COOKIE, NULL, &answer);
	assert_int_equal(answer.status, 200);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		ask(f, "POST", WEBSITES, rows[i].headers, "{\"domain\":\"a.example\"}", &answer);
		if (answer.status != rows[i].status)
			fail_msg("row %zu: %s", i, answer.text);
	}
	assert_int_equal(atomic_load(&f->web_calls), 4);
}

static void signing_in_sets_a_cookie_and_shows_no_token(void **state)
{
	struct fixture *f = *state;
	struct answer answer;
	char cookie[512];
	int age = 0;

	ask(f, "POST", "/api/v1/session", "", "{\"email\":\"A@b.example\",\"password\":\"correct horse battery\"}",
	    &answer);
	assert_int_equal(answer.status, 200);
	assert_contains(answer.body, "\"email\":\"a@b.example\"");
	assert_null(strstr(answer.body, "token"));
	assert_null(strstr(answer.body, "customer"));
	assert_true(client_header(&answer, "Set-Cookie", cookie, sizeof(cookie)));
	assert_int_equal(sscanf(cookie, "__Host-session=customer; Path=/; Max-Age=%d;", &age), 1);
	assert_in_range(age, 3590, 3600);
	assert_non_null(strstr(cookie, "; Secure; HttpOnly; SameSite=Strict"));
}

static void signing_in_from_another_page_is_refused(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	ask(f, "POST", "/api/v1/session", "Origin: https://evil.example\r\n",
	    "{\"email\":\"a@b.example\",\"password\":\"correct horse battery\"}", &answer);
	assert_int_equal(answer.status, 403);
	assert_null(strstr(answer.text, "Set-Cookie"));
}

static void signing_out_clears_the_cookie_and_what_is_kept(void **state)
{
	struct fixture *f = *state;
	struct answer answer;
	char cookie[512];

	ask(f, "GET", WEBSITES, COOKIE, NULL, &answer);
	ask(f, "DELETE", "/api/v1/session", COOKIE CSRF, NULL, &answer);
	assert_int_equal(answer.status, 204);
	assert_string_equal(answer.body, "");
	assert_true(client_header(&answer, "Set-Cookie", cookie, sizeof(cookie)));
	assert_non_null(strstr(cookie, "__Host-session=; Path=/; Max-Age=0"));
	atomic_store(&f->revoked, true);
	ask(f, "GET", WEBSITES, COOKIE, NULL, &answer);
	assert_int_equal(answer.status, 401);
}

static void an_identity_is_asked_for_once_and_kept(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	for (int i = 0; i < 5; i++)
		ask(f, "GET", WEBSITES, BEARER, NULL, &answer);
	assert_int_equal(answer.status, 200);
	assert_int_equal(atomic_load(&f->identities), 1);
	assert_memory_equal(f->identity, "Bearer ", 7);
	assert_null(strstr(f->identity, "customer"));
}

/* Asks until a call comes beside a pulse. */
static void ask_until_extended(struct fixture *f)
{
	int64_t until = clock_monotonic_ms() + 10000;
	struct answer answer;

	do
		ask(f, "GET", WEBSITES, BEARER, NULL, &answer);
	while (answer.status == 200 && !f->pulse[0] && clock_monotonic_ms() < until);
	assert_int_equal(answer.status, 200);
	assert_string_not_equal(f->pulse, "");
}

static void an_identity_is_good_on_beside_a_pulse(void **state)
{
	struct fixture *f = *state;
	struct answer answer;
	int exchanges;

	atomic_store(&f->age_s, 6);
	ask_until_extended(f);
	exchanges = atomic_load(&f->identities);
	for (int i = 0; i < 5; i++)
		ask(f, "GET", WEBSITES, BEARER, NULL, &answer);
	assert_int_equal(answer.status, 200);
	assert_int_equal(atomic_load(&f->identities), exchanges);
	assert_int_equal(atomic_load(&f->badly_signed), 0);
}

/* Each of its requests is an exchange again, so that authz decides. */
static void an_identity_that_a_pulse_revokes_is_asked_for_anew(void **state)
{
	struct fixture *f = *state;
	int64_t until = clock_monotonic_ms() + 10000;
	struct answer answer;
	int exchanges;

	atomic_store(&f->age_s, 6);
	ask_until_extended(f);
	atomic_store(&f->user_named, true);
	while (f->pulse[0] && clock_monotonic_ms() < until)
		ask(f, "GET", WEBSITES, BEARER, NULL, &answer);
	assert_string_equal(f->pulse, "");
	exchanges = atomic_load(&f->identities);
	ask(f, "GET", WEBSITES, BEARER, NULL, &answer);
	assert_int_equal(atomic_load(&f->identities), exchanges + 1);
	atomic_store(&f->revoked, true);
	ask(f, "GET", WEBSITES, BEARER, NULL, &answer);
	assert_int_equal(answer.status, 401);
}

struct asker {
	pthread_t thread;
	struct fixture *fixture;
	struct answer answer;
};

static void *ask_in_thread(void *arg)
{
	struct asker *asker = arg;

	ask(asker->fixture, "GET", WEBSITES, BEARER, NULL, &asker->answer);
	return NULL;
}

static void wait_for(atomic_int *value, int wanted)
{
	int64_t until = clock_monotonic_ms() + 10000;

	while (atomic_load(value) != wanted && clock_monotonic_ms() < until)
		usleep(1000);
	assert_int_equal(atomic_load(value), wanted);
}

static void requests_at_the_same_time_share_one_exchange(void **state)
{
	enum { ASKERS = 16 };
	struct fixture *f = *state;
	struct asker *askers = calloc(ASKERS, sizeof(*askers));
	int64_t until = clock_monotonic_ms() + 10000;

	atomic_store(&f->hold_identity, 1);
	for (int i = 0; i < ASKERS; i++) {
		askers[i].fixture = f;
		assert_int_equal(pthread_create(&askers[i].thread, NULL, ask_in_thread, &askers[i]), 0);
	}
	wait_for(&f->identities, 1);
	while (atomic_load(&f->gateway->active) < ASKERS && clock_monotonic_ms() < until)
		usleep(1000);
	atomic_store(&f->hold_identity, 0);
	for (int i = 0; i < ASKERS; i++) {
		pthread_join(askers[i].thread, NULL);
		assert_int_equal(askers[i].answer.status, 200);
	}
	assert_int_equal(atomic_load(&f->identities), 1);
	free(askers);
}

static void a_refusal_is_kept_for_a_second_at_most(void **state)
{
	struct fixture *f = *state;
	struct answer answer;
	int64_t until = clock_monotonic_ms() + 10000;

	atomic_store(&f->revoked, true);
	ask(f, "GET", WEBSITES, BEARER, NULL, &answer);
	assert_int_equal(answer.status, 401);
	atomic_store(&f->revoked, false);
	do
		ask(f, "GET", WEBSITES, BEARER, NULL, &answer);
	while (answer.status == 401 && clock_monotonic_ms() < until);
	assert_int_equal(answer.status, 200);
	assert_in_range(atomic_load(&f->identities), 2, 3);
}

static void the_source_address_comes_from_the_proxy(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	ask(f, "GET", WEBSITES, BEARER "X-Real-IP: 192.0.2.7\r\n", NULL, &answer);
	assert_string_equal(f->source_ip, "192.0.2.7");
	ask(f, "GET", WEBSITES, BEARER "X-Forwarded-For: 6.6.6.6, 192.0.2.8, 127.0.0.1\r\n", NULL, &answer);
	assert_string_equal(f->source_ip, "192.0.2.8");
	ask(f, "GET", WEBSITES, BEARER "X-Real-IP: 1.2.3.4\x09;rm\r\n", NULL, &answer);
	assert_string_equal(f->source_ip, "127.0.0.1");
}

static void health_readiness_and_figures_answer(void **state)
{
	struct fixture *f = *state;
	struct answer answer;

	ask(f, "GET", "/healthz", "", NULL, &answer);
	assert_int_equal(answer.status, 200);
	ask(f, "GET", "/readyz", "", NULL, &answer);
	assert_int_equal(answer.status, 200);
	assert_contains(answer.body, "\"authz\":true");
	ask(f, "GET", WEBSITES, BEARER, NULL, &answer);
	ask(f, "GET", "/metrics", "", NULL, &answer);
	assert_int_equal(answer.status, 200);
	assert_contains(answer.body, "stralix_http_requests_total{route=\"web.ListWebsites\",status=\"200\"}");
	assert_contains(answer.body, "stralix_bus_connected 1");
	ask(f, "GET", "/metrics", "X-Real-IP: 192.0.2.7\r\n", NULL, &answer);
	assert_int_equal(answer.status, 404);
	ask(f, "GET", "/openapi.json", "", NULL, &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "{\"openapi\":\"3.1.0\"}");
}

static void discovery_shows_the_gateway(void **state)
{
	struct fixture *f = *state;
	_cleanup_(bus_msg_freep) struct bus_msg *msg = NULL;
	_cleanup_free_ char *text = NULL;

	assert_true(bus_request(f->bus, "$SRV.INFO.gateway", NULL, NULL, 0, 5000, &msg, NULL));
	text = strndup(bus_msg_data(msg), bus_msg_size(msg));
	assert_contains(text, "rpc.web.CreateWebsite");
}

#define TEST(name) cmocka_unit_test_setup(name, fixture_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_list_comes_back_as_json),
		TEST(the_request_id_goes_to_the_service_and_back),
		TEST(the_trace_goes_on_with_a_new_span),
		TEST(a_read_has_five_seconds_and_a_change_ten),
		TEST(a_website_is_created_with_202),
		TEST(a_bad_field_is_refused_here_and_named),
		TEST(an_unknown_member_and_an_unknown_parameter_are_named),
		TEST(a_path_binds_to_its_field_and_nothing_else_may_name_it),
		TEST(an_error_of_a_service_keeps_code_words_and_violations),
		TEST(the_words_of_an_internal_fault_stay_inside),
		TEST(without_a_token_it_is_401),
		TEST(a_cookie_alone_may_read_but_not_change),
		TEST(signing_in_sets_a_cookie_and_shows_no_token),
		TEST(signing_in_from_another_page_is_refused),
		TEST(signing_out_clears_the_cookie_and_what_is_kept),
		TEST(an_identity_is_asked_for_once_and_kept),
		TEST(an_identity_is_good_on_beside_a_pulse),
		TEST(an_identity_that_a_pulse_revokes_is_asked_for_anew),
		TEST(requests_at_the_same_time_share_one_exchange),
		TEST(a_refusal_is_kept_for_a_second_at_most),
		TEST(the_source_address_comes_from_the_proxy),
		TEST(health_readiness_and_figures_answer),
		TEST(discovery_shows_the_gateway),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
