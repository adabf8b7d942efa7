/* kill -9 between any two steps of a change of a zone: after the next start it is wholly new, and nothing is half done.
 */

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "pauses.h"
#include "zones.h"

enum { PATIENCE_MS = 20000 };

static int set_up(void **state)
{
	pauses_set_up(state);
	zones_give(*state);
	harness_start(*state);
	return 0;
}

/* Two sets change together: both are old, or both are new. */
static void want_pair(struct harness_command *command, uint32_t serial, const char *address)
{
	const struct zones_set sets[] = { { "a.shop.example.", "A", { address }, 0 },
		                          { "b.shop.example.", "A", { address }, 0 },
		                          { .name = NULL } };

	zones_want(command, &(struct zones_zone){ .name = "shop.example", .serial = serial, .sets = sets });
}

static void assert_pair(const struct harness *harness, uint32_t serial, const char *address)
{
	assert_int_equal(zones_serial(harness, "shop.example"), serial);
	assert_string_equal(zones_ask(harness, "a.shop.example.", "A"), address);
	assert_string_equal(zones_ask(harness, "b.shop.example.", "A"), address);
}

static void assert_whole(const struct harness *harness)
{
	uint32_t serial = zones_serial(harness, "shop.example");

	assert_true(serial == 1 || serial == 2);
	assert_pair(harness, serial, serial == 1 ? "192.0.2.1" : "192.0.2.2");
}

static void send_and_kill(struct harness *harness, const struct harness_command *command, const char *place)
{
	pauses_arm(harness, place);
	harness_send(harness, command);
	pauses_await(harness, place);
	harness_kill(harness);
	pauses_release(harness, place);
}

static void expect_success(struct harness *harness, const struct harness_command *command)
{
	Stralix__V1__Outcome *outcome = harness_ending(harness, command->task_id);

	if (outcome->state != STRALIX__V1__OUTCOME__STATE__SUCCESS)
		fail_msg("%s: %s", outcome->code, outcome->message);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
}

static const char *const places[] = { "engine.begun",  "calls.staged",    "caller.calling",
	                              "caller.called", "calls.activated", "calls.verified" };

static void a_change_is_whole_wherever_it_is_cut_off(void **state)
{
	struct harness *harness = *state;

	for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
		struct harness_command command;

		print_message("# %s\n", places[i]);
		zones_command(&command);
		want_pair(&command, 1, "192.0.2.1");
		harness_run_well(harness, &command);
		harness_again(&command, 2);
		want_pair(&command, 2, "192.0.2.2");
		send_and_kill(harness, &command, places[i]);
		assert_whole(harness);
		harness_start(harness);
		expect_success(harness, &command);
		assert_pair(harness, 2, "192.0.2.2");
		harness_again(&command, 3);
		command.verb = "remove";
		harness_run_well(harness, &command);
		zones_done(&command);
	}
}

static void a_new_zone_is_there_or_not_wherever_it_is_cut_off(void **state)
{
	struct harness *harness = *state;

	for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
		struct harness_command command;

		print_message("# %s\n", places[i]);
		zones_command(&command);
		want_pair(&command, 1, "192.0.2.1");
		send_and_kill(harness, &command, places[i]);
		harness_start(harness);
		expect_success(harness, &command);
		assert_pair(harness, 1, "192.0.2.1");
		harness_again(&command, 2);
		command.verb = "remove";
		send_and_kill(harness, &command, places[i]);
		harness_start(harness);
		expect_success(harness, &command);
		assert_string_equal(zones_ask(harness, "shop.example.", "SOA"), "REFUSED");
		zones_done(&command);
	}
}

/* What was cut off after the call, and then is never to be: the newer one doesn't know of its records. */
static void a_newer_change_takes_away_what_one_left_that_was_cut_off(void **state)
{
	const struct zones_set extra[] = { { "left.shop.example.", "A", { "192.0.2.66" }, 0 }, { .name = NULL } };
	struct harness *harness = *state;
	struct harness_command command, newer;

	zones_command(&command);
	want_pair(&command, 1, "192.0.2.1");
	harness_run_well(harness, &command);
	harness_again(&command, 2);
	zones_want(&command, &(struct zones_zone){ .name = "shop.example", .serial = 2, .sets = extra });
	send_and_kill(harness, &command, "calls.activated");
	assert_string_equal(zones_ask(harness, "left.shop.example.", "A"), "192.0.2.66");
	/* Both are there when the worker begins. */
	pauses_arm(harness, "calls.recovering");
	harness_start(harness);
	pauses_await(harness, "calls.recovering");
	newer = command;
	newer.desired = NULL;
	harness_again(&newer, 3);
	want_pair(&newer, 3, "192.0.2.3");
	harness_send(harness, &newer);
	stralix__v1__outcome__free_unpacked(harness_answer(harness), NULL);
	pauses_release(harness, "calls.recovering");
	expect_success(harness, &newer);
	assert_pair(harness, 3, "192.0.2.3");
	assert_string_equal(zones_ask(harness, "left.shop.example.", "A"), "");
	zones_done(&command);
	zones_done(&newer);
}

static void die(const struct harness *harness, const char *place)
{
	char path[2 * HARNESS_PATH];

	snprintf(path, sizeof(path), "%s/failpoints/%s", harness->dir, place);
	harness_write(path, "die\n", 4, 0666);
}

/* The program that calls dies; the engine doesn't, and says how the zone is. */
static void a_caller_that_dies_fails_its_change_and_is_started_again(void **state)
{
	static const char *const calls[] = { "caller.calling", "caller.called" };
	struct harness *harness = *state;

	for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
		struct harness_command command;

		zones_command(&command);
		want_pair(&command, 1, "192.0.2.1");
		harness_run_well(harness, &command);
		/* Not before the change has been looked at, or it would only be that look. */
		pauses_arm(harness, "calls.staged");
		harness_again(&command, 2);
		want_pair(&command, 2, "192.0.2.2");
		harness_send(harness, &command);
		stralix__v1__outcome__free_unpacked(harness_answer(harness), NULL);
		pauses_await(harness, "calls.staged");
		die(harness, calls[i]);
		pauses_release(harness, "calls.staged");
		Stralix__V1__Outcome *outcome = harness_ending(harness, command.task_id);
		assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__FAILED);
		assert_string_equal(outcome->code, "UNAVAILABLE");
		stralix__v1__outcome__free_unpacked(outcome, NULL);
		assert_pair(harness, 1, "192.0.2.1");
		harness_again(&command, 3);
		want_pair(&command, 2, "192.0.2.2");
		harness_run_well(harness, &command);
		assert_pair(harness, 2, "192.0.2.2");
		harness_again(&command, 4);
		command.verb = "remove";
		harness_run_well(harness, &command);
		zones_done(&command);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, pauses_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_change_is_whole_wherever_it_is_cut_off),
		TEST(a_new_zone_is_there_or_not_wherever_it_is_cut_off),
		TEST(a_newer_change_takes_away_what_one_left_that_was_cut_off),
		TEST(a_caller_that_dies_fails_its_change_and_is_started_again),
	};

	return cmocka_run_group_tests_name("agent zones crash", tests, NULL, NULL);
}
