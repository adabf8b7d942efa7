/* world: see the header. */

#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/clock.h"

const struct uuid world_org_a = { { 0xA } }, world_org_b = { { 0xB } };

int world_setup(void **state)
{
	static struct world world;

	world.panel = panel_new();
	world.n1 = agent_new(world.panel, "n1", "website");
	agent_online(world.n1);
	*state = &world;
	return 0;
}

int world_teardown(void **state)
{
	struct world *world = *state;

	agent_free(world->n1);
	panel_free(world->panel);
	return 0;
}

int world_beat(void **state)
{
	struct world *world = *state;
	struct error err = { 0 };

	if (agent_heartbeat(world->n1, &err))
		return 0;
	print_error("heartbeat: %s\n", err.message);
	return -1;
}

bool world_place(struct world *world, const struct uuid *org, const struct uuid *resource, const char *node,
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

bool world_enqueue_on(struct world *world, const char *node, const struct uuid *resource, uint64_t n, const char *actor,
                      char task_id[static UUID_TEXT], struct error *err)
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
	target.organisation_id = uuid_format(&world_org_a, org);
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

void world_enqueue(struct world *world, const struct uuid *resource, uint64_t n, char task_id[static UUID_TEXT])
{
	struct error err = { 0 };

	task_id[0] = '\0';
	MUST(world_enqueue_on(world, "n1", resource, n, "", task_id, &err));
}

Stralix__V1__Task *world_task(struct world *world, const char *task_id)
{
	Stralix__V1__GetTaskRequest request;
	ProtobufCMessage *reply = NULL;
	struct error err = { 0 };

	stralix__v1__get_task_request__init(&request);
	request.task_id = (char *)(uintptr_t)task_id;
	MUST(panel_person(world->panel, "customer", &world_org_a, "GetTask", &request.base,
	                  &stralix__v1__get_task_reply__descriptor, &reply, &err));
	return ((Stralix__V1__GetTaskReply *)reply)->task;
}

Stralix__V1__Task *world_wait_state(struct world *world, const char *task_id, const char *state)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	Stralix__V1__Task *task;

	for (;;) {
		task = world_task(world, task_id);
		if (strcmp(task->state, state) == 0)
			return task;
		if (clock_monotonic_ms() > deadline)
			fail_msg("task is %s (%s), not %s", task->state, task->message, state);
		usleep(10000);
	}
}

void world_wait_finished(struct world *world, const char *task_id, const char *state)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	char seen[16];

	while (!panel_finished(world->panel, task_id, seen) && clock_monotonic_ms() < deadline)
		usleep(10000);
	assert_string_equal(seen, state);
}

Stralix__V1__Node *world_node(struct world *world, const char *id)
{
	Stralix__V1__GetNodeRequest request;
	ProtobufCMessage *reply = NULL;
	struct error err = { 0 };

	stralix__v1__get_node_request__init(&request);
	request.node_id = (char *)(uintptr_t)id;
	MUST(panel_person(world->panel, "admin", &world_org_a, "GetNode", &request.base,
	                  &stralix__v1__get_node_reply__descriptor, &reply, &err));
	return ((Stralix__V1__GetNodeReply *)reply)->node;
}

bool world_report(struct world *world, Stralix__V1__Outcome__State state, const char *code, const char *message,
                  struct error *err)
{
	return agent_report(world->n1, state, code, message, false, err);
}

void world_finish(struct world *world)
{
	struct error err = { 0 };

	MUST(world_report(world, STRALIX__V1__OUTCOME__STATE__SUCCESS, "", "", &err));
}
