/* test_tasks: the ledger from Enqueue to TaskFinished, against real PostgreSQL and NATS. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "world.h"

static void a_task_runs_at_once_and_its_end_is_told(void **state)
{
	struct world *world = *state;
	struct received command = agent_newest(world->n1);
	struct uuid resource = uuid_v7();
	Stralix__V1__Task *task;
	char id[UUID_TEXT];
	struct error err = { 0 };

	world_enqueue(world, &resource, 1, id);
	command = agent_wait(world->n1, command.n + 1);
	assert_string_equal(command.task_id, id);
	assert_true(command.token_fits);
	assert_string_equal(command.act, "website.apply");
	assert_string_equal(command.aud, "n1");
	assert_int_equal(command.attempt, 1);
	assert_int_equal(world_node(world, "n1")->tasks_running, 1);

	MUST(world_report(world, STRALIX__V1__OUTCOME__STATE__RUNNING, "", "", &err));
	task = world_wait_state(world, id, "running");
	assert_int_equal(task->n_steps, 1);
	assert_string_equal(task->steps[0]->name, "stage");
	assert_int_equal(task->steps[0]->duration_us, 1500);
	assert_string_equal(task->action, "website.apply");

	world_finish(world);
	task = world_task(world, id);
	assert_string_equal(task->state, "success");
	assert_int_equal(task->attempt, 1);
	assert_true(task->finished_at[0]);
	world_wait_finished(world, id, "success");
	assert_int_equal(world_node(world, "n1")->tasks_running, 0);
}

static void an_outcome_that_progress_overtook_still_ends_the_task(void **state)
{
	struct world *world = *state;
	struct received command = agent_newest(world->n1);
	struct uuid resource = uuid_v7();
	char id[UUID_TEXT];
	struct error err = { 0 };

	world_enqueue(world, &resource, 1, id);
	agent_wait(world->n1, command.n + 1);
	MUST(world_report(world, STRALIX__V1__OUTCOME__STATE__RUNNING, "", "", &err));
	agent_overtaken(world->n1);
	world_finish(world);
	assert_string_equal(world_task(world, id)->state, "success");
}

static void a_task_that_comes_twice_is_stored_once(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7();
	struct received before = agent_newest(world->n1);
	char id[UUID_TEXT], other[UUID_TEXT];
	struct error err = { 0 };

	world_enqueue(world, &resource, 1, id);
	MUST(world_enqueue_on(world, "n1", &resource, 1, "", id, &err));
	agent_wait(world->n1, before.n + 1);
	world_finish(world);
	MUST(world_enqueue_on(world, "n1", &resource, 1, "", id, &err));
	assert_string_equal(world_task(world, id)->state, "success");
	world_enqueue(world, &resource, 2, other);
	assert_string_equal(agent_wait(world->n1, before.n + 2).task_id, other);
	world_finish(world);
	assert_int_equal(agent_newest(world->n1).n, before.n + 2);
}

static void only_the_newest_of_a_resource_waits(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7();
	struct received command = agent_newest(world->n1);
	char first[UUID_TEXT], second[UUID_TEXT], third[UUID_TEXT], late[UUID_TEXT];

	world_enqueue(world, &resource, 1, first);
	agent_wait(world->n1, command.n + 1);
	world_enqueue(world, &resource, 2, second);
	world_enqueue(world, &resource, 3, third);
	assert_string_equal(world_task(world, second)->state, "superseded");
	assert_string_equal(world_task(world, second)->superseded_by, third);
	world_wait_finished(world, second, "superseded");
	assert_string_equal(world_task(world, third)->state, "queued");
	world_finish(world);
	command = agent_wait(world->n1, command.n + 2);
	assert_string_equal(command.task_id, third);
	assert_int_equal(command.generation, 3);
	world_finish(world);
	world_enqueue(world, &resource, 2, late); /* out of order */
	assert_string_equal(world_task(world, late)->state, "superseded");
	world_wait_finished(world, late, "superseded");
	assert_int_equal(agent_newest(world->n1).n, command.n);
}

static void a_refused_test_fails_with_the_daemons_words(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7();
	struct received command = agent_newest(world->n1);
	char id[UUID_TEXT];
	Stralix__V1__Task *task;

	agent_answers(world->n1, STRALIX__V1__OUTCOME__STATE__FAILED, "TEST_FAILED",
	              "nginx: [emerg] unknown directive \"servr\"");
	world_enqueue(world, &resource, 1, id);
	agent_wait(world->n1, command.n + 1);
	task = world_wait_state(world, id, "failed");
	agent_answers(world->n1, STRALIX__V1__OUTCOME__STATE__ACCEPTED, "", "");
	assert_string_equal(task->message, "nginx: [emerg] unknown directive \"servr\"");
	world_wait_finished(world, id, "failed");
}

static void a_passing_failure_is_tried_again(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7();
	struct received command = agent_newest(world->n1);
	char id[UUID_TEXT];
	Stralix__V1__Task *task;
	struct error err = { 0 };

	agent_answers(world->n1, STRALIX__V1__OUTCOME__STATE__FAILED, "DISK", "No space left on device");
	world_enqueue(world, &resource, 1, id);
	agent_wait(world->n1, command.n + 1);
	task = world_wait_state(world, id, "queued");
	assert_string_equal(task->message, "No space left on device");
	assert_true(task->next_attempt_at[0]);
	agent_answers(world->n1, STRALIX__V1__OUTCOME__STATE__ACCEPTED, "", "");
	MUST(world_report(world, STRALIX__V1__OUTCOME__STATE__FAILED, "DISK", "No space left on device",
	                  &err)); /* again */
	assert_string_equal(world_task(world, id)->next_attempt_at, task->next_attempt_at);
	command = agent_wait(world->n1, command.n + 2);
	assert_string_equal(command.task_id, id);
	assert_int_equal(command.attempt, 2);
	world_finish(world);
	assert_string_equal(world_task(world, id)->state, "success");
}

static void an_actor_who_lost_the_right_is_denied(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7(), next = uuid_v7();
	struct received before = agent_newest(world->n1);
	char id[UUID_TEXT] = "";
	struct error err = { 0 };

	panel_allow(world->panel, false);
	MUST(world_enqueue_on(world, "n1", &resource, 1, "0192f0c1-2345-7abc-8def-0123456789ab", id, &err));
	world_wait_state(world, id, "denied");
	world_wait_finished(world, id, "denied");
	panel_allow(world->panel, true);
	id[0] = '\0';
	MUST(world_enqueue_on(world, "n1", &next, 1, "0192f0c1-2345-7abc-8def-0123456789ab", id, &err));
	assert_string_equal(agent_wait(world->n1, before.n + 1).task_id, id);
	world_finish(world);
}

static void reports_of_others_are_not_believed(void **state)
{
	struct world *world = *state;
	struct agent *other = agent_new(world->panel, "other", "website");
	struct uuid resource = uuid_v7();
	struct received before = agent_newest(world->n1);
	char id[UUID_TEXT];
	struct error err = { 0 };

	world_enqueue(world, &resource, 1, id);
	agent_wait(world->n1, before.n + 1);
	assert_false(agent_report(world->n1, STRALIX__V1__OUTCOME__STATE__SUCCESS, "", "", true, &err));
	assert_non_null(strstr(err.message, "UNAUTHENTICATED"));
	assert_string_equal(world_task(world, id)->state, "running");
	panel_psql(world->panel, "update tasks.node set state = 'suspended' where id = 'other'");
	agent_free(other);
	world_finish(world);
	assert_string_equal(world_task(world, id)->state, "success");
	MUST(world_report(world, STRALIX__V1__OUTCOME__STATE__FAILED, "INTERNAL", "late",
	                  &err)); /* answered, and no news */
	assert_string_equal(world_task(world, id)->state, "success");
}

static void other_organisations_see_nothing(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7();
	struct received before = agent_newest(world->n1);
	Stralix__V1__GetTaskRequest request;
	Stralix__V1__ListTasksRequest list;
	Stralix__V1__ListTasksReply *listed;
	ProtobufCMessage *reply = NULL;
	char id[UUID_TEXT];
	struct error err = { 0 };

	world_enqueue(world, &resource, 1, id);
	agent_wait(world->n1, before.n + 1);
	world_finish(world);
	stralix__v1__get_task_request__init(&request);
	request.task_id = id;
	assert_false(panel_person(world->panel, "customer", &world_org_b, "GetTask", &request.base,
	                          &stralix__v1__get_task_reply__descriptor, &reply, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	stralix__v1__list_tasks_request__init(&list);
	MUST(panel_person(world->panel, "customer", &world_org_b, "ListTasks", &list.base,
	                  &stralix__v1__list_tasks_reply__descriptor, &reply, &err));
	listed = (Stralix__V1__ListTasksReply *)reply;
	assert_int_equal(listed->n_tasks, 0);
	assert_int_equal(listed->page->total, 0);
}

static void lists_go_on_where_the_page_ended(void **state)
{
	struct world *world = *state;
	Stralix__V1__ListTasksRequest list;
	Stralix__V1__ListTasksReply *first, *second;
	ProtobufCMessage *reply = NULL;
	struct error err = { 0 };

	stralix__v1__list_tasks_request__init(&list);
	list.limit = 2;
	MUST(panel_person(world->panel, "customer", &world_org_a, "ListTasks", &list.base,
	                  &stralix__v1__list_tasks_reply__descriptor, &reply, &err));
	first = (Stralix__V1__ListTasksReply *)reply;
	assert_int_equal(first->n_tasks, 2);
	assert_true(first->page->total > 4);
	assert_true(strcmp(first->tasks[0]->id, first->tasks[1]->id) > 0);
	list.cursor = first->page->next_cursor;
	list.state = (char *)(uintptr_t) "success";
	MUST(panel_person(world->panel, "admin", &world_org_b, "ListTasks", &list.base,
	                  &stralix__v1__list_tasks_reply__descriptor, &reply, &err));
	second = (Stralix__V1__ListTasksReply *)reply;
	assert_int_equal(second->n_tasks, 2);
	for (size_t i = 0; i < second->n_tasks; i++) {
		assert_true(strcmp(second->tasks[i]->id, first->tasks[1]->id) < 0);
		assert_string_equal(second->tasks[i]->state, "success");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_task_runs_at_once_and_its_end_is_told),
		TEST(an_outcome_that_progress_overtook_still_ends_the_task),
		TEST(a_task_that_comes_twice_is_stored_once),
		TEST(only_the_newest_of_a_resource_waits),
		TEST(a_refused_test_fails_with_the_daemons_words),
		TEST(a_passing_failure_is_tried_again),
		TEST(an_actor_who_lost_the_right_is_denied),
		TEST(reports_of_others_are_not_believed),
		TEST(other_organisations_see_nothing),
		TEST(lists_go_on_where_the_page_ended),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
