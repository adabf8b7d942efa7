/* The way back is broken as well: the engine stops there, says so, and leaves the serving daemon alone. */

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "agent/engine/file.h"
#include "harness.h"
#include "pauses.h"

enum { LONG_PATH = 2 * HARNESS_PATH };

static void path_of(const struct harness *harness, const char *name, char path[static LONG_PATH])
{
	snprintf(path, LONG_PATH, "%s/%s", harness->node, name);
}

static unsigned live_generation(const struct harness *harness)
{
	char path[LONG_PATH], target[64] = "";

	path_of(harness, "nginx/live", path);
	assert_true(readlink(path, target, sizeof(target) - 1) > 4);
	return (unsigned)strtoul(target + 4, NULL, 10);
}

static void break_generation(const struct harness *harness, unsigned generation)
{
	char path[LONG_PATH], name[64];

	snprintf(name, sizeof(name), "nginx/gen-%u/nginx.conf", generation);
	path_of(harness, name, path);
	assert_int_equal(access(path, F_OK), 0);
	harness_write(path, "broken;\n", 8, 0640);
}

/* nginx will take the generation, and the website won't say what it should. */
static void answer_wrongly(const struct harness *harness, const struct harness_command *command)
{
	_cleanup_buf_ struct buf text = { 0 };
	char path[LONG_PATH], name[128], *site;

	snprintf(name, sizeof(name), "nginx/live/sites/%s.conf", command->website_id);
	path_of(harness, name, path);
	assert_true(file_read(path, 1 << 16, &text, NULL));
	site = strstr(text.data, "return 200 \"site");
	assert_non_null(site);
	memcpy(site, "return 200 \"none", 16);
	harness_write(path, text.data, text.size, 0640);
}

static void read_pid(const struct harness *harness, struct buf *pid)
{
	char path[LONG_PATH];

	path_of(harness, "run/nginx.pid", path);
	assert_true(file_read(path, 64, pid, NULL));
}

static void a_way_back_that_is_broken_leaves_the_daemon_alone(void **state)
{
	struct harness *harness = *state;
	_cleanup_buf_ struct buf before = { 0 }, after = { 0 };
	struct harness_command first, second, later;
	unsigned good;

	harness_start(harness);
	harness_command(&first, "first.example");
	harness_run_well(harness, &first);
	good = live_generation(harness);
	read_pid(harness, &before);
	pauses_arm(harness, "engine.activated");
	harness_command(&second, "second.example");
	harness_send(harness, &second);
	stralix__v1__outcome__free_unpacked(harness_answer(harness), NULL);
	pauses_await(harness, "engine.activated");
	answer_wrongly(harness, &second);
	break_generation(harness, good);
	pauses_release(harness, "engine.activated");
	Stralix__V1__Outcome *outcome = harness_ending(harness, second.task_id);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__FAILED);
	if (!strstr(outcome->message, "roll back to generation"))
		fail_msg("nothing about the way back: %s", outcome->message);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	read_pid(harness, &after);
	assert_string_equal(before.data, after.data);
	assert_true(harness_serves(harness, "first.example"));

	/* The next generation is rendered anew, so the node mends itself. */
	harness_command(&later, "later.example");
	harness_run_well(harness, &later);
	assert_true(harness_serves(harness, "first.example"));
	buf_clear(&after);
	read_pid(harness, &after);
	assert_string_equal(before.data, after.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_way_back_that_is_broken_leaves_the_daemon_alone, pauses_set_up,
		                                pauses_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
