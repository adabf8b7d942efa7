/* kill -9 of the engine at any moment: what it accepted is done after all, and nothing is half done. */

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "harness.h"

enum { SITES = 30 };

static unsigned random_below(unsigned limit)
{
	uint32_t number;

	assert_int_equal(getrandom(&number, sizeof(number), 0), sizeof(number));
	return number % limit;
}

/* Reads what is there without confirming it. */
static void drain(struct harness *harness)
{
	Stralix__V1__EngineFrame *frame;

	while ((frame = harness_receive(harness, 0)))
		stralix__v1__engine_frame__free_unpacked(frame, NULL);
}

/* As tasks would: what has no outcome yet is dispatched again, as the same task with a new token. */
static bool settle(struct harness *harness, struct harness_command *command)
{
	struct harness_command again = *command;

	harness_again(&again, command->generation);
	memcpy(command->jti, again.jti, sizeof(command->jti));
	command->attempt++;
	harness_send(harness, command);
	Stralix__V1__Outcome *answer = harness_answer(harness);
	bool done = answer->state == STRALIX__V1__OUTCOME__STATE__SUCCESS;
	if (!done && answer->state != STRALIX__V1__OUTCOME__STATE__ACCEPTED &&
	    answer->state != STRALIX__V1__OUTCOME__STATE__RUNNING)
		fail_msg("%s: %d %s %s", command->domain, (int)answer->state, answer->code, answer->message);
	stralix__v1__outcome__free_unpacked(answer, NULL);
	return done;
}

static void sites_that_were_accepted_are_served_whatever_is_killed(void **state)
{
	static char domains[SITES][32];
	struct harness_command commands[SITES];
	struct harness harness;
	unsigned kills = 0;

	(void)state;
	harness_init(&harness);
	harness_start(&harness);
	for (unsigned i = 0; i < SITES; i++) {
		snprintf(domains[i], sizeof(domains[i]), "crash%u.example", i);
		harness_command(&commands[i], domains[i]);
		harness_send(&harness, &commands[i]);
		if (random_below(2) == 0)
			continue;
		poll(NULL, 0, (int)random_below(60));
		drain(&harness);
		harness_kill(&harness);
		kills++;
		harness_start(&harness);
	}
	print_message("# %u kills\n", kills);
	int64_t deadline = clock_monotonic_ms() + 60000;
	for (unsigned i = 0; i < SITES; i++)
		while (!settle(&harness, &commands[i])) {
			assert_true(clock_monotonic_ms() < deadline);
			poll(NULL, 0, 20);
			drain(&harness);
		}
	for (unsigned i = 0; i < SITES; i++)
		if (!harness_serves(&harness, domains[i]))
			fail_msg("%s is not served", domains[i]);
	harness_done(&harness);
}

/* A site that stays is asked all the time: no kill and no recovery may take it away. */
static void a_site_that_nobody_changes_is_served_throughout(void **state)
{
	struct harness_command stays, other;
	struct harness harness;
	unsigned asked = 0;

	(void)state;
	harness_init(&harness);
	harness_start(&harness);
	harness_command(&stays, "stays.example");
	harness_run_well(&harness, &stays);
	harness_command(&other, "other.example");
	for (unsigned round = 1; round <= 10; round++) {
		int64_t until = clock_monotonic_ms() + random_below(80);

		harness_again(&other, round);
		other.serving = round % 2 ? STRALIX__V1__WEBSITE_STATE__SERVING__LIVE
		                          : STRALIX__V1__WEBSITE_STATE__SERVING__DELETED;
		harness_send(&harness, &other);
		do {
			assert_true(harness_serves(&harness, "stays.example"));
			asked++;
		} while (clock_monotonic_ms() < until);
		drain(&harness);
		harness_kill(&harness);
		assert_true(harness_serves(&harness, "stays.example"));
		harness_start(&harness);
	}
	int64_t deadline = clock_monotonic_ms() + 30000;
	while (!settle(&harness, &other)) {
		assert_true(clock_monotonic_ms() < deadline);
		poll(NULL, 0, 20);
		drain(&harness);
		assert_true(harness_serves(&harness, "stays.example"));
	}
	assert_false(harness_serves(&harness, "other.example"));
	print_message("# asked %u times\n", asked);
	harness_done(&harness);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sites_that_were_accepted_are_served_whatever_is_killed),
		cmocka_unit_test(a_site_that_nobody_changes_is_served_throughout),
	};

	return cmocka_run_group_tests_name("agent crash", tests, NULL, NULL);
}
