/* Records of other services, beside people's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "world.h"

#define SITE "01900000-0000-7000-8000-0000000000f1"
#define OTHER_SITE "01900000-0000-7000-8000-0000000000f2"
#define RECORD(name, type, data) "{\"name\":\"" name "\",\"type\":\"" type "\",\"data\":\"" data "\"}"

static char zone_id[40];

static int setup(void **state)
{
	struct world *world = world_new();
	_answer_ answer = ask(world, "CreateZone", "{\"name\":\"shop.example\"}");

	snprintf(zone_id, sizeof(zone_id), "%s", text_at(&answer, "zone.id"));
	task_wait(world, 2);
	task_end(world, task_at(world, 0), "success", "");
	task_end(world, task_at(world, 1), "success", "");
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

static struct answer put(struct world *world, const char *owner, unsigned version, const char *records)
{
	char body[1024];

	snprintf(body, sizeof(body),
	         "{\"ownerKind\":\"website\",\"ownerId\":\"%s\",\"organisationId\":\"" ORG
	         "\",\"version\":\"%u\",\"records\":[%s]}",
	         owner, version, records);
	return ask_service(world, "web", "PutManagedRecords", body);
}

static struct answer records(struct world *world, const char *name)
{
	return ask_format(world, "ListDnsRecords", "{\"zoneId\":\"%s\",\"name\":\"%s\"}", zone_id, name);
}

static struct answer change(struct world *world, const char *op, const char *name, const char *data)
{
	return ask_format(world, "ChangeRecords",
	                  "{\"zoneId\":\"%s\",\"changes\":[{\"op\":\"%s\",\"record\":{\"name\":\"%s\",\"type\":\"A\","
	                  "\"data\":\"%s\"}}]}",
	                  zone_id, op, name, data);
}

static void they_stand_in_the_zone_and_are_served(void **state)
{
	struct world *world = *state;
	unsigned before = task_count(world);
	_answer_ first =
		put(world, SITE, 1,
	            RECORD("shop.example.", "A", "192.0.2.1") "," RECORD("www.shop.example.", "A", "192.0.2.1"));

	assert_int_equal(first.status, 200);
	assert_int_equal(count_at(&first, "records"), 2);
	assert_string_equal(text_at(&first, "records.0.zoneId"), zone_id);
	assert_true(json_is_true(json_object_get(json_array_get(json_object_get(first.json, "records"), 0), "inStep")));
	assert_false(
		json_is_true(json_object_get(json_array_get(json_object_get(first.json, "records"), 0), "served")));
	task_wait(world, before + 2);
	task_end(world, task_at(world, before), "success", "");
	task_end(world, task_at(world, before + 1), "success", "");
	_answer_ served =
		ask_service(world, "web", "GetManagedRecords", "{\"ownerKind\":\"website\",\"ownerId\":\"" SITE "\"}");
	assert_true(
		json_is_true(json_object_get(json_array_get(json_object_get(served.json, "records"), 0), "served")));
	_answer_ list = records(world, "www");
	assert_string_equal(text_at(&list, "records.0.managedBy"), "web");
	assert_string_equal(text_at(&list, "records.0.ownerId"), SITE);

	before = task_count(world);
	_answer_ again =
		put(world, SITE, 1,
	            RECORD("shop.example.", "A", "192.0.2.1") "," RECORD("www.shop.example.", "A", "192.0.2.1"));
	assert_int_equal(again.status, 200);
	assert_int_equal(task_count(world), before); /* as it is already */
	_answer_ removal = ask_format(world, "ChangeRecords",
	                              "{\"zoneId\":\"%s\",\"changes\":[{\"op\":\"remove\",\"recordId\":\"%s\"}]}",
	                              zone_id, text_at(&list, "records.0.id"));
	assert_int_equal(removal.status, 400);
	assert_string_equal(text_at(&removal, "violations.0.rule"), "managed");
}

static void a_person_s_record_has_its_place_until_it_goes(void **state)
{
	struct world *world = *state;
	_answer_ own = change(world, "add", "api", "192.0.2.200");
	_answer_ late = put(world, OTHER_SITE, 1, RECORD("api.shop.example.", "A", "192.0.2.1"));
	_answer_ list = records(world, "api");

	assert_int_equal(own.status, 200);
	assert_int_equal(late.status, 200);
	assert_string_not_equal(text_at(&late, "records.0.message"), "");
	assert_int_equal(number_at(&list, "page.total"), 2);
	assert_string_equal(text_at(&list, "records.0.message"), "An own record of this name and type has its place.");
	_answer_ gone = change(world, "remove", "api", "192.0.2.200");
	assert_int_equal(gone.status, 200);
	_answer_ now = records(world, "api");
	assert_int_equal(number_at(&now, "page.total"), 1);
	assert_string_equal(text_at(&now, "records.0.data"), "192.0.2.1");
	assert_string_equal(text_at(&now, "records.0.message"), "");
}

static void what_is_old_is_forgotten_and_what_is_gone_goes(void **state)
{
	struct world *world = *state;
	_answer_ newer = put(world, OTHER_SITE, 5, RECORD("new.shop.example.", "A", "192.0.2.5"));
	_answer_ older = put(world, OTHER_SITE, 4, RECORD("old.shop.example.", "A", "192.0.2.4"));
	_answer_ elsewhere =
		put(world, "01900000-0000-7000-8000-0000000000f3", 1, RECORD("www.other.test.", "A", "192.0.2.1"));

	assert_int_equal(newer.status, 200);
	assert_int_equal(older.status, 200);
	assert_string_equal(text_at(&older, "records.0.name"), "new.shop.example.");
	assert_string_equal(text_at(&elsewhere, "records.0.zoneId"), "");
	assert_string_not_equal(text_at(&elsewhere, "records.0.message"), "");
	_answer_ api = records(world, "api");
	assert_int_equal(number_at(&api, "page.total"), 0);
	_answer_ gone = ask_service(world, "web", "RemoveManagedRecords",
	                            "{\"ownerKind\":\"website\",\"ownerId\":\"" OTHER_SITE "\",\"version\":\"6\"}");
	assert_int_equal(gone.status, 200);
	_answer_ none = records(world, "new");
	assert_int_equal(number_at(&none, "page.total"), 0);
}

static void zones_are_found_by_names_and_only_ones_own(void **state)
{
	struct world *world = *state;
	_answer_ found = ask_service(world, "web", "FindZones",
	                             "{\"organisationId\":\"" ORG
	                             "\",\"names\":[\"_acme-challenge.www.shop.example.\",\"shop.test.\"]}");
	_answer_ strange = ask_service(world, "web", "FindZones",
	                               "{\"organisationId\":\"01900000-0000-7000-8000-00000000dead\","
	                               "\"names\":[\"_acme-challenge.www.shop.example.\"]}");

	assert_int_equal(found.status, 200);
	assert_string_equal(text_at(&found, "zones.0.zoneId"), zone_id);
	assert_string_equal(text_at(&found, "zones.0.zone"), "shop.example");
	assert_string_equal(text_at(&found, "zones.1.zoneId"), "");
	assert_string_equal(text_at(&found, "oldest.zone"), "shop.example");
	assert_string_equal(text_at(&strange, "zones.0.zoneId"), "");
	assert_null(json_object_get(strange.json, "oldest"));
}

static void a_zone_that_comes_later_takes_them_up(void **state)
{
	struct world *world = *state;
	_answer_ zone = ask(world, "CreateZone", "{\"name\":\"other.test\"}");

	assert_int_equal(zone.status, 200);
	assert_int_equal(number_at(&zone, "zone.records"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_stand_in_the_zone_and_are_served),
		cmocka_unit_test(a_person_s_record_has_its_place_until_it_goes),
		cmocka_unit_test(what_is_old_is_forgotten_and_what_is_gone_goes),
		cmocka_unit_test(zones_are_found_by_names_and_only_ones_own),
		cmocka_unit_test(a_zone_that_comes_later_takes_them_up),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
