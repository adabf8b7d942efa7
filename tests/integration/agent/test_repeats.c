/* Commands that come twice, late or out of order, before and after the engine was started anew: one effect. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness.h"

static int set_up(void **state)
{
	struct harness *harness = calloc(1, sizeof(*harness));

	assert_non_null(harness);
	harness_init(harness);
	harness_start(harness);
	*state = harness;
	return 0;
}

static int tear_down(void **state)
{
	struct harness *harness = *state;

	harness_done(harness);
	free(harness);
	return 0;
}

static void live(const struct harness *harness, char target[static 64])
{
	char path[2 * HARNESS_PATH];
	ssize_t size;

	snprintf(path, sizeof(path), "%s/nginx/live", harness->node);
	size = readlink(path, target, 63);
	assert_true(size > 0);
	target[size] = '\0';
}

static void expect_state(struct harness *harness, const struct harness_command *command,
                         Stralix__V1__Outcome__State state, const char *code)
{
	harness_send(harness, command);
	Stralix__V1__Outcome *answer = harness_answer(harness);
	if (answer->state != state || strcmp(answer->code, code) != 0)
		fail_msg("not %d %s: %d %s: %s", (int)state, code, (int)answer->state, answer->code, answer->message);
	assert_string_equal(answer->task_id, command->task_id);
	stralix__v1__outcome__free_unpacked(answer, NULL);
}

static void restart(struct harness *harness)
{
	harness_kill(harness);
	harness_start(harness);
}

static void a_command_three_times_has_one_effect_over_a_restart_too(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;
	char before[64], after[64];

	harness_command(&command, "thrice.example");
	harness_run_well(harness, &command);
	live(harness, before);
	expect_state(harness, &command, STRALIX__V1__OUTCOME__STATE__SUCCESS, "");
	restart(harness);
	for (unsigned i = 0; i < 3; i++)
		expect_state(harness, &command, STRALIX__V1__OUTCOME__STATE__SUCCESS, "");
	live(harness, after);
	assert_string_equal(before, after);
	assert_true(harness_serves(harness, "thrice.example"));
}

/* Three copies before the first one is done: none of them makes a generation of its own. */
static void copies_of_a_command_that_waits_start_no_second_run(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;
	char before[64], after[64];
	unsigned runs;

	harness_command(&command, "before.example");
	harness_run_well(harness, &command);
	live(harness, before);
	harness_command(&command, "copies.example");
	for (unsigned i = 0; i < 3; i++)
		harness_send(harness, &command);
	Stralix__V1__Outcome *outcome = harness_ending(harness, command.task_id);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__SUCCESS);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	restart(harness); /* what was still to be done would be done now */
	harness_command(&command, "other.example");
	harness_run_well(harness, &command);
	live(harness, after);
	runs = (unsigned)(strtoul(after + 4, NULL, 10) - strtoul(before + 4, NULL, 10));
	assert_int_equal(runs, 2); /* one for the copies, one for the other */
}

static void a_used_token_id_is_refused_after_a_restart_too(void **state)
{
	struct harness *harness = *state;
	struct harness_command first, second;

	harness_command(&first, "first.example");
	harness_run_well(harness, &first);
	restart(harness);
	harness_command(&second, "second.example");
	memcpy(second.jti, first.jti, sizeof(second.jti));
	expect_state(harness, &second, STRALIX__V1__OUTCOME__STATE__REFUSED, "UNAUTHENTICATED");
	assert_false(harness_serves(harness, "second.example"));
}

static void generation_6_after_7_is_superseded_after_a_restart_too(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;
	char before[64], after[64];

	harness_command(&command, "seven.example");
	command.generation = 7;
	harness_run_well(harness, &command);
	live(harness, before);
	restart(harness);
	harness_again(&command, 6);
	command.serving = STRALIX__V1__WEBSITE_STATE__SERVING__DELETED;
	for (unsigned i = 0; i < 3; i++)
		expect_state(harness, &command, STRALIX__V1__OUTCOME__STATE__SUPERSEDED, "");
	live(harness, after);
	assert_string_equal(before, after);
	assert_true(harness_serves(harness, "seven.example"));
}

/* Both are on their way at once, the newer one first. */
static void the_newer_of_two_that_overtake_each_other_stays(void **state)
{
	struct harness *harness = *state;
	struct harness_command newer, older;

	harness_command(&newer, "overtake.example");
	older = newer;
	newer.generation = 7;
	harness_again(&older, 6);
	older.serving = STRALIX__V1__WEBSITE_STATE__SERVING__DELETED;
	harness_send(harness, &newer);
	stralix__v1__outcome__free_unpacked(harness_answer(harness), NULL);
	expect_state(harness, &older, STRALIX__V1__OUTCOME__STATE__SUPERSEDED, "");
	Stralix__V1__Outcome *outcome = harness_ending(harness, newer.task_id);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__SUCCESS);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	assert_true(harness_serves(harness, "overtake.example"));
}

/* A clock that was wrong is no attempt: the same attempt of the same task runs once the clock is right. */
static void clock_skew_uses_up_neither_task_nor_attempt(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;
	static const int64_t wrong[] = { -151, 152, 31536000 };

	harness_command(&command, "clock.example");
	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
		command.skew_s = wrong[i];
		expect_state(harness, &command, STRALIX__V1__OUTCOME__STATE__REFUSED, "CLOCK_SKEW");
		assert_false(harness_serves(harness, "clock.example"));
	}
	command.skew_s = -20;
	harness_run_well(harness, &command);
	assert_true(harness_serves(harness, "clock.example"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_command_three_times_has_one_effect_over_a_restart_too),
		TEST(copies_of_a_command_that_waits_start_no_second_run),
		TEST(a_used_token_id_is_refused_after_a_restart_too),
		TEST(generation_6_after_7_is_superseded_after_a_restart_too),
		TEST(the_newer_of_two_that_overtake_each_other_stays),
		TEST(clock_skew_uses_up_neither_task_nor_attempt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
