/* What bus_open refuses, and what a bus without a server does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/bus/bus.h"

static void expect_refused(const struct bus_options *options)
{
	struct error err = { 0 };
	struct bus *bus = NULL;

	assert_false(bus_open(options, &bus, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_null(bus);
}

static void options_that_make_no_sense_are_refused(void **state)
{
	static const char long_prefix[] =
		"_INBOX.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaa";

	(void)state;
	expect_refused(&(struct bus_options){ .name = "web" });
	expect_refused(&(struct bus_options){ .url = "nats://127.0.0.1:1" });
	expect_refused(&(struct bus_options){ .url = "tls://127.0.0.1:1", .name = "web", .ca = "ca", .cert = "cert" });
	expect_refused(&(struct bus_options){ .url = "tls://127.0.0.1:1", .name = "web", .cert = "c", .key = "k" });
	expect_refused(
		&(struct bus_options){ .url = "nats://127.0.0.1:1", .name = "web", .inbox_prefix = long_prefix });
}

static void on_reply(void *arg, struct bus_msg *reply, const struct error *why)
{
	(void)arg;
	(void)reply;
	(void)why;
	fail_msg("a request that wasn't sent got an answer");
}

/* Port 1 of the loopback: nobody listens there. */
static void bus_without_a_server_is_unavailable_at_once(void **state)
{
	const struct bus_options options = { .url = "nats://127.0.0.1:1", .name = "web" };
	_cleanup_(bus_freep) struct bus *bus = NULL;
	struct bus_msg *reply = NULL;
	struct bus_subscription *subscription = NULL;
	struct error err = { 0 };

	(void)state;
	assert_true(bus_open(&options, &bus, &err));
	assert_false(bus_connected(bus));
	assert_false(bus_request(bus, "rpc.web.GetWebsite", NULL, "", 0, 60000, &reply, &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	assert_int_equal(err.retry_after_s, 1);
	assert_false(bus_request_async(bus, "rpc.web.GetWebsite", NULL, "", 0, 60000, on_reply, NULL, &err));
	assert_true(bus_subscribe(bus, "rpc.web.*", "web", NULL, NULL, &subscription, &err));
	bus_unsubscribe(subscription);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_that_make_no_sense_are_refused),
		cmocka_unit_test(bus_without_a_server_is_unavailable_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
