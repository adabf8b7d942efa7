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

#include "panel.h"

static const struct uuid org_a = { { 0xA } }, org_b = { { 0xB } };

struct world {
	struct panel *panel;
	struct agent *n1;
};

static int setup(void **state)
{
	static struct world world;

	world.panel = panel_new();
	world.n1 = agent_new(world.panel, "n1", "website");
	agent_online(world.n1);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	agent_free(world->n1);
	panel_free(world->panel);
	return 0;
}

#define MUST(call)                                                                                                     \
	do {                                                                                                           \
		if (!(call))                                                                                           \
			fail_msg("%s", err.message);                                                                   \
	} while (0)

static bool place(struct world *world, const struct uuid *org, const struct uuid *resource, const char *node,
                  Stralix__V1__PlaceResourceReply **ret, struct error *err)
{
	Stralix__V1__PlaceResourceRequest request;
	char id[UUID_TEXT], org_id[UUID_TEXT];

	stralix__v1__place_resource_request__init(&request);
	request.capability = (char *)(uintptr_t) "website";
	request.resource_id = uuid_format(resource, id);
	request.organisation_id = uuid_format(org, org_id);
	request.node_id = (char *)(uintptr_t)node;
	return panel_web(world->panel, "PlaceResource", &request.base, &stralix__v1__place_resource_reply__descriptor,
	                 (ProtobufCMessage **)(void *)ret, err);
}

/* A task of org_a on a node; actor "" is the system. */
static bool enqueue_on(struct world *world, const char *node, const struct uuid *resource, uint64_t n,
                       const char *actor, char task_id[static UUID_TEXT], struct error *err)
{
	Stralix__V1__EnqueueRequest request;
	Stralix__V1__Target target;
	Stralix__V1__Generation generation;
	char id[UUID_TEXT], org[UUID_TEXT];
	ProtobufCMessage *reply;

	if (!task_id[0]) {
		struct uuid fresh = uuid_v7();

		uuid_format(&fresh, task_id);
	}
	stralix__v1__enqueue_request__init(&request);
	stralix__v1__target__init(&target);
	stralix__v1__generation__init(&generation);
	target.kind = (char *)(uintptr_t) "website";
	target.id = uuid_format(resource, id);
	target.name = (char *)(uintptr_t) "shop.example";
	target.organisation_id = uuid_format(&org_a, org);
	target.node_id = (char *)(uintptr_t)node;
	generation.epoch = 1;
	generation.n = n;
	request.task_id = task_id;
	request.verb = (char *)(uintptr_t) "apply";
	request.target = &target;
	request.generation = &generation;
	request.desired.data = (uint8_t *)(uintptr_t) "\x0a\x00";
	request.desired.len = 2;
	request.actor_id = (char *)(uintptr_t)(*actor ? actor : "system:web");
	request.permission = (char *)(uintptr_t)(*actor ? "website:create" : "");
	request.owner = (char *)(uintptr_t) "web";
	return panel_web(world->panel, "Enqueue", &request.base, &stralix__v1__empty__descriptor, &reply, err);
}

static void enqueue(struct world *world, const struct uuid *resource, uint64_t n, char task_id[static UUID_TEXT])
{
	struct error err = { 0 };

	task_id[0] = '\0';
	MUST(enqueue_on(world, "n1", resource, n, "", task_id, &err));
}

static Stralix__V1__Task *get(struct world *world, const char *task_id)
{
	Stralix__V1__GetTaskRequest request;
	ProtobufCMessage *reply = NULL;
	struct error err = { 0 };

	stralix__v1__get_task_request__init(&request);
	request.task_id = (char *)(uintptr_t)task_id;
	MUST(panel_person(world->panel, "customer", &org_a, "GetTask", &request.base,
	                  &stralix__v1__get_task_reply__descriptor, &reply, &err));
	return ((Stralix__V1__GetTaskReply *)reply)->task;
}

static Stralix__V1__Task *wait_state(struct world *world, const char *task_id, const char *state)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	Stralix__V1__Task *task;

	for (;;) {
		task = get(world, task_id);
		if (strcmp(task->state, state) == 0)
			return task;
		if (clock_monotonic_ms() > deadline)
			fail_msg("task is %s (%s), not %s", task->state, task->message, state);
		usleep(10000);
	}
}

static void wait_finished(struct world *world, const char *task_id, const char *state)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	char seen[16];

	while (!panel_finished(world->panel, task_id, seen) && clock_monotonic_ms() < deadline)
		usleep(10000);
	assert_string_equal(seen, state);
}

static Stralix__V1__Node *node(struct world *world, const char *id)
{
	Stralix__V1__GetNodeRequest request;
	ProtobufCMessage *reply = NULL;
	struct error err = { 0 };

	stralix__v1__get_node_request__init(&request);
	request.node_id = (char *)(uintptr_t)id;
	MUST(panel_person(world->panel, "admin", &org_a, "GetNode", &request.base,
	                  &stralix__v1__get_node_reply__descriptor, &reply, &err));
	return ((Stralix__V1__GetNodeReply *)reply)->node;
}

static bool report(struct world *world, Stralix__V1__Outcome__State state, const char *code, const char *message,
                   struct error *err)
{
	return agent_report(world->n1, state, code, message, false, err);
}

/* Ends what runs on n1, so that tests leave nothing behind. */
static void finish(struct world *world)
{
	struct error err = { 0 };

	MUST(report(world, STRALIX__V1__OUTCOME__STATE__SUCCESS, "", "", &err));
}

static void a_node_tells_how_it_is(void **state)
{
	Stralix__V1__Node *n1 = node(*state, "n1");

	assert_string_equal(n1->health, "healthy");
	assert_string_equal(n1->state, "trusted");
	assert_string_equal(n1->name, "n1");
	assert_int_equal(n1->http_port, 8080);
	assert_int_equal(n1->https_port, 443);
	assert_string_equal(n1->version, "0.1.0");
	assert_int_equal(n1->memory_total, 1ULL << 33);
	assert_int_equal(n1->n_daemons, 1);
	assert_string_equal(n1->daemons[0]->value, "1.22.1");
	assert_int_equal(n1->n_capabilities, 1);
	assert_string_equal(n1->capabilities[0], "website");
}

static void placement_gives_a_uid_once_and_the_same_place_again(void **state)
{
	struct uuid first = uuid_v7(), second = uuid_v7();
	Stralix__V1__PlaceResourceReply *a, *again, *b;
	struct error err = { 0 };

	MUST(place(*state, &org_a, &first, "", &a, &err));
	MUST(place(*state, &org_a, &second, "", &b, &err));
	MUST(place(*state, &org_a, &first, "", &again, &err));
	assert_string_equal(a->node_id, "n1");
	assert_string_equal(a->address, "127.0.0.1");
	assert_int_equal(a->http_port, 8080);
	assert_int_equal(a->uid, again->uid);
	assert_int_equal(b->uid, a->uid + 1);
	assert_int_equal(node(*state, "n1")->resources, 2);
	assert_false(place(*state, &org_b, &first, "", &again, &err));
	assert_int_equal(err.code, ERR_EXISTS);
}

static bool place_named(struct world *world, const char *name, struct error *err)
{
	Stralix__V1__PlaceResourceRequest request;
	ProtobufCMessage *reply = NULL;
	struct uuid resource = uuid_v7();
	char id[UUID_TEXT], org_id[UUID_TEXT];

	*err = (struct error){ 0 };
	stralix__v1__place_resource_request__init(&request);
	request.capability = (char *)(uintptr_t) "website";
	request.resource_id = uuid_format(&resource, id);
	request.organisation_id = uuid_format(&org_a, org_id);
	request.name = (char *)(uintptr_t)name;
	return panel_web(world->panel, "PlaceResource", &request.base, &stralix__v1__place_resource_reply__descriptor,
	                 &reply, err);
}

static void placement_refuses_names_of_nodes(void **state)
{
	static const char *const refused[] = { "web7.nodes.example", "WEB7.nodes.example", "shop.web7.nodes.example",
		                               "a.b.web7.nodes.example" };
	static const char *const good[] = { "shop.example", "nodes.example", "myweb7.nodes.example", "shop.backup" };
	struct world *world = *state;
	struct error err;

	panel_psql(world->panel,
	           "insert into tasks.node (id, uid, name, address, http_port, https_port, report_key, "
	           "capabilities, state) "
	           "select w.id, gen_random_uuid(), w.name, '127.0.0.9', 80, 443, '', '{}', 'revoked' from "
	           "(values ('named', 'Web7.nodes.example'), ('word', 'Backup')) w (id, name)");
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		assert_false(place_named(world, refused[i], &err));
		assert_int_equal(err.code, ERR_INVALID);
		assert_int_equal(err.n_violations, 1);
		assert_string_equal(err.violations[0].field, "domain");
		assert_string_equal(err.violations[0].rule, "reserved");
	}
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		if (!place_named(world, good[i], &err))
			fail_msg("%s: %s", good[i], err.message);
	panel_psql(world->panel, "delete from tasks.node where id in ('named', 'word')");
}

static void placement_without_a_node_says_so(void **state)
{
	struct world *world = *state;
	struct agent *silent = agent_new(world->panel, "silent", "website");
	struct agent *mail = agent_new(world->panel, "mail", "mail");
	struct uuid resource = uuid_v7();
	Stralix__V1__PlaceResourceReply *reply;
	struct error err = { 0 };

	agent_online(mail);
	assert_false(place(world, &org_a, &resource, "silent", &reply, &err));
	assert_int_equal(err.code, ERR_NO_NODE);
	assert_non_null(strstr(err.message, "node 'silent' doesn't answer now"));
	assert_false(place(world, &org_a, &resource, "mail", &reply, &err));
	assert_non_null(strstr(err.message, "node 'mail' doesn't take a website"));
	assert_false(place(world, &org_a, &resource, "absent", &reply, &err));
	assert_int_equal(err.code, ERR_INVALID);
	agent_free(silent);
	agent_free(mail);
}

static void a_task_runs_at_once_and_its_end_is_told(void **state)
{
	struct world *world = *state;
	struct received command = agent_newest(world->n1);
	struct uuid resource = uuid_v7();
	Stralix__V1__Task *task;
	char id[UUID_TEXT];
	struct error err = { 0 };

	enqueue(world, &resource, 1, id);
	command = agent_wait(world->n1, command.n + 1);
	assert_string_equal(command.task_id, id);
	assert_true(command.token_fits);
	assert_string_equal(command.act, "website.apply");
	assert_string_equal(command.aud, "n1");
	assert_int_equal(command.attempt, 1);
	assert_int_equal(node(world, "n1")->tasks_running, 1);

	MUST(report(world, STRALIX__V1__OUTCOME__STATE__RUNNING, "", "", &err));
	task = wait_state(world, id, "running");
	assert_int_equal(task->n_steps, 1);
	assert_string_equal(task->steps[0]->name, "stage");
	assert_int_equal(task->steps[0]->duration_us, 1500);
	assert_string_equal(task->action, "website.apply");

	finish(world);
	task = get(world, id);
	assert_string_equal(task->state, "success");
	assert_int_equal(task->attempt, 1);
	assert_true(task->finished_at[0]);
	wait_finished(world, id, "success");
	assert_int_equal(node(world, "n1")->tasks_running, 0);
}

static void an_outcome_that_progress_overtook_still_ends_the_task(void **state)
{
	struct world *world = *state;
	struct received command = agent_newest(world->n1);
	struct uuid resource = uuid_v7();
	char id[UUID_TEXT];
	struct error err = { 0 };

	enqueue(world, &resource, 1, id);
	agent_wait(world->n1, command.n + 1);
	MUST(report(world, STRALIX__V1__OUTCOME__STATE__RUNNING, "", "", &err));
	agent_overtaken(world->n1);
	finish(world);
	assert_string_equal(get(world, id)->state, "success");
}

static void a_task_that_comes_twice_is_stored_once(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7();
	struct received before = agent_newest(world->n1);
	char id[UUID_TEXT], other[UUID_TEXT];
	struct error err = { 0 };

	enqueue(world, &resource, 1, id);
	MUST(enqueue_on(world, "n1", &resource, 1, "", id, &err));
	agent_wait(world->n1, before.n + 1);
	finish(world);
	MUST(enqueue_on(world, "n1", &resource, 1, "", id, &err));
	assert_string_equal(get(world, id)->state, "success");
	enqueue(world, &resource, 2, other);
	assert_string_equal(agent_wait(world->n1, before.n + 2).task_id, other);
	finish(world);
	assert_int_equal(agent_newest(world->n1).n, before.n + 2);
}

static void only_the_newest_of_a_resource_waits(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7();
	struct received command = agent_newest(world->n1);
	char first[UUID_TEXT], second[UUID_TEXT], third[UUID_TEXT], late[UUID_TEXT];

	enqueue(world, &resource, 1, first);
	agent_wait(world->n1, command.n + 1);
	enqueue(world, &resource, 2, second);
	enqueue(world, &resource, 3, third);
	assert_string_equal(get(world, second)->state, "superseded");
	assert_string_equal(get(world, second)->superseded_by, third);
	wait_finished(world, second, "superseded");
	assert_string_equal(get(world, third)->state, "queued");
	finish(world);
	command = agent_wait(world->n1, command.n + 2);
	assert_string_equal(command.task_id, third);
	assert_int_equal(command.generation, 3);
	finish(world);
	enqueue(world, &resource, 2, late); /* out of order */
	assert_string_equal(get(world, late)->state, "superseded");
	wait_finished(world, late, "superseded");
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
	enqueue(world, &resource, 1, id);
	agent_wait(world->n1, command.n + 1);
	task = wait_state(world, id, "failed");
	agent_answers(world->n1, STRALIX__V1__OUTCOME__STATE__ACCEPTED, "", "");
	assert_string_equal(task->message, "nginx: [emerg] unknown directive \"servr\"");
	wait_finished(world, id, "failed");
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
	enqueue(world, &resource, 1, id);
	agent_wait(world->n1, command.n + 1);
	task = wait_state(world, id, "queued");
	assert_string_equal(task->message, "No space left on device");
	assert_true(task->next_attempt_at[0]);
	agent_answers(world->n1, STRALIX__V1__OUTCOME__STATE__ACCEPTED, "", "");
	MUST(report(world, STRALIX__V1__OUTCOME__STATE__FAILED, "DISK", "No space left on device", &err)); /* again */
	assert_string_equal(get(world, id)->next_attempt_at, task->next_attempt_at);
	command = agent_wait(world->n1, command.n + 2);
	assert_string_equal(command.task_id, id);
	assert_int_equal(command.attempt, 2);
	finish(world);
	assert_string_equal(get(world, id)->state, "success");
}

static void a_node_that_is_offline_gets_its_tasks_when_it_is_back(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7(), another = uuid_v7();
	struct received command = agent_newest(world->n1);
	char id[UUID_TEXT], waiting[UUID_TEXT];
	Stralix__V1__Task *task;
	int64_t back;

	agent_offline(world->n1);
	enqueue(world, &resource, 1, id);
	task = wait_state(world, id, "queued");
	assert_string_equal(task->message, "node n1 is offline; the task runs when it is back");
	assert_int_equal(task->attempt, 0);
	enqueue(world, &another, 1, waiting);
	assert_string_equal(get(world, waiting)->message, "node n1 is offline; the task runs when it is back");
	assert_int_equal(node(world, "n1")->tasks_queued, 2);
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
	enqueue(world, &resource, 1, id);
	command = agent_wait(world->n1, before + 1);
	assert_int_equal(command.n, before + 1);
	agent_loses(world->n1, false);
	MUST(agent_heartbeat(world->n1, &err));
	for (int i = 0; i < 2 && command.n == before + 1; i++)
		command = agent_wait(world->n1, before + 2);
	assert_int_equal(command.n, before + 2);
	assert_int_equal(command.attempt, 1);
	assert_string_equal(node(world, "n1")->health, "healthy");
	finish(world);
	wait_finished(world, id, "success");
}

static void an_actor_who_lost_the_right_is_denied(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7(), next = uuid_v7();
	struct received before = agent_newest(world->n1);
	char id[UUID_TEXT] = "";
	struct error err = { 0 };

	panel_allow(world->panel, false);
	MUST(enqueue_on(world, "n1", &resource, 1, "0192f0c1-2345-7abc-8def-0123456789ab", id, &err));
	wait_state(world, id, "denied");
	wait_finished(world, id, "denied");
	panel_allow(world->panel, true);
	id[0] = '\0';
	MUST(enqueue_on(world, "n1", &next, 1, "0192f0c1-2345-7abc-8def-0123456789ab", id, &err));
	assert_string_equal(agent_wait(world->n1, before.n + 1).task_id, id);
	finish(world);
}

static void reports_of_others_are_not_believed(void **state)
{
	struct world *world = *state;
	struct agent *other = agent_new(world->panel, "other", "website");
	struct uuid resource = uuid_v7();
	struct received before = agent_newest(world->n1);
	char id[UUID_TEXT];
	struct error err = { 0 };

	enqueue(world, &resource, 1, id);
	agent_wait(world->n1, before.n + 1);
	assert_false(agent_report(world->n1, STRALIX__V1__OUTCOME__STATE__SUCCESS, "", "", true, &err));
	assert_non_null(strstr(err.message, "UNAUTHENTICATED"));
	assert_string_equal(get(world, id)->state, "running");
	panel_psql(world->panel, "update tasks.node set state = 'suspended' where id = 'other'");
	agent_free(other);
	finish(world);
	assert_string_equal(get(world, id)->state, "success");
	MUST(report(world, STRALIX__V1__OUTCOME__STATE__FAILED, "INTERNAL", "late", &err)); /* answered, and no news */
	assert_string_equal(get(world, id)->state, "success");
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

	enqueue(world, &resource, 1, id);
	agent_wait(world->n1, before.n + 1);
	finish(world);
	stralix__v1__get_task_request__init(&request);
	request.task_id = id;
	assert_false(panel_person(world->panel, "customer", &org_b, "GetTask", &request.base,
	                          &stralix__v1__get_task_reply__descriptor, &reply, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	stralix__v1__list_tasks_request__init(&list);
	MUST(panel_person(world->panel, "customer", &org_b, "ListTasks", &list.base,
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
	MUST(panel_person(world->panel, "customer", &org_a, "ListTasks", &list.base,
	                  &stralix__v1__list_tasks_reply__descriptor, &reply, &err));
	first = (Stralix__V1__ListTasksReply *)reply;
	assert_int_equal(first->n_tasks, 2);
	assert_true(first->page->total > 4);
	assert_true(strcmp(first->tasks[0]->id, first->tasks[1]->id) > 0);
	list.cursor = first->page->next_cursor;
	list.state = (char *)(uintptr_t) "success";
	MUST(panel_person(world->panel, "admin", &org_b, "ListTasks", &list.base,
	                  &stralix__v1__list_tasks_reply__descriptor, &reply, &err));
	second = (Stralix__V1__ListTasksReply *)reply;
	assert_int_equal(second->n_tasks, 2);
	for (size_t i = 0; i < second->n_tasks; i++) {
		assert_true(strcmp(second->tasks[i]->id, first->tasks[1]->id) < 0);
		assert_string_equal(second->tasks[i]->state, "success");
	}
}

static void a_killed_service_goes_on_where_it_was(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7();
	struct received before = agent_newest(world->n1);
	char id[UUID_TEXT];

	enqueue(world, &resource, 1, id);
	agent_wait(world->n1, before.n + 1);
	panel_stop_service(world->panel);
	panel_psql(world->panel, "update tasks.task set lease_until = now() where state = 'running'");
	panel_start_service(world->panel);
	before = agent_wait(world->n1, before.n + 2);
	assert_string_equal(before.task_id, id);
	assert_int_equal(before.attempt, 1); /* asked again, not begun again */
	finish(world);
	wait_finished(world, id, "success");
}

/* Until tasks takes it. */
static void enqueue_patiently(struct world *world, const struct uuid *resource, char id[static UUID_TEXT])
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	struct error err = { 0 };

	id[0] = '\0';
	while (!enqueue_on(world, "n1", resource, 1, "", id, &err)) {
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
	assert_false(enqueue_on(world, "n1", &resource, 1, "", id, &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	assert_null(strstr(err.message, "/tmp")); /* the log's business */
	panel_start_postgres(world->panel);
	MUST(enqueue_on(world, "n1", &resource, 1, "", id, &err)); /* the same task again */
	agent_wait(world->n1, before.n + 1);
	panel_restart_nats(world->panel);
	enqueue_patiently(world, &next, other);
	assert_int_equal(wait_state(world, other, "success")->attempt, 1);
	assert_int_equal(wait_state(world, id, "success")->attempt, 1); /* also when its answer was lost */
}

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

		enqueue(world, &resource, 1, task);
		wait_finished(world, task, "success");
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

		enqueue(world, &resource, 1, ids[i]);
	}
	for (int i = 0; i < TASKS; i++)
		wait_state(world, ids[i], "success");
	assert_int_equal(agent_newest(world->n1).n, before.n + TASKS);
	assert_int_equal(node(world, "n1")->tasks_queued, 0);
	assert_int_equal(node(world, "n1")->tasks_running, 0);
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

		enqueue(world, &resource, 1, task);
		wait_finished(world, task, "success");
		/* Those that ran already, and what came along while this one was told about. */
		assert_in_range(agent_newest(world->n1).n - then, 1, MEANWHILE);
	}
	assert_true(node(world, "n1")->tasks_queued > 0); /* or this has shown nothing */
	panel_psql(world->panel, "update tasks.task set state = 'cancelled' where state = 'queued'");
}

/* The tests together take longer than a node may be silent. */
static int beat(void **state)
{
	struct world *world = *state;
	struct error err = { 0 };

	if (agent_heartbeat(world->n1, &err))
		return 0;
	print_error("heartbeat: %s\n", err.message);
	return -1;
}

#define TEST(name) cmocka_unit_test_setup(name, beat)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_node_tells_how_it_is),
		TEST(placement_gives_a_uid_once_and_the_same_place_again),
		TEST(placement_refuses_names_of_nodes),
		TEST(placement_without_a_node_says_so),
		TEST(a_task_runs_at_once_and_its_end_is_told),
		TEST(an_outcome_that_progress_overtook_still_ends_the_task),
		TEST(a_task_that_comes_twice_is_stored_once),
		TEST(only_the_newest_of_a_resource_waits),
		TEST(a_refused_test_fails_with_the_daemons_words),
		TEST(a_passing_failure_is_tried_again),
		TEST(a_node_that_is_offline_gets_its_tasks_when_it_is_back),
		TEST(a_lost_command_comes_again_and_the_node_is_not_taken_for_offline),
		TEST(an_actor_who_lost_the_right_is_denied),
		TEST(reports_of_others_are_not_believed),
		TEST(other_organisations_see_nothing),
		TEST(lists_go_on_where_the_page_ended),
		TEST(a_killed_service_goes_on_where_it_was),
		TEST(what_was_away_is_found_again),
		TEST(organisations_that_could_fill_the_installation_leave_room_for_another),
		TEST(two_copies_send_each_task_once),
		TEST(a_crowd_of_one_organisation_does_not_hold_up_another),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
