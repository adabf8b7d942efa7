/* API tokens that are limited to records: their own sets, by every way there is, and nothing else of anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "world.h"

#define RECORD(name, type, data) "\"record\":{\"name\":\"" name "\",\"type\":\"" type "\",\"data\":\"" data "\"}"
#define CHANGE(op, name, type, data) "{\"op\":\"" op "\"," RECORD(name, type, data) "}"

enum { SPELLED = 400, BURST = 60 };

static char zone_id[40], other_id[40], home[SPELLED], challenge[SPELLED];

static void make_zone(struct world *world, const char *name, char ret[static 40])
{
	_answer_ answer = ask_format(world, "CreateZone", "{\"name\":\"%s\"}", name);

	assert_int_equal(answer.status, 200);
	snprintf(ret, 40, "%s", text_at(&answer, "zone.id"));
}

static struct answer change(struct world *world, const char *changes)
{
	return ask_format(world, "ChangeRecords", "{\"zoneId\":\"%s\",\"changes\":[%s]}", zone_id, changes);
}

static int setup(void **state)
{
	struct world *world = world_new();

	make_zone(world, "shop.example", zone_id);
	make_zone(world, "other.example", other_id);
	_answer_ done = change(
		world, CHANGE("add", "www", "A", "192.0.2.1") "," CHANGE("add", "home", "A", "192.0.2.2") "," CHANGE(
			       "add", "home", "TXT", "mine") "," CHANGE("add", "_acme-challenge", "TXT", "a person's"));
	assert_int_equal(done.status, 200);
	snprintf(home, sizeof(home), "%s/A+AAAA/home.shop.example.", zone_id);
	snprintf(challenge, sizeof(challenge), "%s/TXT/_acme-challenge.shop.example.", zone_id);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

static struct answer limited_change(struct world *world, const char *changes)
{
	return ask_limited(world, home, "ChangeRecords", "{\"zoneId\":\"%s\",\"changes\":[%s]}", zone_id, changes);
}

static struct answer records(struct world *world, const char *name, const char *type)
{
	return ask_format(world, "ListDnsRecords", "{\"zoneId\":\"%s\",\"name\":\"%s\",\"type\":\"%s\"}", zone_id, name,
	                  type);
}

static size_t history(struct world *world)
{
	_answer_ list = ask_format(world, "ListZoneChanges", "{\"zoneId\":\"%s\",\"limit\":200}", zone_id);

	return count_at(&list, "changes");
}

static void it_sees_its_own_sets_alone(void **state)
{
	struct world *world = *state;
	_answer_ list = ask_limited(world, home, "ListDnsRecords", "{\"zoneId\":\"%s\"}", zone_id);
	_answer_ other = ask_limited(world, home, "ListDnsRecords", "{\"zoneId\":\"%s\"}", other_id);
	_answer_ search =
		ask_limited(world, home, "ListDnsRecords", "{\"zoneId\":\"%s\",\"search\":\"192.0.2.1\"}", zone_id);

	assert_int_equal(list.status, 200);
	assert_int_equal(number_at(&list, "page.total"), 1);
	assert_string_equal(text_at(&list, "records.0.data"), "192.0.2.2");
	assert_int_equal(number_at(&search, "page.total"), 0);
	assert_int_equal(other.status, 404);
}

static void it_changes_its_own_sets_and_hears_little_of_the_zone(void **state)
{
	struct world *world = *state;
	_answer_ done = limited_change(world, CHANGE("replace", "HOME", "A", "192.0.2.3") "," CHANGE(
						      "add", "home.shop.example.", "AAAA", "2001:db8::3"));
	_answer_ gone = limited_change(world, "{\"op\":\"remove\",\"record\":{\"name\":\"home\",\"type\":\"AAAA\"}}");
	_answer_ plan = ask_limited(world, home, "PlanRecords", "{\"zoneId\":\"%s\",\"changes\":[%s]}", zone_id,
	                            CHANGE("add", "home", "A", "192.0.2.4"));

	assert_int_equal(done.status, 200);
	assert_int_equal(count_at(&done, "sets"), 2);
	assert_string_equal(text_at(&done, "zone.name"), "shop.example");
	assert_int_equal(count_at(&done, "zone.servers"), 0);
	assert_int_equal(number_at(&done, "zone.records"), 0);
	assert_int_equal(gone.status, 200);
	assert_int_equal(plan.status, 200);
	assert_int_equal(count_at(&plan, "violations"), 0);
	_answer_ other_name = records(world, "home", "TXT");
	assert_int_equal(number_at(&other_name, "page.total"), 1);
}

/* What a change says of another set than the token's: refused by its place. */
static const struct {
	const char *change, *field, *rule;
} refused[] = {
	{ CHANGE("add", "www", "A", "192.0.2.9"), "changes[0].record.name", "limit" },
	{ CHANGE("replace", "www", "A", "192.0.2.9"), "changes[0].record.name", "limit" },
	{ CHANGE("remove", "www", "A", "192.0.2.1"), "changes[0].record.name", "limit" },
	{ "{\"op\":\"remove\",\"record\":{\"name\":\"www\",\"type\":\"A\"}}", "changes[0].record.name", "limit" },
	{ CHANGE("add", "home", "TXT", "x"), "changes[0].record.name", "limit" },
	{ "{\"op\":\"remove\",\"record\":{\"name\":\"home\",\"type\":\"TXT\"}}", "changes[0].record.name", "limit" },
	{ CHANGE("add", "home", "CNAME", "www"), "changes[0].record.name", "limit" },
	{ CHANGE("add", "a.home", "A", "192.0.2.9"), "changes[0].record.name", "limit" },
	{ CHANGE("add", "*.home", "A", "192.0.2.9"), "changes[0].record.name", "limit" },
	{ CHANGE("add", "*", "A", "192.0.2.9"), "changes[0].record.name", "limit" },
	{ CHANGE("add", "@", "A", "192.0.2.9"), "changes[0].record.name", "limit" },
	{ CHANGE("add", "h\u00f6me", "A", "192.0.2.9"), "changes[0].record.name", "limit" },
	{ CHANGE("add", "\u0440ome", "A", "192.0.2.9"), "changes[0].record.name", NULL },
	{ CHANGE("add", "home\u3002www", "A", "192.0.2.9"), "changes[0].record.name", NULL },
	{ CHANGE("add", "home.shop.example", "A", "192.0.2.9"), "changes[0].record.name", "name" },
	{ CHANGE("add", "home.other.example.", "A", "192.0.2.9"), "changes[0].record.name", "name" },
	{ CHANGE("add", "home..", "A", "192.0.2.9"), "changes[0].record.name", NULL },
	{ CHANGE("add", "home\\\\.www", "A", "192.0.2.9"), "changes[0].record.name", "name" },
	/* behind one that is the token's */
	{ CHANGE("add", "home", "A", "192.0.2.8") "," CHANGE("add", "www", "A", "192.0.2.9"), "changes[1].record.name",
	  "limit" },
};

static void sets_that_arent_its_own_are_refused_by_field_and_rule(void **state)
{
	struct world *world = *state;
	size_t before = history(world);

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		_answer_ answer = limited_change(world, refused[i].change);

		if (answer.status != 422 && answer.status != 400)
			fail_msg("%s: %d", refused[i].change, answer.status);
		assert_string_equal(text_at(&answer, "violations.0.field"), refused[i].field);
		if (refused[i].rule)
			assert_string_equal(text_at(&answer, "violations.0.rule"), refused[i].rule);
	}
	assert_int_equal(history(world), before);
}

/* The id of somebody else's record is as good as none; its own can't be carried to another name. */
static void records_are_reached_by_their_ids_no_further(void **state)
{
	struct world *world = *state;
	_answer_ www = records(world, "www", "A");
	_answer_ own = records(world, "home", "A");
	const char *ids[] = { text_at(&www, "records.0.id"), "01900000-0000-7000-8000-0000000000ff" };
	char body[512], words[160] = "";

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		snprintf(body, sizeof(body), "{\"op\":\"remove\",\"recordId\":\"%s\"}", ids[i]);
		_answer_ gone = limited_change(world, body);
		snprintf(body, sizeof(body),
		         "{\"op\":\"replace\",\"recordId\":\"%s\"," RECORD("home", "A", "192.0.2.9") "}", ids[i]);
		_answer_ taken = limited_change(world, body);

		assert_string_equal(text_at(&gone, "violations.0.field"), "changes[0].recordId");
		assert_string_equal(text_at(&taken, "violations.0.rule"), "exists");
		if (*words)
			assert_string_equal(text_at(&gone, "violations.0.message"), words);
		snprintf(words, sizeof(words), "%s", text_at(&gone, "violations.0.message"));
	}
	snprintf(body, sizeof(body), "{\"op\":\"replace\",\"recordId\":\"%s\"," RECORD("www", "A", "192.0.2.9") "}",
	         text_at(&own, "records.0.id"));
	_answer_ carried = limited_change(world, body);
	assert_string_equal(text_at(&carried, "violations.0.rule"), "limit");
}

static void other_methods_and_other_ways_are_closed(void **state)
{
	static const char *const methods[] = { "GetZone",    "UpdateZone",   "DeleteZone", "UndoZoneChange",
		                               "ImportZone", "PlanImport",   "ExportZone", "ListZoneChanges",
		                               "GetDnssec",  "EnableDnssec", "RetryZone",  "CheckZone",
		                               "ListZones",  "CreateZone",   "PurgeZone",  "GetZoneChange" };
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		_answer_ answer = ask_limited(world, home, methods[i], "{\"zoneId\":\"%s\"}", zone_id);

		if (answer.status != 403)
			fail_msg("%s: %d", methods[i], answer.status);
	}
	_answer_ template =
		ask_limited(world, home, "ChangeRecords", "{\"zoneId\":\"%s\",\"templateId\":\"default\"}", zone_id);
	assert_string_equal(text_at(&template, "violations.0.field"), "templateId");
	_answer_ planned =
		ask_limited(world, home, "PlanRecords", "{\"zoneId\":\"%s\",\"templateId\":\"default\"}", zone_id);
	assert_string_equal(text_at(&planned, "violations.0.field"), "templateId");
	_answer_ stale =
		ask_limited(world, home, "ChangeRecords", "{\"zoneId\":\"%s\",\"ifMatch\":\"1-1\",\"changes\":[%s]}",
	                    zone_id, CHANGE("add", "home", "A", "192.0.2.9"));
	assert_int_equal(stale.status, 412);
}

static struct answer update(struct world *world, const char *hostname, const char *addresses)
{
	return ask_limited(world, home, "UpdateAddress", "{\"hostname\":\"%s\",\"addresses\":[%s]}", hostname,
	                   addresses);
}

static void an_address_follows_its_holder_and_what_is_so_makes_no_history(void **state)
{
	struct world *world = *state;
	size_t before = history(world);
	_answer_ done = update(world, "Home.Shop.Example", "\"198.51.100.7\",\"2001:DB8::7\"");
	_answer_ again = update(world, "home.shop.example.", "\"198.51.100.7\",\"2001:db8::7\"");
	_answer_ four = update(world, "home.shop.example", "\"198.51.100.8\"");

	assert_int_equal(done.status, 200);
	assert_true(*text_at(&done, "changeId"));
	assert_int_equal(count_at(&done, "addresses"), 2);
	assert_int_equal(again.status, 200);
	assert_string_equal(text_at(&again, "changeId"), "");
	assert_int_equal(count_at(&again, "taskIds"), 0);
	assert_int_equal(count_at(&four, "addresses"), 1);
	assert_int_equal(history(world), before + 2);
	_answer_ a = records(world, "home", "A");
	assert_int_equal(number_at(&a, "page.total"), 1);
	assert_string_equal(text_at(&a, "records.0.data"), "198.51.100.8");
	_answer_ aaaa = records(world, "home", "AAAA");
	assert_string_equal(text_at(&aaaa, "records.0.data"), "2001:db8::7");
	assert_int_equal(number_at(&aaaa, "records.0.ttl"), 60);
	_answer_ list = ask_format(world, "ListZoneChanges", "{\"zoneId\":\"%s\",\"limit\":1}", zone_id);
	assert_string_equal(text_at(&list, "changes.0.kind"), "dynamic");
	assert_string_equal(text_at(&list, "changes.0.actorName"), "ada@shop.example by token router");
}

static void addresses_are_refused_that_arent_its_own_or_none(void **state)
{
	struct world *world = *state;
	_answer_ sibling = update(world, "www.shop.example", "\"198.51.100.7\"");
	_answer_ below = update(world, "a.home.shop.example", "\"198.51.100.7\"");
	_answer_ wild = update(world, "*.shop.example", "\"198.51.100.7\"");
	_answer_ bare = update(world, "home", "\"198.51.100.7\"");
	_answer_ nowhere = update(world, "home.shop.example", "");
	_answer_ twice = update(world, "home.shop.example", "\"198.51.100.7\",\"198.51.100.8\"");
	_answer_ nonsense = update(world, "home.shop.example", "\"198.51.100\"");
	_answer_ person =
		ask(world, "UpdateAddress", "{\"hostname\":\"home.shop.example\",\"addresses\":[\"192.0.2.1\"]}");
	_answer_ texts = ask_limited(world, challenge, "UpdateAddress",
	                             "{\"hostname\":\"_acme-challenge.shop.example\",\"addresses\":[\"192.0.2.1\"]}");

	assert_int_equal(sibling.status, 404);
	assert_int_equal(below.status, 404);
	assert_int_equal(wild.status, 404);
	assert_string_equal(text_at(&bare, "violations.0.field"), "hostname");
	assert_string_equal(text_at(&nowhere, "violations.0.field"), "addresses");
	assert_string_equal(text_at(&twice, "violations.0.rule"), "once");
	assert_string_equal(text_at(&nonsense, "violations.0.field"), "addresses[0]");
	assert_int_equal(person.status, 403);
	assert_int_equal(texts.status, 404);
}

static struct answer prove(struct world *world, const char *method, const char *fqdn, const char *value)
{
	return ask_limited(world, challenge, method, "{\"fqdn\":\"%s\",\"value\":\"%s\"}", fqdn, value);
}

static void challenges_come_and_go_beside_what_is_there(void **state)
{
	static const char name[] = "_acme-challenge.shop.example.";
	struct world *world = *state;
	_answer_ one = prove(world, "PresentChallenge", name, "abc-DEF_1");
	_answer_ same = prove(world, "PresentChallenge", name, "abc-DEF_1");
	_answer_ two = prove(world, "PresentChallenge", name, "second");
	_answer_ three = records(world, "_acme-challenge", "TXT");
	_answer_ gone = prove(world, "CleanupChallenge", name, "abc-DEF_1");
	_answer_ gone_already = prove(world, "CleanupChallenge", name, "abc-DEF_1");
	_answer_ left = records(world, "_acme-challenge", "TXT");

	assert_int_equal(one.status, 200);
	assert_string_equal(text_at(&one, "value"), "abc-DEF_1");
	assert_string_equal(text_at(&same, "changeId"), "");
	assert_int_equal(two.status, 200);
	assert_int_equal(number_at(&three, "page.total"), 3);
	assert_int_equal(gone.status, 200);
	assert_int_equal(gone_already.status, 200);
	assert_string_equal(text_at(&gone_already, "changeId"), "");
	assert_int_equal(number_at(&left, "page.total"), 2);
	_answer_ cleanup = prove(world, "CleanupChallenge", name, "second");
	assert_int_equal(cleanup.status, 200);
	_answer_ persons = records(world, "_acme-challenge", "TXT");
	assert_string_equal(text_at(&persons, "records.0.data"), "\"a person's\"");
}

static void challenges_of_other_names_are_refused(void **state)
{
	struct world *world = *state;
	_answer_ other = prove(world, "PresentChallenge", "_acme-challenge.www.shop.example.", "x");
	_answer_ router =
		ask_limited(world, home, "PresentChallenge", "{\"fqdn\":\"home.shop.example.\",\"value\":\"x\"}");
	_answer_ quoted = prove(world, "PresentChallenge", "_acme-challenge.shop.example.", "x\\\" \\\"y");

	assert_int_equal(other.status, 404);
	assert_int_equal(router.status, 404);
	assert_string_equal(text_at(&quoted, "violations.0.field"), "value");
}

static void who_asks_too_often_has_to_wait(void **state)
{
	struct world *world = *state;
	char limit[SPELLED];

	snprintf(limit, sizeof(limit), "%s/A/busy.shop.example.", zone_id);
	for (unsigned i = 0; i < BURST; i++) {
		_answer_ answer = ask_limited(world, limit, "UpdateAddress",
		                              "{\"hostname\":\"busy.shop.example\",\"addresses\":[\"192.0.2.1\"]}");

		assert_int_equal(answer.status, 200);
	}
	_answer_ late = ask_limited(world, limit, "UpdateAddress",
	                            "{\"hostname\":\"busy.shop.example\",\"addresses\":[\"192.0.2.1\"]}");
	_answer_ other = update(world, "home.shop.example", "\"198.51.100.9\"");
	assert_int_equal(late.status, 429);
	assert_int_equal(other.status, 200);
}

static void a_zone_that_is_gone_is_no_zone(void **state)
{
	struct world *world = *state;
	char limit[SPELLED];

	snprintf(limit, sizeof(limit), "%s/A/home.other.example.", other_id);
	_answer_ before = ask_limited(world, limit, "UpdateAddress",
	                              "{\"hostname\":\"home.other.example\",\"addresses\":[\"192.0.2.1\"]}");
	_answer_ deleted = ask_format(world, "DeleteZone", "{\"zoneId\":\"%s\"}", other_id);
	_answer_ after = ask_limited(world, limit, "UpdateAddress",
	                             "{\"hostname\":\"home.other.example\",\"addresses\":[\"192.0.2.2\"]}");
	_answer_ change_it = ask_limited(world, limit, "ChangeRecords", "{\"zoneId\":\"%s\",\"changes\":[%s]}",
	                                 other_id, CHANGE("add", "home", "A", "192.0.2.9"));

	assert_int_equal(before.status, 200);
	assert_int_equal(deleted.status, 200);
	assert_int_equal(after.status, 404);
	assert_int_equal(change_it.status, 409);
}

/* A zone of the token's that lies elsewhere than its name: nothing is the token's. */
static void a_limit_that_names_another_zone_gives_nothing(void **state)
{
	struct world *world = *state;
	char limit[SPELLED];

	snprintf(limit, sizeof(limit), "%s/A/home.elsewhere.example.", zone_id);
	_answer_ address = ask_limited(world, limit, "UpdateAddress",
	                               "{\"hostname\":\"home.elsewhere.example\",\"addresses\":[\"192.0.2.1\"]}");
	_answer_ list = ask_limited(world, limit, "ListDnsRecords", "{\"zoneId\":\"%s\"}", zone_id);

	assert_int_equal(address.status, 404);
	assert_int_equal(number_at(&list, "page.total"), 0);
	snprintf(limit, sizeof(limit), "01900000-0000-7000-8000-0000000000ff/A/home.shop.example.");
	_answer_ unknown = ask_limited(world, limit, "UpdateAddress",
	                               "{\"hostname\":\"home.shop.example\",\"addresses\":[\"192.0.2.1\"]}");
	assert_int_equal(unknown.status, 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_sees_its_own_sets_alone),
		cmocka_unit_test(it_changes_its_own_sets_and_hears_little_of_the_zone),
		cmocka_unit_test(sets_that_arent_its_own_are_refused_by_field_and_rule),
		cmocka_unit_test(records_are_reached_by_their_ids_no_further),
		cmocka_unit_test(other_methods_and_other_ways_are_closed),
		cmocka_unit_test(an_address_follows_its_holder_and_what_is_so_makes_no_history),
		cmocka_unit_test(addresses_are_refused_that_arent_its_own_or_none),
		cmocka_unit_test(challenges_come_and_go_beside_what_is_there),
		cmocka_unit_test(challenges_of_other_names_are_refused),
		cmocka_unit_test(who_asks_too_often_has_to_wait),
		cmocka_unit_test(a_zone_that_is_gone_is_no_zone),
		cmocka_unit_test(a_limit_that_names_another_zone_gives_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
