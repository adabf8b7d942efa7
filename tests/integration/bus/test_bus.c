/* The bus against a real nats-server. */
#include <jansson.h>
#include <nats/nats.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/bus/bus.h"
#include "lib/bus/discovery.h"

#include "nats.h"

enum { WAIT_MS = 10000, MANY = 10000, IN_FLIGHT = 500 };

struct world {
	struct nats_server *server;
	struct bus *asker, *answerer;
	atomic_uint seen;
};

static struct bus *open_bus(const char *url, const char *inbox)
{
	const struct bus_options options = { .url = url, .name = "test", .inbox_prefix = inbox };
	struct error err = { 0 };
	struct bus *bus = NULL;

	assert_true(bus_open(&options, &bus, &err));
	return bus;
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	world->server = nats_server_new();
	world->asker = open_bus(nats_server_url(world->server), "_INBOX.asker.0");
	world->answerer = open_bus(nats_server_url(world->server), NULL);
	assert_true(bus_wait_connected(world->asker, WAIT_MS));
	assert_true(bus_wait_connected(world->answerer, WAIT_MS));
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	bus_free(world->asker);
	bus_free(world->answerer);
	nats_server_free(world->server);
	free(world);
	return 0;
}

static bool wait_for(atomic_uint *value, unsigned least)
{
	int64_t until = clock_monotonic_ms() + WAIT_MS;

	while (atomic_load(value) < least && clock_monotonic_ms() < until)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	return atomic_load(value) >= least;
}

/* What asks, in another connection: makes sure that the subscription is at the server before others send. */
static void settle(struct bus *bus)
{
	struct bus_msg *none = NULL;

	assert_false(bus_request(bus, "nobody.there", NULL, "", 0, WAIT_MS, &none, NULL));
}

struct echo {
	struct world *world;
	struct bus *bus;
	atomic_uint seen;
	const struct bus_header *headers;
};

static void on_echo(void *arg, struct bus_msg *msg)
{
	_cleanup_(bus_msg_freep) struct bus_msg *owned = msg;
	struct echo *echo = arg;
	struct error err = { 0 };

	atomic_fetch_add(&echo->seen, 1);
	if (!bus_respond(echo->bus, owned, echo->headers, bus_msg_data(owned), bus_msg_size(owned), &err))
		fprintf(stderr, "# %s\n", err.message);
}

static struct bus_subscription *serve(struct echo *echo, struct bus *bus, const char *subject, const char *queue)
{
	struct bus_subscription *subscription = NULL;
	struct error err = { 0 };

	echo->bus = bus;
	assert_true(bus_subscribe(bus, subject, queue, on_echo, echo, &subscription, &err));
	settle(bus);
	return subscription;
}

static void request_gets_its_reply_with_headers(void **state)
{
	struct world *world = *state;
	const struct bus_header headers[] = { { BUS_REQUEST_ID, "r-1" }, { BUS_TRACEPARENT, NULL }, { NULL, NULL } };
	struct echo echo = { .headers = headers };
	struct bus_subscription *subscription = serve(&echo, world->answerer, "rpc.echo.*", "echo");
	struct bus_msg *reply = NULL;
	struct error err = { 0 };

	assert_true(bus_request(world->asker, "rpc.echo.Say", NULL, "hello", 5, WAIT_MS, &reply, &err));
	assert_int_equal(bus_msg_size(reply), 5);
	assert_memory_equal(bus_msg_data(reply), "hello", 5);
	assert_string_equal(bus_msg_header(reply, BUS_REQUEST_ID), "r-1");
	assert_null(bus_msg_header(reply, "request-id"));
	assert_null(bus_msg_header(reply, BUS_TRACEPARENT));
	assert_int_equal(strncmp(bus_msg_subject(reply), "_INBOX.asker.0.", 15), 0);
	bus_msg_free(reply);
	bus_unsubscribe(subscription);
}

static void request_without_a_responder_is_unavailable_at_once(void **state)
{
	struct world *world = *state;
	int64_t started = clock_monotonic_ms();
	struct bus_msg *reply = NULL;
	struct error err = { 0 };

	assert_false(bus_request(world->asker, "rpc.nobody.Home", NULL, "", 0, WAIT_MS, &reply, &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	assert_int_equal(err.retry_after_s, 1);
	assert_true(clock_monotonic_ms() - started < WAIT_MS / 2);
}

static void on_silence(void *arg, struct bus_msg *msg)
{
	atomic_fetch_add((atomic_uint *)arg, 1);
	bus_msg_free(msg);
}

static void request_that_nobody_answers_times_out(void **state)
{
	struct world *world = *state;
	struct bus_subscription *subscription = NULL;
	struct bus_msg *reply = NULL;
	struct error err = { 0 };
	int64_t started;

	assert_true(bus_subscribe(world->answerer, "silence", NULL, on_silence, &world->seen, &subscription, &err));
	settle(world->answerer);
	started = clock_monotonic_ms();
	assert_false(bus_request(world->asker, "silence", NULL, "", 0, 150, &reply, &err));
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_true(clock_monotonic_ms() - started >= 149);
	bus_unsubscribe(subscription);
}

static void header_with_a_line_break_is_refused(void **state)
{
	struct world *world = *state;
	const struct bus_header headers[] = { { BUS_REQUEST_ID, "a\r\nAuthorization: x" }, { NULL, NULL } };
	struct error err = { 0 };

	assert_false(bus_publish(world->asker, "any.thing", headers, "", 0, &err));
	assert_int_equal(err.code, ERR_MALFORMED);
}

static void on_refuse(void *arg, struct bus_msg *msg)
{
	struct echo *echo = arg;
	struct error err = { 0 };

	if (!bus_respond(echo->bus, msg, NULL, "x", 1, &err) && err.code == ERR_FORBIDDEN)
		atomic_fetch_add(&echo->seen, 1);
	bus_msg_free(msg);
}

/* The library itself sends this one: the bus never asks for an answer anywhere but in its inbox. */
static void answer_to_a_subject_that_is_no_inbox_is_refused(void **state)
{
	struct world *world = *state;
	struct echo echo = { .bus = world->answerer };
	struct bus_subscription *subscription = NULL;
	struct error err = { 0 };
	natsConnection *raw = NULL;

	assert_true(bus_subscribe(world->answerer, "deputy", NULL, on_refuse, &echo, &subscription, &err));
	settle(world->answerer);
	assert_int_equal(natsConnection_ConnectTo(&raw, nats_server_url(world->server)), NATS_OK);
	assert_int_equal(natsConnection_PublishRequest(raw, "deputy", "node.n1.website.remove", "", 0), NATS_OK);
	assert_int_equal(natsConnection_Flush(raw), NATS_OK);
	assert_true(wait_for(&echo.seen, 1));
	natsConnection_Destroy(raw);
	bus_unsubscribe(subscription);
}

static bool ask(struct bus *bus, const char *subject, struct error *err)
{
	_cleanup_(bus_msg_freep) struct bus_msg *reply = NULL;

	return bus_request(bus, subject, NULL, "x", 1, 1000, &reply, err);
}

static void subscriptions_and_requests_survive_a_killed_server(void **state)
{
	struct world *world = *state;
	struct echo echo = { 0 };
	struct bus_subscription *subscription = serve(&echo, world->answerer, "rpc.echo.*", "echo");
	struct error err = { 0 };
	int64_t until;
	bool ok = false;

	assert_true(ask(world->asker, "rpc.echo.Say", &err));
	nats_server_kill(world->server);
	err = (struct error){ 0 };
	assert_false(ask(world->asker, "rpc.echo.Say", &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	nats_server_start(world->server);
	until = clock_monotonic_ms() + WAIT_MS;
	while (!ok && clock_monotonic_ms() < until)
		ok = bus_wait_connected(world->answerer, WAIT_MS) && ask(world->asker, "rpc.echo.Say", &err);
	assert_true(ok);
	bus_unsubscribe(subscription);
}

/* One subscription lands in the moment between the connection's first subscriptions and its opening to all. */
static void what_is_subscribed_while_connecting_is_heard(void **state)
{
	enum { MOST = 2000 };
	struct world *world = *state;
	struct bus *bus = open_bus(nats_server_url(world->server), NULL);
	struct bus_subscription **subscriptions = calloc(MOST, sizeof(struct bus_subscription *));
	struct echo echo = { .bus = bus };
	struct error err = { 0 };
	char subject[32];
	unsigned n = 0;

	assert_non_null(subscriptions);
	while (!bus_connected(bus) && n < MOST) {
		snprintf(subject, sizeof(subject), "early.%u", n);
		assert_true(bus_subscribe(bus, subject, NULL, on_echo, &echo, &subscriptions[n], &err));
		n++;
		sched_yield();
	}
	assert_true(bus_wait_connected(bus, WAIT_MS));
	settle(bus);
	for (unsigned i = 0; i < n; i++) {
		snprintf(subject, sizeof(subject), "early.%u", i);
		if (!ask(world->asker, subject, &err))
			fail_msg("%s of %u: %s", subject, n, err.message);
	}
	for (unsigned i = 0; i < n; i++)
		bus_unsubscribe(subscriptions[i]);
	free(subscriptions);
	bus_free(bus);
}

struct outcome {
	atomic_uint replies, failures;
	atomic_int code;
};

static void on_outcome(void *arg, struct bus_msg *reply, const struct error *why)
{
	struct outcome *outcome = arg;

	if (why)
		atomic_store(&outcome->code, why->code);
	atomic_fetch_add(reply ? &outcome->replies : &outcome->failures, 1);
	bus_msg_free(reply);
}

static void waiting_requests_fail_when_the_server_dies(void **state)
{
	struct world *world = *state;
	struct bus_subscription *subscription = NULL;
	struct outcome outcome = { 0 };
	struct error err = { 0 };

	assert_true(bus_subscribe(world->answerer, "silence", NULL, on_silence, &world->seen, &subscription, &err));
	settle(world->answerer);
	for (unsigned i = 0; i < 100; i++)
		assert_true(bus_request_async(world->asker, "silence", NULL, "", 0, 60000, on_outcome, &outcome, &err));
	assert_true(wait_for(&world->seen, 100));
	nats_server_kill(world->server);
	assert_true(wait_for(&outcome.failures, 100));
	assert_int_equal(atomic_load(&outcome.code), ERR_UNAVAILABLE);
	assert_int_equal(atomic_load(&outcome.replies), 0);
	bus_unsubscribe(subscription);
	nats_server_start(world->server);
	assert_true(bus_wait_connected(world->asker, WAIT_MS));
	assert_true(bus_wait_connected(world->answerer, WAIT_MS));
}

static void queue_group_of_two_shares_the_work(void **state)
{
	struct world *world = *state;
	struct echo first = { 0 }, second = { 0 };
	struct bus_subscription *one = serve(&first, world->answerer, "rpc.shared.*", "shared");
	struct bus_subscription *two = serve(&second, world->asker, "rpc.shared.*", "shared");
	struct error err = { 0 };

	for (unsigned i = 0; i < 200; i++)
		assert_true(ask(world->asker, "rpc.shared.Do", &err));
	assert_int_equal(atomic_load(&first.seen) + atomic_load(&second.seen), 200);
	assert_true(atomic_load(&first.seen) > 20);
	assert_true(atomic_load(&second.seen) > 20);
	bus_unsubscribe(one);
	bus_unsubscribe(two);
}

static void ten_thousand_requests_at_once_lose_none(void **state)
{
	struct world *world = *state;
	struct echo echo = { 0 };
	struct bus_subscription *subscription = serve(&echo, world->answerer, "rpc.echo.*", "echo");
	struct outcome outcome = { 0 };
	struct error err = { 0 };

	for (unsigned i = 0; i < MANY; i++) {
		assert_true(bus_request_async(world->asker, "rpc.echo.Say", NULL, &i, sizeof(i), 60000, on_outcome,
		                              &outcome, &err));
		if (i >= IN_FLIGHT)
			assert_true(wait_for(&outcome.replies, i - IN_FLIGHT));
	}
	assert_true(wait_for(&outcome.replies, MANY));
	assert_int_equal(atomic_load(&outcome.failures), 0);
	assert_int_equal(atomic_load(&echo.seen), MANY);
	bus_unsubscribe(subscription);
}

static void bus_opened_before_its_server_connects_later(void **state)
{
	struct world *world = *state;
	_cleanup_(bus_freep) struct bus *bus = NULL;
	struct error err = { 0 };

	nats_server_kill(world->server);
	bus = open_bus(nats_server_url(world->server), NULL);
	assert_false(bus_wait_connected(bus, 100));
	assert_false(bus_publish(bus, "any.thing", NULL, "", 0, &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	nats_server_start(world->server);
	assert_true(bus_wait_connected(bus, WAIT_MS));
	assert_true(
		bus_wait_connected(world->asker, WAIT_MS)); /* those of the other tests come back in their own time */
	assert_true(bus_wait_connected(world->answerer, WAIT_MS));
}

struct slow {
	struct bus *bus;
	atomic_uint began, ended;
};

static void on_slow(void *arg, struct bus_msg *msg)
{
	struct slow *slow = arg;

	atomic_fetch_add(&slow->began, 1);
	nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	atomic_fetch_add(&slow->ended, 1);
	bus_msg_free(msg);
}

static void unsubscribing_waits_for_what_has_arrived(void **state)
{
	struct world *world = *state;
	struct slow slow = { .bus = world->answerer };
	struct bus_subscription *subscription = NULL;
	struct error err = { 0 };

	assert_true(bus_subscribe(world->answerer, "slow", NULL, on_slow, &slow, &subscription, &err));
	settle(world->answerer);
	for (unsigned i = 0; i < 3; i++)
		assert_true(bus_publish(world->asker, "slow", NULL, "", 0, &err));
	settle(world->asker);
	settle(world->answerer); /* what was sent before has arrived now */
	assert_true(wait_for(&slow.began, 1));
	bus_unsubscribe(subscription);
	assert_int_equal(atomic_load(&slow.ended), 3);
}

static json_t *ask_json(struct bus *bus, const char *subject)
{
	_cleanup_(bus_msg_freep) struct bus_msg *reply = NULL;
	struct error err = { 0 };
	json_t *json;

	assert_true(bus_request(bus, subject, NULL, "", 0, WAIT_MS, &reply, &err));
	json = json_loadb(bus_msg_data(reply), bus_msg_size(reply), JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	return json;
}

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void discovery_answers_ping_info_and_stats(void **state)
{
	struct world *world = *state;
	const struct discovery_endpoint endpoint = { .name = "CreateWebsite",
		                                     .subject = "rpc.web.CreateWebsite",
		                                     .queue = "web",
		                                     .request = "stralix.v1.CreateWebsiteRequest",
		                                     .reply = "stralix.v1.WebsiteReply" };
	_cleanup_(discovery_freep) struct discovery *discovery = NULL;
	struct error err = { 0 }, failure = { 0 };
	json_t *ping, *info, *stats, *row;

	assert_true(discovery_start(world->answerer, "web", "copy-1", "0.1.0", "websites \"and\" more", &endpoint, 1,
	                            false, &discovery, &err));
	settle(world->answerer);
	error_set(&failure, ERR_NOT_FOUND, "no such website");
	discovery_count(discovery, 0, 1500, NULL);
	discovery_count(discovery, 0, 500, &failure);
	ping = ask_json(world->asker, "$SRV.PING");
	info = ask_json(world->asker, "$SRV.INFO.web");
	stats = ask_json(world->asker, "$SRV.STATS.web.copy-1");
	assert_string_equal(text_of(ping, "type"), "io.nats.micro.v1.ping_response");
	assert_string_equal(text_of(ping, "id"), "copy-1");
	assert_string_equal(text_of(info, "type"), "io.nats.micro.v1.info_response");
	assert_string_equal(text_of(info, "description"), "websites \"and\" more");
	row = json_array_get(json_object_get(info, "endpoints"), 0);
	assert_string_equal(text_of(row, "subject"), "rpc.web.CreateWebsite");
	assert_string_equal(text_of(json_object_get(row, "metadata"), "reply"), "stralix.v1.WebsiteReply");
	assert_string_equal(text_of(stats, "type"), "io.nats.micro.v1.stats_response");
	row = json_array_get(json_object_get(stats, "endpoints"), 0);
	assert_int_equal(json_integer_value(json_object_get(row, "num_requests")), 2);
	assert_int_equal(json_integer_value(json_object_get(row, "num_errors")), 1);
	assert_int_equal(json_integer_value(json_object_get(row, "processing_time")), 2000000);
	assert_int_equal(json_integer_value(json_object_get(row, "average_processing_time")), 1000000);
	assert_string_equal(text_of(row, "last_error"), "404:NOT_FOUND");
	json_decref(ping);
	json_decref(info);
	json_decref(stats);
}

static void agent_answers_only_to_its_own_id(void **state)
{
	struct world *world = *state;
	_cleanup_(discovery_freep) struct discovery *discovery = NULL;
	struct error err = { 0 };

	assert_true(discovery_start(world->answerer, "agent", "n1", "0.1.0", "", NULL, 0, true, &discovery, &err));
	settle(world->answerer);
	assert_true(ask(world->asker, "$SRV.PING.agent.n1", &err));
	assert_false(ask(world->asker, "$SRV.PING.agent", &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
}

static void stream_is_made_once_and_found_again(void **state)
{
	struct world *world = *state;
	struct error err = { 0 };

	assert_true(bus_ensure_stream(world->asker, "EVENTS", "event.>", 3600, &err));
	assert_true(bus_ensure_stream(world->answerer, "EVENTS", "event.>", 3600, &err));
	assert_true(bus_ensure_stream(world->answerer, "EVENTS", "event.>", 7200, &err));
}

static void token_of_a_subject_has_no_wildcards(void **state)
{
	char long_token[65];

	(void)state;
	memset(long_token, 'a', 64);
	long_token[64] = '\0';
	assert_true(bus_token_valid("n1-x"));
	assert_false(bus_token_valid("*"));
	assert_false(bus_token_valid(">"));
	assert_false(bus_token_valid("a.b"));
	assert_false(bus_token_valid("A"));
	assert_false(bus_token_valid(""));
	assert_false(bus_token_valid(NULL));
	assert_false(bus_token_valid(long_token));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_gets_its_reply_with_headers),
		cmocka_unit_test(request_without_a_responder_is_unavailable_at_once),
		cmocka_unit_test(request_that_nobody_answers_times_out),
		cmocka_unit_test(header_with_a_line_break_is_refused),
		cmocka_unit_test(answer_to_a_subject_that_is_no_inbox_is_refused),
		cmocka_unit_test(subscriptions_and_requests_survive_a_killed_server),
		cmocka_unit_test(what_is_subscribed_while_connecting_is_heard),
		cmocka_unit_test(waiting_requests_fail_when_the_server_dies),
		cmocka_unit_test(queue_group_of_two_shares_the_work),
		cmocka_unit_test(ten_thousand_requests_at_once_lose_none),
		cmocka_unit_test(bus_opened_before_its_server_connects_later),
		cmocka_unit_test(unsubscribing_waits_for_what_has_arrived),
		cmocka_unit_test(discovery_answers_ping_info_and_stats),
		cmocka_unit_test(agent_answers_only_to_its_own_id),
		cmocka_unit_test(stream_is_made_once_and_found_again),
		cmocka_unit_test(token_of_a_subject_has_no_wildcards),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
