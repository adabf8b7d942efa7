/* The engine with a real nginx: sites come, go, come back, and one bad one is nobody else's business. */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "harness.h"

static void three_new_sites_are_served_with_their_welcome_page(void **state)
{
	struct harness *harness = *state;
	static const char *const domains[] = { "one.example", "two.example", "xn--bcher-kva.example" };
	struct harness_command commands[3];

	for (unsigned i = 0; i < 3; i++) {
		harness_command(&commands[i], domains[i]);
		harness_send(harness, &commands[i]);
	}
	for (unsigned i = 0; i < 3; i++) {
		Stralix__V1__Outcome *outcome = harness_ending(harness, commands[i].task_id);
		_cleanup_buf_ struct buf answer = { 0 };

		assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__SUCCESS);
		assert_int_equal(outcome->n_steps, 5);
		assert_string_equal(outcome->steps[4]->name, "commit");
		for (size_t j = 0; j < outcome->n_steps; j++)
			print_message("# %s %s %s %lld us\n", domains[i], outcome->steps[j]->name,
			              outcome->steps[j]->state, (long long)outcome->steps[j]->duration_us);
		stralix__v1__outcome__free_unpacked(outcome, NULL);
		assert_int_equal(harness_get(harness, domains[i], "/", i == 1, &answer), 200);
		assert_non_null(strstr(answer.data, i == 2 ? "b\xc3\xbc"
		                                             "cher.example"
		                                           : domains[i]));
		assert_non_null(strstr(answer.data, "X-Content-Type-Options: nosniff"));
	}
}

static void an_unknown_name_is_answered_404(void **state)
{
	_cleanup_buf_ struct buf answer = { 0 };
	struct harness_command command;

	harness_command(&command, "known.example");
	harness_run_well(*state, &command);
	assert_int_equal(harness_get(*state, "unknown.example", "/", false, &answer), 404);
}

static void a_deleted_site_is_not_served_and_undeleted_has_its_data(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;
	char path[2 * HARNESS_PATH];

	harness_command(&command, "back.example");
	harness_run_well(harness, &command);
	snprintf(path, sizeof(path), "%s/srv/%s/public/kept.txt", harness->node, command.website_id);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs("kept", file);
	fclose(file);

	harness_again(&command, 2);
	command.serving = STRALIX__V1__WEBSITE_STATE__SERVING__DELETED;
	harness_run_well(harness, &command);
	for (unsigned i = 0; i < 50; i++)
		assert_false(harness_serves(harness, "back.example"));

	harness_again(&command, 3);
	command.serving = STRALIX__V1__WEBSITE_STATE__SERVING__LIVE;
	harness_run_well(harness, &command);
	assert_true(harness_serves(harness, "back.example"));
	assert_int_equal(access(path, F_OK), 0);
}

static void a_removed_site_leaves_no_file_and_no_way_back(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;
	char path[2 * HARNESS_PATH];

	harness_command(&command, "gone.example");
	harness_run_well(harness, &command);
	harness_again(&command, 2);
	command.verb = "remove";
	harness_run_well(harness, &command);
	snprintf(path, sizeof(path), "%s/srv/%s", harness->node, command.website_id);
	assert_int_equal(access(path, F_OK), -1);
	assert_false(harness_serves(harness, "gone.example"));

	harness_again(&command, 3);
	command.verb = "apply";
	harness_send(harness, &command);
	Stralix__V1__Outcome *answer = harness_answer(harness);
	assert_int_equal(answer->state, STRALIX__V1__OUTCOME__STATE__REFUSED);
	assert_string_equal(answer->code, "CONFLICT");
	stralix__v1__outcome__free_unpacked(answer, NULL);
}

static void a_second_site_under_the_same_name_fails_and_the_first_stays(void **state)
{
	struct harness *harness = *state;
	struct harness_command first, second;

	harness_command(&first, "taken.example");
	harness_run_well(harness, &first);
	harness_command(&second, "taken.example");
	Stralix__V1__Outcome *outcome = harness_run(harness, &second);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__FAILED);
	assert_string_equal(outcome->code, "EXISTS");
	assert_non_null(strstr(outcome->message, "taken.example"));
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	assert_true(harness_serves(harness, "taken.example"));
}

/* A template that says something to nginx only for one domain. */
static void break_template(struct harness *harness)
{
	harness_stop(harness);
	harness_edit_template(harness, "nginx.conf", "	include sites/*.conf;",
	                      "	map $host $refused {\n		default 1;\n	}\n	include sites/*.conf;");
	harness_edit_template(harness, "site.conf", "	index{{each index}} {{file:file_name}}{{end}};",
	                      "	index index.html;\n	limit_req zone={{each names}}{{name:server_name}}{{end}};");
	harness_edit_template(harness, "nginx.conf", "	include mime.types;",
	                      "	include mime.types;\n	limit_req_zone $host zone=good1.example:64k rate=9r/s;\n"
	                      "	limit_req_zone $host zone=good2.example:64k rate=9r/s;\n"
	                      "	limit_req_zone $host zone=good3.example:64k rate=9r/s;");
	harness_start(harness);
}

static void a_site_that_nginx_refuses_fails_with_its_words_and_changes_nothing(void **state)
{
	struct harness *harness = *state;
	struct harness_command good, bad;
	char before[65], after[65];

	break_template(harness);
	harness_command(&good, "good1.example");
	harness_run_well(harness, &good);
	harness_live_hash(harness, before);
	harness_command(&bad, "bad.example");
	Stralix__V1__Outcome *outcome = harness_run(harness, &bad);
	harness_live_hash(harness, after);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__FAILED);
	assert_string_equal(outcome->code, "TEST_FAILED");
	assert_non_null(strstr(outcome->message, "[emerg]"));
	assert_non_null(strstr(outcome->message, "bad.example"));
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	assert_string_equal(before, after);
	assert_true(harness_serves(harness, "good1.example"));
}

static void a_refused_site_does_not_hold_up_the_others_of_its_batch(void **state)
{
	struct harness *harness = *state;
	static const char *const domains[] = { "good1.example", "bad1.example", "good2.example", "bad2.example",
		                               "good3.example" };
	struct harness_command commands[5];

	break_template(harness);
	for (unsigned i = 0; i < 5; i++) {
		harness_command(&commands[i], domains[i]);
		harness_send(harness, &commands[i]);
	}
	for (unsigned i = 0; i < 5; i++) {
		Stralix__V1__Outcome *outcome = harness_ending(harness, commands[i].task_id);
		bool bad = strncmp(domains[i], "bad", 3) == 0;

		assert_int_equal(outcome->state,
		                 bad ? STRALIX__V1__OUTCOME__STATE__FAILED : STRALIX__V1__OUTCOME__STATE__SUCCESS);
		assert_true(bad == (strstr(outcome->message, domains[i]) != NULL));
		stralix__v1__outcome__free_unpacked(outcome, NULL);
		assert_true(bad != harness_serves(harness, domains[i]));
	}
}

static void a_failed_task_runs_again_with_its_next_attempt(void **state)
{
	struct harness *harness = *state;
	struct harness_command first, second;

	harness_command(&first, "again.example");
	harness_run_well(harness, &first);
	harness_command(&second, "again.example");
	Stralix__V1__Outcome *outcome = harness_run(harness, &second);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__FAILED);
	stralix__v1__outcome__free_unpacked(outcome, NULL);

	harness_again(&first, 2);
	first.serving = STRALIX__V1__WEBSITE_STATE__SERVING__DELETED;
	harness_run_well(harness, &first);
	struct harness_command fresh = second;
	harness_again(&fresh, 1);
	memcpy(second.jti, fresh.jti, sizeof(second.jti));
	second.attempt = 2;
	outcome = harness_run(harness, &second);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__SUCCESS);
	assert_int_equal(outcome->attempt, 2);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	assert_true(harness_serves(harness, "again.example"));
}

static void a_customers_link_out_of_the_site_is_not_followed(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;
	_cleanup_buf_ struct buf answer = { 0 };
	char path[2 * HARNESS_PATH];

	harness_command(&command, "links.example");
	harness_run_well(harness, &command);
	snprintf(path, sizeof(path), "%s/srv/%s/public/passwd.txt", harness->node, command.website_id);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	if (geteuid() == 0)
		assert_int_equal(lchown(path, command.uid, command.uid), 0);
	else
		skip();
	assert_int_equal(harness_get(harness, "links.example", "/passwd.txt", false, &answer), 404);
	assert_null(strstr(answer.data, "root:"));

	/* And the purge deletes the link, not what it names. */
	harness_again(&command, 2);
	command.verb = "remove";
	harness_run_well(harness, &command);
	assert_int_equal(access("/etc/passwd", F_OK), 0);
	assert_int_equal(access(path, F_OK), -1);
}

static void the_private_location_needs_its_secret(void **state)
{
	struct harness_command command;
	_cleanup_buf_ struct buf answer = { 0 };

	harness_command(&command, "private.example");
	harness_run_well(*state, &command);
	assert_int_equal(harness_get(*state, "private.example", "/.well-known/stralix/", false, &answer), 404);
	buf_clear(&answer);
	assert_int_equal(harness_get(*state, "private.example", "/.git/config", false, &answer), 404);
}

static pid_t master_of(const struct harness *harness)
{
	char path[2 * HARNESS_PATH];
	long pid = 0;

	snprintf(path, sizeof(path), "%s/run/nginx.pid", harness->node);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%ld", &pid), 1);
	fclose(file);
	return (pid_t)pid;
}

/* With a master that stands still no reload can happen: only the lane can answer. */
static void a_tested_site_answers_before_the_reload_and_the_lane_is_empty_after_it(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;
	_cleanup_buf_ struct buf answer = { 0 };
	char path[2 * HARNESS_PATH];
	int64_t deadline;
	pid_t master;

	harness_command(&command, "first.example");
	harness_run_well(harness, &command);
	master = master_of(harness);
	assert_int_equal(kill(master, SIGSTOP), 0);
	harness_command(&command, "early.example");
	harness_send(harness, &command);
	deadline = clock_monotonic_ms() + 5000;
	while (!harness_serves(harness, "early.example") && clock_monotonic_ms() < deadline)
		;
	assert_int_equal(harness_get(harness, "early.example", "/", false, &answer), 200);
	assert_non_null(strstr(answer.data, "X-Content-Type-Options: nosniff"));
	assert_int_equal(kill(master, SIGCONT), 0);
	Stralix__V1__Outcome *outcome = harness_ending(harness, command.task_id);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__SUCCESS);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	assert_true(harness_serves(harness, "early.example"));
	snprintf(path, sizeof(path), "%s/lane/early.example", harness->node);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void nginx_that_was_killed_is_started_again(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;
	int64_t deadline;

	harness_command(&command, "stays.example");
	harness_run_well(harness, &command);
	/* TERM takes the workers along, which would otherwise keep the ports. */
	assert_int_equal(kill(master_of(harness), 15), 0);
	deadline = clock_monotonic_ms() + 1000;
	while (harness_serves(harness, "stays.example") && clock_monotonic_ms() < deadline)
		;
	deadline = clock_monotonic_ms() + 5000;
	while (!harness_serves(harness, "stays.example") && clock_monotonic_ms() < deadline)
		;
	assert_true(harness_serves(harness, "stays.example"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_set_up, harness_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(three_new_sites_are_served_with_their_welcome_page),
		TEST(an_unknown_name_is_answered_404),
		TEST(a_deleted_site_is_not_served_and_undeleted_has_its_data),
		TEST(a_removed_site_leaves_no_file_and_no_way_back),
		TEST(a_second_site_under_the_same_name_fails_and_the_first_stays),
		TEST(a_site_that_nginx_refuses_fails_with_its_words_and_changes_nothing),
		TEST(a_refused_site_does_not_hold_up_the_others_of_its_batch),
		TEST(a_failed_task_runs_again_with_its_next_attempt),
		TEST(a_customers_link_out_of_the_site_is_not_followed),
		TEST(the_private_location_needs_its_secret),
		TEST(a_tested_site_answers_before_the_reload_and_the_lane_is_empty_after_it),
		TEST(nginx_that_was_killed_is_started_again),
	};

	return cmocka_run_group_tests_name("agent sites", tests, NULL, NULL);
}
