/* test_nodes: what people change of a node, what its health says, and what placement makes of both; real PostgreSQL
 * and NATS. */

#include <pthread.h>
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

static Stralix__V1__Node *call_node(struct world *world, const char *role, const char *method,
                                    const ProtobufCMessage *request, struct error *err)
{
	ProtobufCMessage *reply = NULL;

	*err = (struct error){ 0 };
	if (!panel_person(world->panel, role, &world_org_a, method, request, &stralix__v1__node_reply__descriptor,
	                  &reply, err))
		return NULL;
	return ((Stralix__V1__NodeReply *)reply)->node;
}

static Stralix__V1__Node *suspend(struct world *world, const char *role, const char *id, struct error *err)
{
	Stralix__V1__SuspendNodeRequest request;

	stralix__v1__suspend_node_request__init(&request);
	request.node_id = (char *)(uintptr_t)id;
	request.reason = (char *)(uintptr_t) "the fan is loud";
	return call_node(world, role, "SuspendNode", &request.base, err);
}

static Stralix__V1__Node *resume(struct world *world, const char *id, struct error *err)
{
	Stralix__V1__ResumeNodeRequest request;

	stralix__v1__resume_node_request__init(&request);
	request.node_id = (char *)(uintptr_t)id;
	return call_node(world, "staff", "ResumeNode", &request.base, err);
}

/* One setting; the others of settings must stay as they are. */
static Stralix__V1__Node *update(struct world *world, const char *id, const char *etag, const char *member,
                                 Stralix__V1__NodeSettings *settings, struct error *err)
{
	Stralix__V1__UpdateNodeRequest request;
	char *mask[] = { (char *)(uintptr_t)member };

	stralix__v1__update_node_request__init(&request);
	request.node_id = (char *)(uintptr_t)id;
	request.if_match = (char *)(uintptr_t)etag;
	request.settings = settings;
	request.update_mask = mask;
	request.n_update_mask = 1;
	return call_node(world, "staff", "UpdateNode", &request.base, err);
}

static void set_limit(struct world *world, const char *id, uint32_t limit)
{
	Stralix__V1__NodeSettings settings;
	struct error err;

	stralix__v1__node_settings__init(&settings);
	settings.website_limit = limit;
	if (!update(world, id, world_node(world, id)->etag, "settings.website_limit", &settings, &err))
		fail_msg("%s", err.message);
}

static void assert_refused(struct world *world, const char *node, const char *rule)
{
	struct uuid resource = uuid_v7();
	Stralix__V1__PlaceResourceReply *reply;
	struct error err = { 0 };

	assert_false(world_place(world, &world_org_a, &resource, node, &reply, &err));
	assert_int_equal(err.code, ERR_NO_NODE);
	assert_int_equal(err.n_violations, 1);
	assert_string_equal(err.violations[0].field, "nodeId");
	assert_string_equal(err.violations[0].rule, rule);
}

static void a_suspended_node_gets_nothing_new_and_works_on_what_it_has(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7();
	struct received before = agent_newest(world->n1);
	Stralix__V1__PlaceResourceReply *place;
	Stralix__V1__Node *node;
	char id[UUID_TEXT];
	struct error err = { 0 };

	MUST(world_place(world, &world_org_a, &resource, "", &place, &err));
	node = suspend(world, "staff", "n1", &err);
	assert_non_null(node);
	assert_string_equal(node->state, "suspended");
	assert_string_equal(node->suspend_reason, "the fan is loud");
	assert_true(*node->suspended_at);
	assert_refused(world, "n1", "suspended");
	assert_refused(world, "", "unreachable");
	assert_null(suspend(world, "admin", "n1", &err));
	assert_int_equal(err.code, ERR_CONFLICT);

	MUST(agent_heartbeat(world->n1, &err)); /* it is believed still */
	world_enqueue(world, &resource, 1, id);
	agent_wait(world->n1, before.n + 1);
	world_finish(world);
	world_wait_finished(world, id, "success");

	node = resume(world, "n1", &err);
	assert_non_null(node);
	assert_string_equal(node->state, "trusted");
	assert_string_equal(node->suspend_reason, "");
	assert_string_equal(node->suspended_at, "");
	assert_null(resume(world, "n1", &err));
	assert_int_equal(err.code, ERR_CONFLICT);
	resource = uuid_v7();
	MUST(world_place(world, &world_org_a, &resource, "", &place, &err));
}

static void customers_change_no_node(void **state)
{
	struct error err;

	assert_null(suspend(*state, "customer", "n1", &err));
	assert_int_equal(err.code, ERR_FORBIDDEN);
	assert_null(suspend(*state, "staff", "absent", &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void an_update_changes_what_it_names_and_fits_what_was_read(void **state)
{
	Stralix__V1__NodeSettings settings;
	Stralix__V1__Node *before = world_node(*state, "n1"), *after;
	struct error err;

	stralix__v1__node_settings__init(&settings);
	settings.location = (char *)(uintptr_t) "Rack 4";
	settings.website_limit = 7;
	after = update(*state, "n1", before->etag, "settings.location", &settings, &err);
	assert_non_null(after);
	assert_string_equal(after->settings->location, "Rack 4");
	assert_int_equal(after->settings->website_limit, 0);
	assert_string_not_equal(after->etag, before->etag);
	assert_string_equal(world_node(*state, "n1")->settings->location, "Rack 4");
	assert_string_equal(world_node(*state, "n1")->etag, after->etag);
	assert_null(update(*state, "n1", before->etag, "settings.location", &settings, &err));
	assert_int_equal(err.code, ERR_PRECONDITION);
	assert_null(update(*state, "n1", after->etag, "settings.absent", &settings, &err));
	assert_int_equal(err.code, ERR_INVALID);
	settings.website_limit = 1000001;
	assert_null(update(*state, "n1", after->etag, "settings.website_limit", &settings, &err));
	assert_int_equal(err.code, ERR_INVALID);
}

static void placement_passes_by_a_node_that_is_only_chosen(void **state)
{
	Stralix__V1__NodeSettings settings;
	Stralix__V1__PlaceResourceReply *place;
	struct uuid resource = uuid_v7();
	struct error err = { 0 };

	stralix__v1__node_settings__init(&settings);
	settings.only_chosen = true;
	assert_non_null(update(*state, "n1", world_node(*state, "n1")->etag, "settings.only_chosen", &settings, &err));
	assert_refused(*state, "", "unreachable");
	MUST(world_place(*state, &world_org_a, &resource, "n1", &place, &err));
	settings.only_chosen = false;
	assert_non_null(update(*state, "n1", world_node(*state, "n1")->etag, "settings.only_chosen", &settings, &err));
}

enum { CROWD = 4, EACH = 12, ROOM = 17 };

struct crowd {
	struct world *world;
	unsigned placed, full, other;
};

static void *place_many(void *arg)
{
	struct crowd *crowd = arg;

	for (int i = 0; i < EACH; i++) {
		struct uuid resource = uuid_v7();
		Stralix__V1__PlaceResourceReply *place;
		struct error err = { 0 };

		if (world_place(crowd->world, &world_org_a, &resource, "", &place, &err))
			crowd->placed++;
		else if (err.code == ERR_NO_NODE && err.n_violations && strcmp(err.violations[0].rule, "full") == 0)
			crowd->full++;
		else
			crowd->other++;
	}
	return NULL;
}

/* Two nodes with room for 8 and 9, and 48 that want it at once: all the room is taken, and no more. */
static void a_crowd_fills_the_nodes_to_their_limits_and_no_further(void **state)
{
	struct world *world = *state;
	struct agent *n2 = agent_new(world->panel, "n2", "website");
	uint32_t has = world_node(world, "n1")->resources;
	struct crowd crowds[CROWD] = { 0 };
	unsigned placed = 0, full = 0, other = 0;
	pthread_t threads[CROWD];

	agent_online(n2);
	set_limit(world, "n1", has + 8);
	set_limit(world, "n2", ROOM - 8);
	for (int i = 0; i < CROWD; i++) {
		crowds[i].world = world;
		assert_int_equal(pthread_create(&threads[i], NULL, place_many, &crowds[i]), 0);
	}
	for (int i = 0; i < CROWD; i++) {
		pthread_join(threads[i], NULL);
		placed += crowds[i].placed;
		full += crowds[i].full;
		other += crowds[i].other;
	}
	assert_int_equal(other, 0);
	assert_int_equal(placed, ROOM);
	assert_int_equal(full, CROWD * EACH - ROOM);
	assert_int_equal(world_node(world, "n1")->resources, has + 8);
	assert_int_equal(world_node(world, "n2")->resources, ROOM - 8);
	assert_refused(world, "n1", "full");
	set_limit(world, "n1", 0);
	panel_psql(world->panel, "update tasks.node set state = 'revoked' where id = 'n2'");
	agent_free(n2);
}

/* Waits for the node to show a health, with these reasons in this order. */
static void wait_health(struct world *world, const char *health, const char *const *codes)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	Stralix__V1__Node *node;
	size_t n = 0;

	while (codes[n])
		n++;
	do {
		node = world_node(world, "n1");
		if (strcmp(node->health, health) == 0 && node->n_reasons == n)
			break;
		usleep(20000);
	} while (clock_monotonic_ms() < deadline);
	assert_string_equal(node->health, health);
	assert_int_equal(node->n_reasons, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(node->reasons[i]->code, codes[i]);
	assert_string_equal(node->message, n ? node->reasons[0]->message : "");
}

#define CODES(...) ((const char *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

static void health_says_what_is_wrong(void **state)
{
	struct world *world = *state;
	struct condition bad = { .contract = 0,
		                 .clock_ms = 60000,
		                 .disk_total = 1000000,
		                 .disk_available = 90000,
		                 .daemon_dead = true,
		                 .said = "it fell over" };
	Stralix__V1__Node *node;
	struct error err = { 0 };

	agent_is(world->n1, &bad);
	MUST(agent_heartbeat(world->n1, &err));
	wait_health(world, "warning", CODES("clock", "daemon", "disk", "agent"));
	node = world_node(world, "n1");
	assert_string_equal(node->reasons[1]->message, "nginx is not running. it fell over");
	assert_string_equal(node->reasons[2]->message, "The disk is 91 % full.");
	assert_int_equal(node->n_services, 1);
	assert_false(node->services[0]->alive);
	assert_int_equal(node->cores, 4);
	assert_int_equal(node->uptime_s, 3600);
	bad = condition_good;
	bad.disk_available = bad.disk_total / 10 + bad.disk_total / 100;
	agent_is(world->n1, &bad);
	MUST(agent_heartbeat(world->n1, &err));
	wait_health(world, "healthy", (const char *const[]){ NULL });
}

/* Until the newest heartbeat is in the database: what is changed there afterwards stays until the next. */
static void wait_written(struct world *world)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	static uint64_t mark = 1;
	struct condition condition = condition_good;
	struct error err = { 0 };

	condition.disk_available -= mark++;
	agent_is(world->n1, &condition);
	MUST(agent_heartbeat(world->n1, &err));
	while (world_node(world, "n1")->disk_available != condition.disk_available) {
		if (clock_monotonic_ms() > deadline)
			fail_msg("the heartbeat isn't written");
		usleep(20000);
	}
}

static void a_late_heartbeat_is_told_before_the_node_counts_as_unreachable(void **state)
{
	struct world *world = *state;
	struct error err = { 0 };

	wait_written(world);
	panel_psql(world->panel,
	           "update tasks.node set last_heartbeat_at = now() - interval '35 seconds' where id = 'n1'");
	wait_health(world, "warning", CODES("late", "clock"));
	panel_psql(world->panel,
	           "update tasks.node set last_heartbeat_at = now() - interval '46 seconds' where id = 'n1'");
	wait_health(world, "unreachable", CODES("unreachable"));
	assert_refused(world, "n1", "unreachable");
	MUST(agent_heartbeat(world->n1, &err));
	wait_health(world, "healthy", (const char *const[]){ NULL });
}

static void a_node_says_how_long_its_queue_waits(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7();
	struct received before = agent_newest(world->n1);
	char id[UUID_TEXT];
	Stralix__V1__Node *node;
	Stralix__V1__Task *task;

	assert_string_equal(world_node(world, "n1")->oldest_queued_at, "");
	agent_offline(world->n1);
	world_enqueue(world, &resource, 1, id);
	task = world_wait_state(world, id, "queued");
	node = world_node(world, "n1");
	assert_int_equal(node->tasks_queued, 1);
	assert_string_equal(node->oldest_queued_at, task->created_at);
	agent_online(world->n1);
	agent_wait(world->n1, before.n + 1);
	world_finish(world);
	world_wait_finished(world, id, "success");
}

static unsigned found(struct world *world, const char *search)
{
	Stralix__V1__ListTasksRequest request;
	ProtobufCMessage *reply = NULL;
	struct error err = { 0 };

	stralix__v1__list_tasks_request__init(&request);
	request.search = (char *)(uintptr_t)search;
	MUST(panel_person(world->panel, "customer", &world_org_a, "ListTasks", &request.base,
	                  &stralix__v1__list_tasks_reply__descriptor, &reply, &err));
	assert_int_equal(((Stralix__V1__ListTasksReply *)reply)->page->total,
	                 ((Stralix__V1__ListTasksReply *)reply)->n_tasks);
	return (unsigned)((Stralix__V1__ListTasksReply *)reply)->n_tasks;
}

static void tasks_are_found_by_name_and_id(void **state)
{
	struct world *world = *state;
	struct uuid resource = uuid_v7();
	struct received before = agent_newest(world->n1);
	char id[UUID_TEXT], text[UUID_TEXT];

	world_enqueue(world, &resource, 1, id);
	agent_wait(world->n1, before.n + 1);
	world_finish(world);
	world_wait_finished(world, id, "success");
	assert_int_equal(found(world, id), 1);
	assert_int_equal(found(world, uuid_format(&resource, text)), 1);
	assert_true(found(world, "SHOP.ex") > 1);
	assert_int_equal(found(world, "shop%ex"), 0);
	assert_int_equal(found(world, "nothing.example"), 0);
}

/* What GetSealKeys says of one node; "" when it is left out. */
static const char *seal_key_of(struct world *world, const char *id)
{
	char *ids[] = { (char *)(uintptr_t)id };
	Stralix__V1__GetSealKeysRequest request;
	const Stralix__V1__GetSealKeysReply *keys;
	ProtobufCMessage *reply = NULL;
	struct error err = { 0 };

	stralix__v1__get_seal_keys_request__init(&request);
	request.node_ids = ids;
	request.n_node_ids = 1;
	MUST(panel_web(world->panel, "GetSealKeys", &request.base, &stralix__v1__get_seal_keys_reply__descriptor,
	               &reply, &err));
	keys = (const Stralix__V1__GetSealKeysReply *)(void *)reply;
	if (keys->n_keys == 0)
		return "";
	assert_int_equal(keys->n_keys, 1);
	assert_string_equal(keys->keys[0]->node_id, id);
	return keys->keys[0]->key;
}

static void await_seal_key(struct world *world, struct agent *agent, const char *id, const char *key)
{
	struct condition condition = condition_good;
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	struct error err = { 0 };

	condition.seal_key = key;
	agent_is(agent, &condition);
	MUST(agent_heartbeat(agent, &err));
	while (strcmp(seal_key_of(world, id), key) != 0) {
		assert_true(clock_monotonic_ms() < deadline);
		usleep(50000);
	}
}

static void a_sealing_key_is_kept_and_another_one_is_told_of(void **state)
{
	static const char one[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE",
			  two[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAI";
	struct world *world = *state;
	struct agent *agent = agent_new(world->panel, "sealed", "website");
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	struct error err = { 0 };

	assert_string_equal(seal_key_of(world, "absent"), "");
	assert_string_equal(seal_key_of(world, "sealed"), "");
	agent_online(agent);
	await_seal_key(world, agent, "sealed", one);
	assert_false(panel_audited_seal_key(world->panel, "sealed", "", ""));
	await_seal_key(world, agent, "sealed", two);
	while (!panel_audited_seal_key(world->panel, "sealed", one, two)) {
		assert_true(clock_monotonic_ms() < deadline);
		usleep(50000);
	}
	assert_non_null(suspend(world, "staff", "sealed", &err)); /* the next tests place nothing there */
	agent_free(agent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_suspended_node_gets_nothing_new_and_works_on_what_it_has),
		TEST(customers_change_no_node),
		TEST(an_update_changes_what_it_names_and_fits_what_was_read),
		TEST(placement_passes_by_a_node_that_is_only_chosen),
		TEST(health_says_what_is_wrong),
		TEST(a_late_heartbeat_is_told_before_the_node_counts_as_unreachable),
		TEST(a_node_says_how_long_its_queue_waits),
		TEST(a_sealing_key_is_kept_and_another_one_is_told_of),
		TEST(tasks_are_found_by_name_and_id),
		TEST(a_crowd_fills_the_nodes_to_their_limits_and_no_further),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
