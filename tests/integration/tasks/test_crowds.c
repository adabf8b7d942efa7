/* test_crowds: many tasks at once: copies that share them, organisations that do not hold each other up. */

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

/* Ten thousand tasks of two organisations, dealt out over the nodes c0, c1 and c2. */
static void make_two_crowds(struct world *world)
{
	panel_psql(
		world->panel,
		"insert into tasks.resource (id, org_id, kind, node_id, epoch_enqueued, n_enqueued) "
		"select gen_random_uuid(), ('d000000' || i % 2 || '-0000-7000-8000-000000000000')::uuid, 'website', "
		"'c' || i % 3, 1, 1 from generate_series(1, 10000) i;"
		"insert into tasks.task (id, org_id, resource_id, node_id, kind, verb, target_name, epoch, n, desired, "
		"state, actor_id, actor_name, permission, request_id, traceparent, owner) "
		"select gen_random_uuid(), org_id, id, node_id, kind, 'apply', 'crowd.example', 1, 1, '\\x0a00', "
		"'queued', 'system:web', 'system:web', '', '', '', 'web' from tasks.resource "
		"where org_id::text like 'd000000%';"
		"analyze tasks.task");
}

static void organisations_that_could_fill_the_installation_leave_room_for_another(void **state)
{
	enum { NODES = 3, WINDOW = 32, BUSY = 16, ROUNDS = 5 };
	static const char *const names[NODES] = { "c0", "c1", "c2" };
	struct world *world = *state;
	struct agent *agents[NODES];
	int64_t deadline;
	unsigned running;

	panel_configure(world->panel, "window_installation: 32\n");
	agent_answers(world->n1, STRALIX__V1__OUTCOME__STATE__SUCCESS, "", "");
	for (int i = 0; i < NODES; i++) /* they accept, and end nothing */
		agents[i] = agent_new(world->panel, names[i], "website");
	make_two_crowds(world);
	for (int i = 0; i < NODES; i++)
		agent_online(agents[i]);
	deadline = clock_monotonic_ms() + PATIENCE_MS;
	do {
		running = 0;
		for (int i = 0; i < NODES; i++)
			running += agent_newest(agents[i]).n;
		usleep(10000);
	} while (running < BUSY && clock_monotonic_ms() < deadline);
	assert_in_range(running, BUSY, WINDOW);
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct uuid resource = uuid_v7();
		char task[UUID_TEXT];

		world_enqueue(world, &resource, 1, task);
		world_wait_finished(world, task, "success");
	}
	panel_psql(world->panel, "update tasks.task set state = 'cancelled' where org_id::text like 'd000000%';"
	                         "update tasks.node set running = 0, state = 'suspended' where id like 'c_'");
	for (int i = 0; i < NODES; i++)
		agent_free(agents[i]);
	panel_configure(world->panel, "");
}

static void two_copies_send_each_task_once(void **state)
{
	enum { TASKS = 60 };
	struct world *world = *state;
	struct received before = agent_newest(world->n1);
	char ids[TASKS][UUID_TEXT];

	panel_start_copy(world->panel);
	agent_answers(world->n1, STRALIX__V1__OUTCOME__STATE__SUCCESS, "", "");
	for (int i = 0; i < TASKS; i++) {
		struct uuid resource = uuid_v7();

		world_enqueue(world, &resource, 1, ids[i]);
	}
	for (int i = 0; i < TASKS; i++)
		world_wait_state(world, ids[i], "success");
	assert_int_equal(agent_newest(world->n1).n, before.n + TASKS);
	assert_int_equal(world_node(world, "n1")->tasks_queued, 0);
	assert_int_equal(world_node(world, "n1")->tasks_running, 0);
}

/* Another organisation's tasks wait for the same node already, ten thousand of them. */
static void make_a_crowd(struct world *world)
{
	panel_psql(
		world->panel,
		"insert into tasks.resource (id, org_id, kind, node_id, epoch_enqueued, n_enqueued) "
		"select gen_random_uuid(), 'c0000000-0000-7000-8000-000000000000', 'website', 'n1', 1, 1 "
		"from generate_series(1, 10000);"
		"insert into tasks.task (id, org_id, resource_id, node_id, kind, verb, target_name, epoch, n, desired, "
		"state, actor_id, actor_name, permission, request_id, traceparent, owner) "
		"select gen_random_uuid(), org_id, id, node_id, kind, 'apply', 'crowd.example', 1, 1, '\\x0a00', "
		"'queued', 'system:web', 'system:web', '', '', '', 'web' from tasks.resource "
		"where org_id = 'c0000000-0000-7000-8000-000000000000';"
		"analyze tasks.task");
}

static void a_crowd_of_one_organisation_does_not_hold_up_another(void **state)
{
	enum { ROUNDS = 5, ALREADY = 200, MEANWHILE = 400 };
	struct world *world = *state;
	unsigned before = agent_newest(world->n1).n;

	agent_answers(world->n1, STRALIX__V1__OUTCOME__STATE__SUCCESS, "", "");
	make_a_crowd(world);
	agent_wait(world->n1, before + ALREADY);
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct uuid resource = uuid_v7();
		unsigned then = agent_newest(world->n1).n;
		char task[UUID_TEXT];

		world_enqueue(world, &resource, 1, task);
		world_wait_finished(world, task, "success");
		/* Those that ran already, and what came along while this one was told about. */
		assert_in_range(agent_newest(world->n1).n - then, 1, MEANWHILE);
	}
	assert_true(world_node(world, "n1")->tasks_queued > 0); /* or this has shown nothing */
	panel_psql(world->panel, "update tasks.task set state = 'cancelled' where state = 'queued'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(organisations_that_could_fill_the_installation_leave_room_for_another),
		TEST(two_copies_send_each_task_once),
		TEST(a_crowd_of_one_organisation_does_not_hold_up_another),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
