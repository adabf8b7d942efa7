/* test_away: nodes, the service and its stores that are away and come back. */

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

static void a_node_that_is_offline_gets_its_tasks_when_it_is_back(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7(), another = uuid_v7();
	struct received command = agent_newest(world->n1);
	char id[UUID_TEXT], waiting[UUID_TEXT];
	Stralix__V1__Task *task;
	int64_t back;

	agent_offline(world->n1);
	world_enqueue(world, &resource, 1, id);
	task = world_wait_state(world, id, "queued");
	assert_string_equal(task->message, "node n1 is offline; the task runs when it is back");
	assert_int_equal(task->attempt, 0);
	world_enqueue(world, &another, 1, waiting);
	assert_string_equal(world_task(world, waiting)->message, "node n1 is offline; the task runs when it is back");
	assert_int_equal(world_node(world, "n1")->tasks_queued, 2);
	back = clock_monotonic_ms();
	agent_online(world->n1);
	command = agent_wait(world->n1, command.n + 2);
	assert_in_range(clock_monotonic_ms() - back, 0, 2000);
	assert_int_equal(command.attempt, 1);
	panel_psql(world->panel,
	           "update tasks.task set state = 'success', finished_at = now() where state = 'running'; "
	           "update tasks.node set running = 0");
}

/* The link may die with a command in its hands and be back in a second. */
static void a_lost_command_comes_again_and_the_node_is_not_taken_for_offline(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7();
	struct received command = agent_newest(world->n1);
	unsigned before = command.n;
	char id[UUID_TEXT];
	struct error err = { 0 };

	agent_loses(world->n1, true);
	world_enqueue(world, &resource, 1, id);
	command = agent_wait(world->n1, before + 1);
	assert_int_equal(command.n, before + 1);
	agent_loses(world->n1, false);
	MUST(agent_heartbeat(world->n1, &err));
	for (int i = 0; i < 2 && command.n == before + 1; i++)
		command = agent_wait(world->n1, before + 2);
	assert_int_equal(command.n, before + 2);
	assert_int_equal(command.attempt, 1);
	assert_string_equal(world_node(world, "n1")->health, "healthy");
	world_finish(world);
	world_wait_finished(world, id, "success");
}

static void a_killed_service_goes_on_where_it_was(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7();
	struct received before = agent_newest(world->n1);
	char id[UUID_TEXT];

	world_enqueue(world, &resource, 1, id);
	agent_wait(world->n1, before.n + 1);
	panel_stop_service(world->panel);
	panel_psql(world->panel, "update tasks.task set lease_until = now() where state = 'running'");
	panel_start_service(world->panel);
	before = agent_wait(world->n1, before.n + 2);
	assert_string_equal(before.task_id, id);
	assert_int_equal(before.attempt, 1); /* asked again, not begun again */
	world_finish(world);
	world_wait_finished(world, id, "success");
}

/* Until tasks takes it. */
static void enqueue_patiently(struct world *world, const struct uuid *resource, char id[static UUID_TEXT])
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	struct error err = { 0 };

	id[0] = '\0';
	while (!world_enqueue_on(world, "n1", resource, 1, "", id, &err)) {
		if (clock_monotonic_ms() > deadline)
			fail_msg("%s", err.message);
		usleep(20000);
	}
}

static void what_was_away_is_found_again(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7(), next = uuid_v7();
	struct received before = agent_newest(world->n1);
	char id[UUID_TEXT] = "", other[UUID_TEXT];
	struct error err = { 0 };

	agent_answers(world->n1, STRALIX__V1__OUTCOME__STATE__SUCCESS, "", "");
	panel_stop_postgres(world->panel);
	assert_false(world_enqueue_on(world, "n1", &resource, 1, "", id, &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	assert_null(strstr(err.message, "/tmp")); /* the log's business */
	panel_start_postgres(world->panel);
	MUST(world_enqueue_on(world, "n1", &resource, 1, "", id, &err)); /* the same task again */
	agent_wait(world->n1, before.n + 1);
	panel_restart_nats(world->panel);
	enqueue_patiently(world, &next, other);
	assert_int_equal(world_wait_state(world, other, "success")->attempt, 1);
	assert_int_equal(world_wait_state(world, id, "success")->attempt, 1); /* also when its answer was lost */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_node_that_is_offline_gets_its_tasks_when_it_is_back),
		TEST(a_lost_command_comes_again_and_the_node_is_not_taken_for_offline),
		TEST(a_killed_service_goes_on_where_it_was),
		TEST(what_was_away_is_found_again),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
