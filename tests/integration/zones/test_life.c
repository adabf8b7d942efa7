/* A zone from its making to its end, on one node and on two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "world.h"

static int setup(void **state)
{
	*state = world_new();
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

/* Creates and waits for its tasks; ends them well. */
static void make(struct world *world, const char *name, char id[static 40], unsigned nodes)
{
	unsigned before = task_count(world);
	_answer_ answer = ask_format(world, "CreateZone", "{\"name\":\"%s\"}", name);

	assert_int_equal(answer.status, 200);
	snprintf(id, 40, "%s", text_at(&answer, "zone.id"));
	task_wait(world, before + nodes);
	for (unsigned i = 0; i < nodes; i++)
		task_end(world, task_at(world, before + i), "success", "");
	_answer_ active = zone_wait(world, id, "active");

	assert_int_equal(count_at(&active, "zone.servers"), nodes);
}

static void a_zone_is_served_by_two_nodes_with_one_serial(void **state)
{
	struct world *world = *state;
	unsigned before = task_count(world);
	_answer_ answer = ask(world, "CreateZone", "{\"name\":\"Shop.Example\"}");

	assert_int_equal(answer.status, 200);
	assert_string_equal(text_at(&answer, "zone.name"), "shop.example");
	assert_string_equal(text_at(&answer, "zone.state"), "pending");
	assert_int_equal(count_at(&answer, "taskIds"), 2);
	assert_string_equal(text_at(&answer, "zone.nameServers.0"), "ns1.panel.example");
	task_wait(world, before + 2);

	const struct task *first = task_of(world, before, "n1"), *second = task_of(world, before, "n2");
	Stralix__V1__ZoneState *a = task_state(first), *b = task_state(second);

	assert_string_not_equal(first->resource, second->resource);
	assert_string_equal(first->object, text_at(&answer, "zone.id"));
	assert_string_equal(second->object, first->object);
	assert_string_equal(first->verb, "apply");
	assert_string_equal(a->id, first->resource);
	assert_string_equal(a->zone, "shop.example");
	assert_int_equal(a->serial, b->serial);
	assert_int_equal(a->serving, STRALIX__V1__ZONE_STATE__SERVING__LIVE);
	assert_int_equal(a->n_sets, 2); /* NS and SOA */
	assert_string_equal(a->sets[0]->type, "NS");
	assert_int_equal(a->sets[0]->n_data, 2);
	assert_string_equal(a->sets[0]->data[0], "ns1.panel.example.");
	assert_string_equal(a->sets[1]->type, "SOA");
	assert_non_null(strstr(a->sets[1]->data[0], "ns1.panel.example. hostmaster.shop.example. "));
	protobuf_c_message_free_unpacked(&a->base, NULL);
	protobuf_c_message_free_unpacked(&b->base, NULL);
	assert_true(heard(world, "ConfirmClaim shop.example"));

	task_end(world, first, "success", "");
	_answer_ half = zone_wait(world, first->object, "pending");
	assert_string_equal(text_at(&half, "zone.servers.0.state"), "active");
	task_end(world, second, "success", "");
	_answer_ whole = zone_wait(world, first->object, "active");
	assert_int_equal(number_at(&whole, "zone.servers.1.serial"), number_at(&whole, "zone.serial"));
}

static void a_server_that_fails_is_named_and_tried_again(void **state)
{
	struct world *world = *state;
	unsigned before = task_count(world);
	_answer_ answer = ask(world, "CreateZone", "{\"name\":\"fails.example\"}");
	const char *id = text_at(&answer, "zone.id");

	task_wait(world, before + 2);
	task_end(world, task_of(world, before, "n1"), "success", "");
	task_end(world, task_of(world, before, "n2"), "failed", "pdns says no");
	_answer_ failed = zone_wait(world, id, "failed");
	assert_string_equal(text_at(&failed, "zone.message"), "n2: pdns says no");

	_answer_ again = ask_format(world, "RetryZone", "{\"zoneId\":\"%s\"}", id);
	assert_int_equal(again.status, 200);
	assert_int_equal(number_at(&again, "zone.serial"), number_at(&failed, "zone.serial"));
	task_wait(world, before + 4);
	task_end(world, task_of(world, before, "n2"), "failed", "late"); /* no news any more */
	task_end(world, task_at(world, before + 2), "success", "");
	task_end(world, task_at(world, before + 3), "success", "");
	_answer_ active = zone_wait(world, id, "active");
	_answer_ nothing = ask_format(world, "RetryZone", "{\"zoneId\":\"%s\"}", id);
	assert_int_equal(nothing.status, 409);
}

static void deleted_brought_back_and_purged(void **state)
{
	struct world *world = *state;
	char id[40], body[64];
	unsigned before;

	make(world, "gone.example", id, 2);
	snprintf(body, sizeof(body), "{\"zoneId\":\"%s\"}", id);
	_answer_ early = ask(world, "PurgeZone", body);
	assert_int_equal(early.status, 409);

	for (unsigned round = 0; round < 2; round++) {
		Stralix__V1__ZoneState *desired;

		before = task_count(world);
		_answer_ gone = ask(world, "DeleteZone", body);
		assert_int_equal(gone.status, 200);
		desired = task_state(task_wait(world, before + 2));
		assert_int_equal(desired->serving, STRALIX__V1__ZONE_STATE__SERVING__DELETED);
		protobuf_c_message_free_unpacked(&desired->base, NULL);
		for (unsigned i = 0; i < 2; i++)
			task_end(world, task_at(world, before + i), "success", "");
		_answer_ deleted = zone_wait(world, id, "deleted");
		assert_string_not_equal(text_at(&deleted, "zone.purgeAt"), "");
		_answer_ change = ask_format(world, "ChangeRecords",
		                             "{\"zoneId\":\"%s\",\"changes\":[{\"op\":\"add\",\"record\":{\"name\":"
		                             "\"a\",\"type\":\"A\",\"data\":\"192.0.2.1\"}}]}",
		                             id);
		assert_int_equal(change.status, 409);
		if (round)
			break;
		before = task_count(world);
		_answer_ back = ask(world, "UndeleteZone", body);
		assert_int_equal(back.status, 200);
		task_wait(world, before + 2);
		for (unsigned i = 0; i < 2; i++)
			task_end(world, task_at(world, before + i), "success", "");
		_answer_ active = zone_wait(world, id, "active");
	}
	before = task_count(world);
	_answer_ purge = ask(world, "PurgeZone", body);
	assert_int_equal(purge.status, 200);
	task_wait(world, before + 2);
	assert_string_equal(task_at(world, before)->verb, "remove");
	task_end(world, task_at(world, before), "success", "");
	task_end(world, task_at(world, before + 1), "success", "");
	assert_true(heard(world, "ReleaseClaim gone.example"));
	_answer_ none = ask(world, "GetZone", body);
	assert_int_equal(none.status, 404);
	make(world, "gone.example", id, 2); /* the name is free */
}

static void the_same_key_makes_one_zone(void **state)
{
	struct world *world = *state;
	const char *body = "{\"name\":\"once.example\"}";
	_answer_ first = ask_as(world, "customer", ORG, "CreateZone", body, "key-1");
	_answer_ again = ask_as(world, "customer", ORG, "CreateZone", body, "key-1");
	_answer_ other = ask_as(world, "customer", ORG, "CreateZone", "{\"name\":\"twice.example\"}", "key-1");
	_answer_ rival = ask(world, "CreateZone", body);

	assert_int_equal(first.status, 200);
	assert_int_equal(again.status, 200);
	assert_string_equal(text_at(&first, "zone.id"), text_at(&again, "zone.id"));
	assert_int_equal(other.status, 422);
	assert_int_equal(rival.status, 409);
	assert_string_equal(text_at(&rival, "violations.0.field"), "name");
}

static void a_second_node_that_comes_later_serves_it_too(void **state)
{
	struct world *world = *state;
	char id[40];
	unsigned before;

	world_nodes(world, 0);
	_answer_ none = ask(world, "CreateZone", "{\"name\":\"alone.example\"}");
	assert_int_equal(none.status, 503);
	world_nodes(world, 1);
	make(world, "alone.example", id, 1);
	world_nodes(world, 2);
	before = task_count(world);
	world_restart(world); /* its janitor looks at once */
	task_wait(world, before + 2);

	Stralix__V1__ZoneState *state_now = task_state(task_at(world, before));

	assert_int_equal(state_now->sets[0]->n_data, 2); /* both name servers */
	protobuf_c_message_free_unpacked(&state_now->base, NULL);
	task_end(world, task_at(world, before), "success", "");
	task_end(world, task_at(world, before + 1), "success", "");
	_answer_ active = zone_wait(world, id, "active");
	assert_int_equal(count_at(&active, "zone.servers"), 2);
}

static void settings_need_the_etag_and_make_a_new_serial(void **state)
{
	struct world *world = *state;
	char id[40];

	make(world, "set.example", id, 2);
	_answer_ before = zone_wait(world, id, "active");
	unsigned count = task_count(world);
	_answer_ stale = ask_format(world, "UpdateZone",
	                            "{\"zoneId\":\"%s\",\"ifMatch\":\"s9\",\"settings\":{\"defaultTtl\":600},"
	                            "\"updateMask\":[\"settings.default_ttl\"]}",
	                            id);
	assert_int_equal(stale.status, 412);
	_answer_ done = ask_format(world, "UpdateZone",
	                           "{\"zoneId\":\"%s\",\"ifMatch\":\"%s\",\"settings\":{\"defaultTtl\":600,\"contact\":"
	                           "\"dns.team@set.example\"},"
	                           "\"updateMask\":[\"settings.default_ttl\",\"settings.contact\"]}",
	                           id, text_at(&before, "zone.etag"));
	assert_int_equal(done.status, 200);
	assert_true(number_at(&done, "zone.serial") > number_at(&before, "zone.serial"));
	assert_int_equal(number_at(&done, "zone.settings.defaultTtl"), 600);

	Stralix__V1__ZoneState *desired = task_state(task_wait(world, count + 2));

	assert_non_null(strstr(desired->sets[1]->data[0], " dns\\.team.set.example. "));
	protobuf_c_message_free_unpacked(&desired->base, NULL);
}

static void lists_show_what_is_one_s_own(void **state)
{
	struct world *world = *state;
	_answer_ mine = ask(world, "ListZones", "{\"search\":\"shop\",\"limit\":1}");
	_answer_ theirs = ask_as(world, "customer", OTHER_ORG, "ListZones", "{}", NULL);
	_answer_ all = ask_as(world, "admin", OTHER_ORG, "ListZones", "{\"nodeId\":\"n1\"}", NULL);
	_answer_ usage = ask(world, "ListZoneUsage", "{}");

	assert_int_equal(number_at(&mine, "page.total"), 1);
	assert_string_equal(text_at(&mine, "zones.0.name"), "shop.example");
	assert_int_equal(count_at(&mine, "zones.0.servers"), 2);
	assert_int_equal(count_at(&theirs, "zones"), 0);
	assert_true(number_at(&all, "page.total") > 1);
	assert_int_equal(number_at(&usage, "usage.0.used"), number_at(&all, "page.total"));
}

static void limits_are_kept(void **state)
{
	struct world *world = *state;
	_answer_ set = ask_service(world, "authz", "SetLimits",
	                           "{\"organisationIds\":[\"" OTHER_ORG
	                           "\"],\"version\":\"5\",\"limits\":[{\"kind\":\"zones\",\"limit\":1}]}");
	_answer_ old = ask_service(world, "authz", "SetLimits",
	                           "{\"organisationIds\":[\"" OTHER_ORG "\"],\"version\":\"4\",\"limits\":[]}");
	_answer_ first = ask_as(world, "customer", OTHER_ORG, "CreateZone", "{\"name\":\"one.test\"}", NULL);
	_answer_ second = ask_as(world, "customer", OTHER_ORG, "CreateZone", "{\"name\":\"two.test\"}", NULL);

	assert_int_equal(set.status, 200);
	assert_int_equal(old.status, 200);
	assert_int_equal(first.status, 200);
	assert_int_equal(second.status, 403);
	assert_true(heard(world, "ReleaseClaim two.test"));
}

static void servers_that_don_t_answer_are_said(void **state)
{
	struct world *world = *state;
	_answer_ list = ask(world, "ListZones", "{\"search\":\"shop\"}");
	_answer_ check = ask_format(world, "CheckZone", "{\"zoneId\":\"%s\"}", text_at(&list, "zones.0.id"));

	assert_int_equal(check.status, 200);
	assert_int_equal(count_at(&check, "servers"), 2);
	assert_string_not_equal(text_at(&check, "servers.0.message"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_is_served_by_two_nodes_with_one_serial),
		cmocka_unit_test(a_server_that_fails_is_named_and_tried_again),
		cmocka_unit_test(deleted_brought_back_and_purged),
		cmocka_unit_test(the_same_key_makes_one_zone),
		cmocka_unit_test(a_second_node_that_comes_later_serves_it_too),
		cmocka_unit_test(settings_need_the_etag_and_make_a_new_serial),
		cmocka_unit_test(lists_show_what_is_one_s_own),
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(servers_that_don_t_answer_are_said),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
