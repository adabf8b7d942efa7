/* test_placement: what a node is, and which one a resource gets, against real PostgreSQL and NATS. */

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

static void a_node_tells_how_it_is(void **state)
{
	Stralix__V1__Node *n1 = world_node(*state, "n1");

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

	MUST(world_place(*state, &world_org_a, &first, "", &a, &err));
	MUST(world_place(*state, &world_org_a, &second, "", &b, &err));
	MUST(world_place(*state, &world_org_a, &first, "", &again, &err));
	assert_string_equal(a->node_id, "n1");
	assert_string_equal(a->address, "127.0.0.1");
	assert_int_equal(a->http_port, 8080);
	assert_int_equal(a->uid, again->uid);
	assert_int_equal(b->uid, a->uid + 1);
	assert_int_equal(world_node(*state, "n1")->resources, 2);
	assert_false(world_place(*state, &world_org_b, &first, "", &again, &err));
	assert_int_equal(err.code, ERR_EXISTS);
}

/* A fresh resource: name, node and version may be "". */
static bool place_fresh(struct world *world, const char *name, const char *node, const char *php, struct error *err)
{
	Stralix__V1__PlaceResourceRequest request;
	ProtobufCMessage *reply = NULL;
	struct uuid resource = uuid_v7();
	char id[UUID_TEXT], org_id[UUID_TEXT];

	*err = (struct error){ 0 };
	stralix__v1__place_resource_request__init(&request);
	request.capability = (char *)(uintptr_t) "website";
	request.resource_id = uuid_format(&resource, id);
	request.organisation_id = uuid_format(&world_org_a, org_id);
	request.name = (char *)(uintptr_t)name;
	request.node_id = (char *)(uintptr_t)node;
	request.php_version = (char *)(uintptr_t)php;
	return panel_web(world->panel, "PlaceResource", &request.base, &stralix__v1__place_resource_reply__descriptor,
	                 &reply, err);
}

static bool place_named(struct world *world, const char *name, struct error *err)
{
	return place_fresh(world, name, "", "", err);
}

/* Heartbeats are written together. */
static void wait_php(struct world *world, const char *node)
{
	int64_t end_ms = clock_monotonic_ms() + 10000;

	while (!world_node(world, node)->n_php_versions) {
		if (clock_monotonic_ms() > end_ms)
			fail_msg("node %s never says its PHP", node);
		usleep(20000);
	}
}

static void placement_takes_a_node_with_the_php_that_is_wanted(void **state)
{
	struct world *world = *state;
	struct agent *other = agent_new(world->panel, "other", "website");
	struct condition condition = condition_good;
	struct error err;

	agent_online(other);
	assert_false(place_fresh(world, "", "", "8.4", &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_string_equal(err.violations[0].field, "settings.php.version");
	assert_string_equal(err.violations[0].rule, "available");
	condition.php = "8.4";
	agent_is(other, &condition);
	assert_true(agent_heartbeat(other, &err));
	wait_php(world, "other");
	for (int i = 0; i < 8; i++)
		MUST(place_fresh(world, "", "", "8.4", &err));
	assert_int_equal(world_node(world, "other")->resources, 8); /* and none on the node without */
	assert_false(place_fresh(world, "", "n1", "8.4", &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_non_null(strstr(err.message, "Node 'n1' has no PHP 8.4"));
	assert_false(place_fresh(world, "", "", "8.3", &err));
	assert_string_equal(err.violations[0].rule, "available");
	agent_free(other);
	panel_psql(world->panel, "update tasks.node set reachable = false where id = 'other'");
	assert_false(place_fresh(world, "", "", "8.4", &err)); /* it is there, and will be back */
	assert_int_equal(err.code, ERR_NO_NODE);
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
	assert_false(world_place(world, &world_org_a, &resource, "silent", &reply, &err));
	assert_int_equal(err.code, ERR_NO_NODE);
	assert_non_null(strstr(err.message, "Node 'silent' doesn't answer now"));
	assert_false(world_place(world, &world_org_a, &resource, "mail", &reply, &err));
	assert_non_null(strstr(err.message, "Node 'mail' doesn't take a website"));
	assert_false(world_place(world, &world_org_a, &resource, "absent", &reply, &err));
	assert_int_equal(err.code, ERR_INVALID);
	agent_free(silent);
	agent_free(mail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_node_tells_how_it_is),
		TEST(placement_gives_a_uid_once_and_the_same_place_again),
		TEST(placement_refuses_names_of_nodes),
		TEST(placement_without_a_node_says_so),
		TEST(placement_takes_a_node_with_the_php_that_is_wanted),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
