/* test_logs: what nginx writes about a website is read from its node: all of it, and nothing of another one. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "ask.h"

enum { ACCESS = STRALIX__V1__LOG_QUESTION__LOG__ACCESS, ERRORS = STRALIX__V1__LOG_QUESTION__LOG__ERROR };

static struct harness_command site_of(struct harness *harness, const char *domain)
{
	struct harness_command command;

	harness_command(&command, domain);
	harness_run_well(harness, &command);
	return command;
}

static int get(struct harness *harness, const char *host, const char *path)
{
	_cleanup_buf_ struct buf answer = { 0 };

	return harness_get(harness, host, path, false, &answer);
}

static Stralix__V1__LogAnswer *newest(struct harness *harness, const struct harness_command *site, int log)
{
	return ask_for_log(harness, site->website_id, (Stralix__V1__LogQuestion__Log)log, "", 100, "");
}

/* nginx writes a request's line after its answer: until there are n of them. */
static Stralix__V1__LogAnswer *await_lines(struct harness *harness, const struct harness_command *site, int log,
                                           size_t n)
{
	int64_t deadline = clock_monotonic_ms() + 10000;

	for (;;) {
		Stralix__V1__LogAnswer *found = newest(harness, site, log);

		if (found->n_lines >= n)
			return found;
		if (clock_monotonic_ms() > deadline)
			fail_msg("%zu lines, not %zu", found->n_lines, n);
		stralix__v1__log_answer__free_unpacked(found, NULL);
		usleep(10000);
	}
}

/* nginx has two workers, which don't keep to an order. */
static bool has(const Stralix__V1__LogAnswer *found, const char *text)
{
	for (size_t i = 0; i < found->n_lines; i++)
		if (strstr(found->lines[i], text))
			return true;
	return false;
}

static void a_site_has_its_requests_and_no_others(void **state)
{
	struct harness *harness = *state;
	struct harness_command a = site_of(harness, "a.example"), b = site_of(harness, "b.example");

	Stralix__V1__LogAnswer *found = newest(harness, &a, ACCESS);
	assert_int_equal(found->n_lines, 0);
	stralix__v1__log_answer__free_unpacked(found, NULL);
	assert_int_equal(get(harness, "a.example", "/first"), 404);
	assert_int_equal(get(harness, "b.example", "/other"), 404);
	assert_int_equal(get(harness, "a.example", "/"), 200);
	found = await_lines(harness, &a, ACCESS, 2);
	assert_int_equal(found->n_lines, 2);
	assert_true(has(found, "\"GET /first HTTP/1.0\" 404") && has(found, "\"GET / HTTP/1.0\" 200"));
	assert_false(found->skipped);
	stralix__v1__log_answer__free_unpacked(found, NULL);
	found = await_lines(harness, &b, ACCESS, 1);
	assert_int_equal(found->n_lines, 1);
	stralix__v1__log_answer__free_unpacked(found, NULL);
}

/* A request of the wrong kind has no rewrite phase; its line is in the site's log all the same. */
static void what_is_refused_early_and_a_suspended_site_are_logged_too(void **state)
{
	struct harness *harness = *state;
	struct harness_command site = site_of(harness, "early.example");

	assert_int_equal(get(harness, "early.example\r\nContent-Length: x", "/"), 400);
	Stralix__V1__LogAnswer *found = await_lines(harness, &site, ACCESS, 1);
	stralix__v1__log_answer__free_unpacked(found, NULL);
	harness_again(&site, 2);
	site.serving = STRALIX__V1__WEBSITE_STATE__SERVING__SUSPENDED;
	harness_run_well(harness, &site);
	assert_int_equal(get(harness, "early.example", "/while"), 503);
	found = await_lines(harness, &site, ACCESS, 2);
	assert_true(has(found, "\"GET /while HTTP/1.0\" 503"));
	stralix__v1__log_answer__free_unpacked(found, NULL);
}

static void a_held_question_is_answered_by_the_next_line(void **state)
{
	struct harness *harness = *state;
	struct harness_command site = site_of(harness, "follow.example");
	struct ask ask;

	for (unsigned i = 0; i < 2; i++) { /* the first has no file to watch yet */
		Stralix__V1__LogAnswer *found = newest(harness, &site, ACCESS);

		ask_init(&ask, "read", site.website_id);
		_cleanup_free_ void *question =
			ask_log(&ask, (Stralix__V1__LogQuestion__Log)ACCESS, found->cursor, 10, "");
		stralix__v1__log_answer__free_unpacked(found, NULL);
		ask.wait_ms = 20000;
		uint64_t ref = ask_send(harness, &ask);
		assert_null(harness_receive(harness, 300));
		int64_t began = clock_monotonic_ms();
		get(harness, "follow.example", i ? "/second" : "/first");
		Stralix__V1__NodeAnswer *answer = ask_receive(harness, &ask, ref);
		assert_true(clock_monotonic_ms() - began < 5000);
		found = stralix__v1__log_answer__unpack(NULL, answer->answer.len, answer->answer.data);
		assert_int_equal(found->n_lines, 1);
		assert_non_null(strstr(found->lines[0], i ? "GET /second" : "GET /first"));
		stralix__v1__log_answer__free_unpacked(found, NULL);
		stralix__v1__node_answer__free_unpacked(answer, NULL);
	}
}

static void a_held_question_ends_with_its_time(void **state)
{
	struct harness *harness = *state;
	struct harness_command site = site_of(harness, "quiet.example"), other = site_of(harness, "loud.example");
	Stralix__V1__LogAnswer *found = newest(harness, &site, ERRORS);
	int64_t began = clock_monotonic_ms();
	struct ask ask;

	(void)other;
	ask_init(&ask, "read", site.website_id);
	_cleanup_free_ void *question = ask_log(&ask, (Stralix__V1__LogQuestion__Log)ERRORS, found->cursor, 10, "");
	stralix__v1__log_answer__free_unpacked(found, NULL);
	ask.wait_ms = 1000;
	uint64_t ref = ask_send(harness, &ask);
	Stralix__V1__NodeAnswer *answer = ask_receive(harness, &ask, ref);
	assert_in_range(clock_monotonic_ms() - began, 1000, 5000);
	found = stralix__v1__log_answer__unpack(NULL, answer->answer.len, answer->answer.data);
	assert_int_equal(found->n_lines, 0);
	assert_true(found->cursor[0]);
	stralix__v1__log_answer__free_unpacked(found, NULL);
	stralix__v1__node_answer__free_unpacked(answer, NULL);
}

/* More than may be held: the rest is answered at once, and none is lost. */
static void more_than_can_be_held_are_answered_at_once(void **state)
{
	enum { N = 80 };
	struct harness *harness = *state;
	struct harness_command site = site_of(harness, "crowd.example");
	Stralix__V1__LogAnswer *found = newest(harness, &site, ACCESS);
	struct ask ask;
	unsigned early = 0, all = 0;

	ask_init(&ask, "read", site.website_id);
	_cleanup_free_ void *question = ask_log(&ask, (Stralix__V1__LogQuestion__Log)ACCESS, found->cursor, 10, "");
	ask.wait_ms = 20000;
	for (unsigned i = 0; i < N; i++) {
		ask_fresh(&ask);
		ask_send(harness, &ask);
	}
	for (Stralix__V1__EngineFrame *frame; (frame = harness_receive(harness, early < N - 64 ? 10000 : 300)); early++)
		stralix__v1__engine_frame__free_unpacked(frame, NULL);
	assert_int_equal(early, N - 64);
	get(harness, "crowd.example", "/now");
	for (all = early; all < N; all++) {
		Stralix__V1__EngineFrame *frame = harness_receive(harness, 10000);

		assert_non_null(frame);
		stralix__v1__engine_frame__free_unpacked(frame, NULL);
	}
	stralix__v1__log_answer__free_unpacked(found, NULL);
}

static void make_folder(const struct harness *harness, const struct harness_command *site, const char *name)
{
	char path[4 * HARNESS_PATH];

	snprintf(path, sizeof(path), "%s/srv/%s/public/%s", harness->node, site->website_id, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

/* Whatever is asked of one website, and wherever it stands in a line of the shared error log. */
static void no_line_of_another_site_is_ever_shown(void **state)
{
	struct harness *harness = *state;
	struct harness_command a = site_of(harness, "victim.example"), b = site_of(harness, "attacker.example");

	make_folder(harness, &b, "x, client: 127.0.0.1, server: victim.example, request: \"GET ");
	make_folder(harness, &b,
	            "x\n2026 [error] 1#1: *1 forged, client: 1.1.1.1, server: victim.example, request: \"");
	make_folder(harness, &b, "plain");
	make_folder(harness, &a, "own");
	assert_int_equal(get(harness, "attacker.example",
	                     "/x,%20client:%20127.0.0.1,%20server:%20victim.example,%20request:%20%22GET%20/"),
	                 403);
	assert_int_equal(
		get(harness, "attacker.example",
	            "/x%0a2026%20[error]%201%231:%20*1%20forged,%20client:%201.1.1.1,%20server:%20victim.example,"
	            "%20request:%20%22/"),
		403);
	assert_int_equal(
		get(harness, "attacker.example\r\nReferer: \", server: victim.example, request: \"", "/plain/"), 403);
	get(harness, "victim.example\r\nHost: attacker.example", "/plain/");
	get(harness, "attacker.example", "/plain/?, server: victim.example, request: \"");
	assert_int_equal(get(harness, "victim.example", "/own/"), 403);
	Stralix__V1__LogAnswer *found = await_lines(harness, &a, ERRORS, 1);
	for (size_t i = 0; i < found->n_lines; i++)
		if (!strstr(found->lines[i], "/own/"))
			fail_msg("not the victim's: %s", found->lines[i]);
	assert_int_equal(found->n_lines, 1);
	assert_non_null(strstr(found->lines[0], "/public/own/\" is forbidden"));
	assert_null(strstr(found->lines[0], "server: "));
	stralix__v1__log_answer__free_unpacked(found, NULL);
	found = await_lines(harness, &b, ERRORS, 3);
	for (size_t i = 0; i < found->n_lines; i++)
		assert_null(strstr(found->lines[i], "/own/"));
	stralix__v1__log_answer__free_unpacked(found, NULL);
	found = newest(harness, &a, ACCESS);
	for (size_t i = 0; i < found->n_lines; i++)
		assert_null(strstr(found->lines[i], "plain"));
	stralix__v1__log_answer__free_unpacked(found, NULL);
}

static void what_strangers_send_is_shown_harmlessly(void **state)
{
	struct harness *harness = *state;
	struct harness_command site = site_of(harness, "hostile.example");

	assert_int_equal(get(harness, "hostile.example\r\nUser-Agent: \x1b[2J\xff\xc3\xa4<script>\"", "/%0d%0a%1b[31m"),
	                 404);
	Stralix__V1__LogAnswer *found = await_lines(harness, &site, ACCESS, 1);
	assert_int_equal(found->n_lines, 1);
	for (const unsigned char *c = (const unsigned char *)found->lines[0]; *c; c++)
		assert_in_range(*c, 0x20, 0x7e);
	assert_non_null(strstr(found->lines[0], "\\x1B[2J\\xFF\\xC3\\xA4<script>\\x22"));
	stralix__v1__log_answer__free_unpacked(found, NULL);
}

static void a_log_is_rotated_and_a_follower_misses_nothing(void **state)
{
	enum { N = 900 }; /* nginx's own log goes round too, at four times as much */
	struct harness *harness = *state;
	struct harness_command site;
	char path[2 * HARNESS_PATH + 8], cursor[64] = "", uri[400];
	int64_t deadline = clock_monotonic_ms() + 60000;
	bool seen[N] = { false };
	unsigned n = 0;
	struct stat older = { 0 };

	harness_stop(harness);
	harness_setting(harness, "log_bytes", "65536");
	harness_start(harness);
	site = site_of(harness, "rotated.example");
	snprintf(path, sizeof(path), "%s/log/site/%s.log.1", harness->node, site.website_id);
	for (unsigned i = 0; n < N; i++) {
		if (i < N) {
			snprintf(uri, sizeof(uri), "/%06u-%0380u", i, 0U);
			assert_int_equal(get(harness, "rotated.example", uri), 404);
		} else {
			usleep(20000);
		}
		if (i == N - 50) /* the rest comes after it */
			for (; stat(path, &older) < 0; usleep(20000))
				if (clock_monotonic_ms() > deadline)
					fail_msg("it isn't rotated");
		Stralix__V1__LogAnswer *found =
			ask_for_log(harness, site.website_id, (Stralix__V1__LogQuestion__Log)ACCESS, cursor, 1000, "");
		for (size_t line = 0; line < found->n_lines; line++) {
			const char *request = strstr(found->lines[line], "GET /");

			assert_non_null(request); /* two workers don't keep to an order */
			unsigned long number = strtoul(request + strlen("GET /"), NULL, 10);
			assert_true(number < N && !seen[number]);
			seen[number] = true;
			n++;
		}
		assert_false(found->skipped);
		snprintf(cursor, sizeof(cursor), "%s", found->cursor);
		stralix__v1__log_answer__free_unpacked(found, NULL);
		if (clock_monotonic_ms() > deadline)
			fail_msg("%u of %u", n, N);
	}
	assert_true(older.st_size > 65536);
	snprintf(path, sizeof(path), "%s/log/access.log.1", harness->node);
	assert_int_equal(access(path, F_OK), 0);
}

static void a_purged_site_leaves_no_log_behind(void **state)
{
	struct harness *harness = *state;
	struct harness_command site = site_of(harness, "purged.example");
	char path[2 * HARNESS_PATH];

	get(harness, "purged.example", "/");
	stralix__v1__log_answer__free_unpacked(await_lines(harness, &site, ACCESS, 1), NULL);
	snprintf(path, sizeof(path), "%s/log/site/%s.log", harness->node, site.website_id);
	assert_int_equal(access(path, F_OK), 0);
	harness_again(&site, 2);
	site.serving = STRALIX__V1__WEBSITE_STATE__SERVING__DELETED;
	harness_run_well(harness, &site);
	harness_again(&site, 3);
	site.verb = "remove";
	harness_run_well(harness, &site);
	assert_int_equal(access(path, F_OK), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_set_up, harness_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_site_has_its_requests_and_no_others),
		TEST(what_is_refused_early_and_a_suspended_site_are_logged_too),
		TEST(a_held_question_is_answered_by_the_next_line),
		TEST(a_held_question_ends_with_its_time),
		TEST(more_than_can_be_held_are_answered_at_once),
		TEST(no_line_of_another_site_is_ever_shown),
		TEST(what_strangers_send_is_shown_harmlessly),
		TEST(a_log_is_rotated_and_a_follower_misses_nothing),
		TEST(a_purged_site_leaves_no_log_behind),
	};

	return cmocka_run_group_tests_name("agent logs", tests, NULL, NULL);
}
