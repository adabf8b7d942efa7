/* journal: what is accepted, what is a repeat, what is too old, and what is still to be reported. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/engine/journal.h"

#define SITE "01a20edb-3642-7496-afb2-e779b16a8865"

static const struct journal_kinds websites = { "website", "node" }, zones = { "zone", NULL };

struct fixture {
	char dir[64], path[96];
	struct journal *journal;
};

static void reopen(struct fixture *fixture)
{
	struct error err = { 0 };

	journal_free(fixture->journal);
	fixture->journal = NULL;
	if (!journal_open(fixture->path, &fixture->journal, &err))
		fail_msg("%s", err.message);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	snprintf(fixture->dir, sizeof(fixture->dir), "/tmp/stralix-journal-XXXXXX");
	assert_non_null(mkdtemp(fixture->dir));
	snprintf(fixture->path, sizeof(fixture->path), "%s/journal.db", fixture->dir);
	reopen(fixture);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	char reserve[sizeof(fixture->path) + 16];

	journal_free(fixture->journal);
	unlink(fixture->path);
	snprintf(reserve, sizeof(reserve), "%s.reserve", fixture->path);
	unlink(reserve);
	assert_int_equal(rmdir(fixture->dir), 0);
	free(fixture);
	return 0;
}

static struct task task_of(const char *id, uint64_t n, uint32_t attempt)
{
	struct task task = { .attempt = attempt, .generation = { 1, n } };

	snprintf(task.id, sizeof(task.id), "%s", id);
	snprintf(task.kind, sizeof(task.kind), "website");
	snprintf(task.verb, sizeof(task.verb), "apply");
	snprintf(task.resource_id, sizeof(task.resource_id), SITE);
	return task;
}

/* What becomes of a command; -code when it is refused. */
static int accept_task(struct fixture *fixture, const struct task *task, const char *jti, bool *fresh)
{
	const struct journal_command command = { .task = *task, .jti = jti, .expires_s = INT32_MAX };
	_cleanup_buf_ struct buf outcome = { 0 };
	enum journal_state state = 0;
	struct error err = { 0 };

	if (!journal_accept(fixture->journal, &command, &state, fresh, &outcome, &err))
		return -(int)err.code;
	return (int)state;
}

static void end_task(struct fixture *fixture, const struct task *task, enum journal_state state, uint64_t generation)
{
	const struct object object = {
		.kind = "website", .id = SITE, .generation = task->generation, .state = OBJECT_APPLIED
	};
	const struct journal_ending ending = { .task = task,
		                               .state = state,
		                               .object = state == JOURNAL_SUCCESS ? &object : NULL,
		                               .outcome = "packed",
		                               .outcome_size = 6 };
	const struct journal_generation live = { .number = generation, .rendered = "hash" };
	struct error err = { 0 };

	if (!journal_commit(fixture->journal, &live, &ending, 1, &err))
		fail_msg("%s", err.message);
}

static void each_kind_has_its_own_tasks_and_objects(void **state)
{
	struct fixture *fixture = *state;
	struct task website = task_of("t1", 1, 1), zone = task_of("t2", 1, 1), *tasks = NULL;
	struct object *objects = NULL;
	struct error err = { 0 };
	bool fresh;
	size_t n;

	snprintf(zone.kind, sizeof(zone.kind), "zone");
	assert_int_equal(accept_task(fixture, &website, "j1", &fresh), JOURNAL_ACCEPTED);
	assert_int_equal(accept_task(fixture, &zone, "j2", &fresh), JOURNAL_ACCEPTED);
	assert_true(fresh);
	assert_true(journal_unfinished(fixture->journal, &zones, &tasks, &n, &err));
	assert_int_equal(n, 1);
	assert_string_equal(tasks[0].id, "t2");
	task_done(&tasks[0]);
	free(tasks);
	assert_true(journal_unfinished(fixture->journal, &websites, &tasks, &n, &err));
	assert_int_equal(n, 1);
	assert_string_equal(tasks[0].id, "t1");
	task_done(&tasks[0]);
	free(tasks);
	assert_true(journal_objects(fixture->journal, &zones, &objects, &n, &err));
	assert_int_equal(n, 1);
	assert_string_equal(objects[0].kind, "zone");
	object_done(&objects[0]);
	free(objects);
}

static void a_new_command_is_accepted_and_waits_over_a_restart(void **state)
{
	struct fixture *fixture = *state;
	struct task task = task_of("t1", 1, 1), *tasks = NULL;
	struct error err = { 0 };
	bool fresh;
	size_t n;

	assert_int_equal(accept_task(fixture, &task, "j1", &fresh), JOURNAL_ACCEPTED);
	assert_true(fresh);
	reopen(fixture);
	assert_true(journal_unfinished(fixture->journal, &websites, &tasks, &n, &err));
	assert_int_equal(n, 1);
	assert_string_equal(tasks[0].id, "t1");
	assert_int_equal(tasks[0].generation.n, 1);
	task_done(&tasks[0]);
	free(tasks);
}

static void a_repeat_is_not_fresh(void **state)
{
	struct task task = task_of("t1", 1, 1);
	bool fresh;

	accept_task(*state, &task, "j1", &fresh);
	assert_int_equal(accept_task(*state, &task, "j1", &fresh), JOURNAL_ACCEPTED);
	assert_false(fresh);
	assert_int_equal(accept_task(*state, &task, "j2", &fresh), JOURNAL_ACCEPTED);
	assert_false(fresh);
}

static void a_token_id_serves_one_task(void **state)
{
	struct task first = task_of("t1", 1, 1), second = task_of("t2", 2, 1);
	bool fresh;

	accept_task(*state, &first, "j1", &fresh);
	assert_int_equal(accept_task(*state, &second, "j1", &fresh), -ERR_UNAUTHENTICATED);
	assert_int_equal(accept_task(*state, &second, "j2", &fresh), JOURNAL_ACCEPTED);
}

static void a_task_id_with_other_content_is_refused(void **state)
{
	struct task task = task_of("t1", 1, 1), other = task_of("t1", 2, 1);
	bool fresh;

	accept_task(*state, &task, "j1", &fresh);
	assert_int_equal(accept_task(*state, &other, "j2", &fresh), -ERR_CONFLICT);
	/* Refused wholly: the token's id wasn't used up. */
	struct task next = task_of("t2", 2, 1);
	assert_int_equal(accept_task(*state, &next, "j2", &fresh), JOURNAL_ACCEPTED);
}

static void a_generation_that_is_not_newer_is_superseded(void **state)
{
	struct task newer = task_of("t1", 5, 1), same = task_of("t2", 5, 1), older = task_of("t3", 4, 1);
	struct task restored = task_of("t4", 1, 1);
	bool fresh;

	accept_task(*state, &newer, "j1", &fresh);
	assert_int_equal(accept_task(*state, &same, "j2", &fresh), JOURNAL_SUPERSEDED);
	assert_false(fresh);
	assert_int_equal(accept_task(*state, &older, "j3", &fresh), JOURNAL_SUPERSEDED);
	restored.generation.epoch = 2;
	assert_int_equal(accept_task(*state, &restored, "j4", &fresh), JOURNAL_ACCEPTED);
}

static void a_failed_task_runs_again_only_with_a_higher_attempt(void **state)
{
	struct task task = task_of("t1", 1, 1);
	bool fresh;

	accept_task(*state, &task, "j1", &fresh);
	end_task(*state, &task, JOURNAL_FAILED, 0);
	assert_int_equal(accept_task(*state, &task, "j2", &fresh), JOURNAL_FAILED);
	assert_false(fresh);
	task.attempt = 2;
	assert_int_equal(accept_task(*state, &task, "j3", &fresh), JOURNAL_ACCEPTED);
	assert_true(fresh);
}

static void a_failed_task_does_not_run_again_over_a_newer_one(void **state)
{
	struct task task = task_of("t1", 1, 1), newer = task_of("t2", 2, 1);
	bool fresh;

	accept_task(*state, &task, "j1", &fresh);
	end_task(*state, &task, JOURNAL_FAILED, 0);
	accept_task(*state, &newer, "j2", &fresh);
	task.attempt = 2;
	assert_int_equal(accept_task(*state, &task, "j3", &fresh), JOURNAL_SUPERSEDED);
	assert_false(fresh);
}

static void a_report_waits_until_it_is_confirmed(void **state)
{
	struct fixture *fixture = *state;
	struct task task = task_of("t1", 1, 3);
	struct journal_report report;
	struct error err = { 0 };
	bool fresh, found;
	int64_t next;

	accept_task(fixture, &task, "j1", &fresh);
	end_task(fixture, &task, JOURNAL_SUCCESS, 4);
	assert_true(journal_report_due(fixture->journal, 10, &report, &found, &next, &err));
	assert_true(found);
	assert_int_equal(report.attempt, 3);
	assert_memory_equal(report.outcome, "packed", 6);
	free(report.outcome);
	assert_true(journal_report_sent(fixture->journal, report.id, 500, &err));
	assert_true(journal_report_due(fixture->journal, 10, &report, &found, &next, &err));
	assert_false(found);
	assert_int_equal(next, 500);
	assert_true(journal_reports_now(fixture->journal, &err));
	assert_true(journal_report_due(fixture->journal, 10, &report, &found, &next, &err));
	assert_true(found);
	free(report.outcome);
	assert_true(journal_report_committed(fixture->journal, report.id, &err));
	assert_true(journal_report_due(fixture->journal, 1000, &report, &found, &next, &err));
	assert_false(found);
	assert_int_equal(next, 0);
}

static void a_commit_names_the_generation_and_the_object(void **state)
{
	struct fixture *fixture = *state;
	struct task task = task_of("t1", 9, 1);
	struct journal_node before, node;
	struct object *objects;
	struct error err = { 0 };
	bool fresh;
	size_t n;

	assert_true(journal_node(fixture->journal, &before, &err));
	assert_int_equal(strlen(before.secret), 32);
	accept_task(fixture, &task, "j1", &fresh);
	end_task(fixture, &task, JOURNAL_SUCCESS, 12);
	reopen(fixture);
	assert_true(journal_node(fixture->journal, &node, &err));
	assert_int_equal(node.generation, 12);
	assert_string_equal(node.rendered, "hash");
	assert_string_equal(node.secret, before.secret);
	assert_true(journal_objects(fixture->journal, &websites, &objects, &n, &err));
	assert_int_equal(n, 1);
	assert_int_equal(objects[0].state, OBJECT_APPLIED);
	assert_int_equal(objects[0].generation.n, 9);
	object_done(&objects[0]);
	free(objects);
}

static void report_numbers_rise_over_restarts(void **state)
{
	struct fixture *fixture = *state;
	struct error err = { 0 };
	uint64_t first, second;

	assert_true(journal_reserve_seq(fixture->journal, 1000, 50, &first, &err));
	assert_int_equal(first, 1000);
	reopen(fixture);
	assert_true(journal_reserve_seq(fixture->journal, 7, 50, &second, &err));
	assert_int_equal(second, 1050);
}

static void places_of_pools_are_kept_until_they_are_forgotten(void **state)
{
	struct fixture *fixture = *state;
	const struct journal_pool one = { SITE, "8.2", 1 }, other = { SITE, "8.3", 7 }, moved = { SITE, "8.2", 2 };
	struct journal_pool *pools = NULL;
	struct error err = { 0 };
	size_t n = 0;

	assert_true(journal_pool_set(fixture->journal, &one, &err));
	assert_true(journal_pool_set(fixture->journal, &other, &err));
	assert_true(journal_pool_set(fixture->journal, &moved, &err));
	reopen(fixture);
	assert_true(journal_pools(fixture->journal, &pools, &n, &err));
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(pools[i].id, SITE);
		assert_int_equal(pools[i].shard, strcmp(pools[i].version, "8.2") == 0 ? 2 : 7);
	}
	free(pools);
	assert_true(journal_pool_forget(fixture->journal, &one, &err));
	assert_true(journal_pools(fixture->journal, &pools, &n, &err));
	assert_int_equal(n, 1);
	assert_string_equal(pools[0].version, "8.3");
	free(pools);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_kind_has_its_own_tasks_and_objects),
		TEST(a_new_command_is_accepted_and_waits_over_a_restart),
		TEST(a_repeat_is_not_fresh),
		TEST(a_token_id_serves_one_task),
		TEST(a_task_id_with_other_content_is_refused),
		TEST(a_generation_that_is_not_newer_is_superseded),
		TEST(a_failed_task_runs_again_only_with_a_higher_attempt),
		TEST(a_failed_task_does_not_run_again_over_a_newer_one),
		TEST(a_report_waits_until_it_is_confirmed),
		TEST(a_commit_names_the_generation_and_the_object),
		TEST(report_numbers_rise_over_restarts),
		TEST(places_of_pools_are_kept_until_they_are_forgotten),
	};

	return cmocka_run_group_tests_name("agent journal", tests, NULL, NULL);
}
