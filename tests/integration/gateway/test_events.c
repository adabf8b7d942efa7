/* Server-sent events: what is heard by whom, what is told again, and when a stream ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "client.h"
#include "events.h"
#include "fixture.h"

enum { PATIENCE_MS = 10000 };

#define EVENT(org, rest) "event." org "." rest

struct listener {
	int fd;
	struct answer heard;
};

static void listen_to(struct fixture *f, const char *token, const char *headers, struct listener *ret)
{
	char request[512];

	memset(ret, 0, sizeof(*ret));
	snprintf(request, sizeof(request),
	         "GET /api/v1/events HTTP/1.1\r\nHost: panel.example\r\nAuthorization: Bearer %s\r\n%s\r\n", token,
	         headers);
	ret->fd = client_connect(f->port);
	client_send(ret->fd, request, strlen(request));
	assert_true(client_wait(ret->fd, &ret->heard, "retry: 2000", PATIENCE_MS));
}

static void assert_hears(struct listener *listener, const char *text)
{
	if (!client_wait(listener->fd, &listener->heard, text, PATIENCE_MS))
		fail_msg("'%s' isn't in: %s", text, listener->heard.text);
}

static void assert_silent_about(const struct listener *listener, const char *text)
{
	if (strstr(listener->heard.text, text))
		fail_msg("'%s' is in: %s", text, listener->heard.text);
}

static size_t streams(struct fixture *f)
{
	struct events_counts counts;

	events_count(f->gateway->events, &counts);
	return counts.streams;
}

/* A browser that has gone is seen at the next write. */
static void hang_up(struct fixture *f, struct listener *listener, size_t left)
{
	int64_t until = clock_monotonic_ms() + PATIENCE_MS;

	close(listener->fd);
	while (streams(f) > left && clock_monotonic_ms() < until) {
		events_missed(f->gateway->events);
		usleep(2000);
	}
	assert_int_equal(streams(f), left);
}

static void a_customer_hears_of_the_own_organisation_only(void **state)
{
	struct fixture *f = *state;
	struct listener listener;

	listen_to(f, "customer", "", &listener);
	assert_non_null(strstr(listener.heard.text, "Content-Type: text/event-stream"));
	assert_non_null(strstr(listener.heard.text, "X-Accel-Buffering: no"));
	fixture_event(f, EVENT(FIXTURE_OTHER_ORG, "website.updated"), "other");
	fixture_event(f, EVENT("installation", "node.updated"), "n1");
	fixture_event(f, EVENT(FIXTURE_ORG, "website.updated"), "own");
	assert_hears(&listener,
	             "event: website\ndata: {\"id\":\"own\",\"verb\":\"updated\",\"organisationId\":\"" FIXTURE_ORG
	             "\"}\n\n");
	assert_silent_about(&listener, "other");
	assert_silent_about(&listener, "event: node");
	hang_up(f, &listener, 0);
}

static void scopes_narrow_what_is_heard(void **state)
{
	struct fixture *f = *state;
	struct listener listener;

	listen_to(f, "scoped", "", &listener);
	fixture_event(f, EVENT(FIXTURE_ORG, "task.updated"), "hidden");
	fixture_event(f, EVENT(FIXTURE_ORG, "website.created"), "shown");
	assert_hears(&listener, "shown");
	assert_silent_about(&listener, "hidden");
	hang_up(f, &listener, 0);
}

static void an_admin_hears_of_everything(void **state)
{
	struct fixture *f = *state;
	struct listener listener;

	listen_to(f, "admin", "", &listener);
	fixture_event(f, EVENT(FIXTURE_OTHER_ORG, "website.updated"), "other");
	fixture_event(f, EVENT("installation", "node.updated"), "n1");
	assert_hears(&listener, "\"id\":\"other\"");
	assert_hears(&listener, "event: node");
	hang_up(f, &listener, 0);
}

static void odd_events_are_dropped_and_counted(void **state)
{
	struct fixture *f = *state;
	struct events_counts before, after;
	struct listener listener;

	events_count(f->gateway->events, &before);
	listen_to(f, "admin", "", &listener);
	fixture_event(f, EVENT(FIXTURE_ORG, "website.updated"), "a\n\ndata: forged");
	fixture_event(f, EVENT(FIXTURE_ORG, "website"), "short");
	fixture_event(f, EVENT(FIXTURE_ORG, "website.updated"), "good");
	assert_hears(&listener, "\"id\":\"good\"");
	assert_silent_about(&listener, "forged");
	events_count(f->gateway->events, &after);
	assert_int_equal(after.refused - before.refused, 2);
	hang_up(f, &listener, 0);
}

/* The id of the last event that was heard. */
static void last_id(const struct listener *listener, char *out, size_t size)
{
	const char *at = listener->heard.text, *last = NULL;

	while ((at = strstr(at, "\nid: ")) != NULL) {
		last = at + 5;
		at++;
	}
	assert_non_null(last);
	snprintf(out, size, "%.*s", (int)strcspn(last, "\n"), last);
}

static void what_was_missed_is_told_again(void **state)
{
	struct fixture *f = *state;
	struct listener first, second;
	char id[64], header[128];

	listen_to(f, "customer", "", &first);
	fixture_event(f, EVENT(FIXTURE_ORG, "website.updated"), "seen");
	assert_hears(&first, "seen");
	last_id(&first, id, sizeof(id));
	hang_up(f, &first, 0);
	fixture_event(f, EVENT(FIXTURE_ORG, "website.updated"), "missed");
	snprintf(header, sizeof(header), "Last-Event-ID: %s\r\n", id);
	listen_to(f, "customer", header, &second);
	assert_hears(&second, "\"id\":\"missed\"");
	assert_silent_about(&second, "\"id\":\"seen\"");
	hang_up(f, &second, 0);
}

static void an_unknown_last_id_is_a_reset(void **state)
{
	static const char *const ids[] = { "1-1", "abc", "99999999999999-5", "-", "" };
	struct fixture *f = *state;
	struct listener listener;
	char header[128];

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		snprintf(header, sizeof(header), "Last-Event-ID: %s\r\n", ids[i]);
		listen_to(f, "customer", header, &listener);
		assert_hears(&listener, "event: reset");
		hang_up(f, &listener, 0);
	}
}

static void a_revoked_session_is_cut(void **state)
{
	struct fixture *f = *state;
	struct listener listener;
	int64_t until = clock_monotonic_ms() + 40000;

	listen_to(f, "customer", "", &listener);
	atomic_store(&f->revoked, true);
	while (streams(f) > 0 && clock_monotonic_ms() < until)
		usleep(100000);
	assert_int_equal(streams(f), 0);
	close(listener.fd);
}

static void a_heartbeat_comes_by_itself(void **state)
{
	struct fixture *f = *state;
	struct listener listener;

	listen_to(f, "admin", "", &listener);
	assert_true(client_wait(listener.fd, &listener.heard, "\n:\n\n", 20000));
	hang_up(f, &listener, 0);
}

static void a_ninth_stream_of_a_session_is_refused(void **state)
{
	struct fixture *f = *state;
	struct listener listeners[EVENTS_PER_TOKEN];
	struct answer answer;

	for (size_t i = 0; i < EVENTS_PER_TOKEN; i++)
		listen_to(f, "customer", "", &listeners[i]);
	client_ask(f->port, "GET", "/api/v1/events", "Authorization: Bearer customer\r\n", NULL, &answer);
	assert_int_equal(answer.status, 429);
	for (size_t i = 0; i < EVENTS_PER_TOKEN; i++)
		hang_up(f, &listeners[i], EVENTS_PER_TOKEN - 1 - i);
}

/* Browsers that have gone are found out by whoever wants their place, long before a heartbeat would. */
static void a_place_of_a_browser_that_has_gone_is_free_for_the_next(void **state)
{
	struct fixture *f = *state;
	struct listener listeners[EVENTS_PER_TOKEN], again;
	int64_t until = clock_monotonic_ms() + 8000; /* a heartbeat comes after 15 s */
	struct answer answer;

	for (size_t i = 0; i < EVENTS_PER_TOKEN; i++)
		listen_to(f, "customer", "", &listeners[i]);
	for (size_t i = 0; i < EVENTS_PER_TOKEN; i++)
		close(listeners[i].fd);
	client_ask(f->port, "GET", "/api/v1/events", "Authorization: Bearer customer\r\n", NULL, &answer);
	assert_int_equal(answer.status, 429);
	while (streams(f) > 0 && clock_monotonic_ms() < until)
		usleep(1000);
	assert_int_equal(streams(f), 0);
	listen_to(f, "customer", "", &again);
	hang_up(f, &again, 0);
}

static void one_that_never_reads_is_cut_and_others_hear_on(void **state)
{
	struct fixture *f = *state;
	struct listener slow, quick;
	struct event event = { .organisation = FIXTURE_ORG, .entity = "website", .verb = "updated", .id = "flood" };
	int64_t until = clock_monotonic_ms() + 30000;

	listen_to(f, "customer", "", &slow);
	while (streams(f) > 0 && clock_monotonic_ms() < until)
		for (int i = 0; i < EVENTS_RING / 2; i++)
			events_publish(f->gateway->events, &event);
	assert_int_equal(streams(f), 0);
	close(slow.fd);
	listen_to(f, "customer", "", &quick);
	fixture_event(f, EVENT(FIXTURE_ORG, "website.updated"), "after");
	assert_hears(&quick, "after");
	hang_up(f, &quick, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, fixture_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_customer_hears_of_the_own_organisation_only),
		TEST(scopes_narrow_what_is_heard),
		TEST(an_admin_hears_of_everything),
		TEST(odd_events_are_dropped_and_counted),
		TEST(what_was_missed_is_told_again),
		TEST(an_unknown_last_id_is_a_reset),
		TEST(a_ninth_stream_of_a_session_is_refused),
		TEST(a_place_of_a_browser_that_has_gone_is_free_for_the_next),
		TEST(one_that_never_reads_is_cut_and_others_hear_on),
		TEST(a_heartbeat_comes_by_itself),
		TEST(a_revoked_session_is_cut),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
