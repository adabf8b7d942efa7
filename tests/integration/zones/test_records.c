/* Records: changed as one, planned, undone, imported, exported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "world.h"

#define ADD(name, type, data)                                                                                          \
	"{\"op\":\"add\",\"record\":{\"name\":\"" name "\",\"type\":\"" type "\",\"data\":\"" data "\"}}"

static char zone_id[40];

static int setup(void **state)
{
	struct world *world = world_new();
	_answer_ answer = ask(world, "CreateZone", "{\"name\":\"shop.example\"}");

	assert_int_equal(answer.status, 200);
	snprintf(zone_id, sizeof(zone_id), "%s", text_at(&answer, "zone.id"));
	task_wait(world, 2);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

static struct answer change(struct world *world, const char *changes)
{
	return ask_format(world, "ChangeRecords", "{\"zoneId\":\"%s\",\"changes\":[%s]}", zone_id, changes);
}

static struct answer records(struct world *world, const char *filter)
{
	return ask_format(world, "ListDnsRecords", "{\"zoneId\":\"%s\"%s%s}", zone_id, *filter ? "," : "", filter);
}

static struct answer export(struct world *world)
{
	return ask_format(world, "ExportZone", "{\"zoneId\":\"%s\"}", zone_id);
}

static void many_changes_are_one_serial_and_a_task_a_node(void **state)
{
	struct world *world = *state;
	unsigned before = task_count(world);
	_answer_ old = records(world, "");
	_answer_ done = change(
		world, ADD("@", "A", "192.0.2.1") "," ADD("www", "CNAME", "@") "," ADD("@", "MX", "10 mail") "," ADD(
			       "mail", "AAAA", "2001:DB8::1") "," ADD("@", "TXT", "hello world"));

	assert_int_equal(done.status, 200);
	assert_int_equal(count_at(&done, "sets"), 5);
	assert_int_equal(count_at(&done, "taskIds"), 2);
	assert_true(number_at(&done, "zone.serial") > number_at(&old, "serial"));
	assert_int_equal(number_at(&done, "zone.records"), 5);
	task_wait(world, before + 2);

	_answer_ mail = records(world, "\"name\":\"mail\"");
	assert_int_equal(number_at(&mail, "page.total"), 1);
	assert_string_equal(text_at(&mail, "records.0.data"), "2001:db8::1");
	assert_string_equal(text_at(&mail, "records.0.fields.0.name"), "address");
	_answer_ mx = records(world, "\"type\":\"MX\"");
	assert_string_equal(text_at(&mx, "records.0.data"), "10 mail.shop.example.");
	assert_string_equal(text_at(&mx, "records.0.fields.1.value"), "mail.shop.example.");
	_answer_ all = records(world, "\"limit\":4");
	assert_string_equal(text_at(&all, "records.0.type"), "SOA");
	assert_string_equal(text_at(&all, "records.0.managedBy"), "system");
	assert_int_equal(number_at(&all, "page.total"), 8);
	_answer_ rest = ask_format(world, "ListDnsRecords", "{\"zoneId\":\"%s\",\"limit\":4,\"cursor\":\"%s\"}",
	                           zone_id, text_at(&all, "page.nextCursor"));
	assert_int_equal(count_at(&rest, "records"), 4);
	assert_string_equal(text_at(&rest, "page.nextCursor"), "");
	_answer_ forged = records(world, "\"cursor\":\"-4x\"");
	assert_int_equal(forged.status, 400);
	assert_string_equal(text_at(&forged, "violations.0.field"), "cursor");
	_answer_ own = records(world, "\"managed\":\"no\"");
	assert_int_equal(number_at(&own, "page.total"), 5);
	_answer_ found = records(world, "\"search\":\"HELLO\"");
	assert_int_equal(number_at(&found, "page.total"), 1);
}

static void nothing_of_a_change_with_one_fault_is_done(void **state)
{
	struct world *world = *state;
	_answer_ old = records(world, "");
	_answer_ refused = change(world, ADD("a", "A", "192.0.2.1") "," ADD("b", "A", "192.0.2.999"));
	_answer_ now = records(world, "");

	assert_int_equal(refused.status, 400);
	assert_string_equal(text_at(&refused, "violations.0.field"), "changes[1].record.data");
	assert_non_null(strstr(text_at(&refused, "violations.0.message"), "address"));
	assert_int_equal(number_at(&now, "serial"), number_at(&old, "serial"));
	assert_int_equal(number_at(&now, "page.total"), number_at(&old, "page.total"));
}

static void a_plan_changes_nothing_and_names_all_faults(void **state)
{
	struct world *world = *state;
	_answer_ old = records(world, "");
	_answer_ good = ask_format(world, "PlanRecords",
	                           "{\"zoneId\":\"%s\",\"changes\":[" ADD("new", "A", "192.0.2.7") "]}", zone_id);
	_answer_ bad = ask_format(world, "PlanRecords",
	                          "{\"zoneId\":\"%s\",\"changes\":[" ADD("www", "A", "192.0.2.7") "," ADD(
					  "x", "NOPE", "1") "," ADD("y", "A", "no") "]}",
	                          zone_id);
	_answer_ now = records(world, "");

	assert_int_equal(good.status, 200);
	assert_int_equal(number_at(&good, "added"), 1);
	assert_int_equal(count_at(&good, "violations"), 0);
	assert_string_equal(text_at(&good, "sets.0.name"), "new");
	assert_string_equal(text_at(&good, "sets.0.after.0"), "192.0.2.7");
	assert_int_equal(bad.status, 200);
	assert_true(count_at(&bad, "violations") >= 3);
	assert_string_equal(text_at(&bad, "violations.0.field"), "changes[1].record.type");
	assert_string_equal(text_at(&bad, "violations.1.field"), "changes[2].record.data");
	assert_non_null(strstr(text_at(&bad, "violations.2.field"), "changes[0].record."));
	assert_string_equal(text_at(&bad, "violations.2.rule"), "cname_alone");
	assert_int_equal(number_at(&now, "serial"), number_at(&old, "serial"));
}

static void records_are_replaced_and_removed_by_id_and_by_set(void **state)
{
	struct world *world = *state;
	_answer_ made = change(world, ADD("api", "A", "192.0.2.1") "," ADD("api", "A", "192.0.2.2"));
	_answer_ list = records(world, "\"name\":\"api\"");
	_answer_ changed = ask_format(
		world, "ChangeRecords",
		"{\"zoneId\":\"%s\",\"changes\":[{\"op\":\"replace\",\"recordId\":\"%s\",\"record\":{"
		"\"name\":\"api\",\"type\":\"A\",\"fields\":[{\"name\":\"address\",\"value\":\"192.0.2.3\"}],"
		"\"comment\":\"moved\"}}]}",
		zone_id, text_at(&list, "records.0.id"));
	_answer_ after = records(world, "\"search\":\"moved\"");

	assert_int_equal(changed.status, 200);
	assert_string_equal(text_at(&after, "records.0.id"), text_at(&list, "records.0.id"));
	assert_string_equal(text_at(&after, "records.0.data"), "192.0.2.3");
	_answer_ one = change(
		world, "{\"op\":\"replace\",\"record\":{\"name\":\"api\",\"type\":\"A\",\"data\":\"192.0.2.9\"}}");
	assert_int_equal(one.status, 200);
	_answer_ left = records(world, "\"name\":\"api\"");
	assert_int_equal(number_at(&left, "page.total"), 1);
	_answer_ same = change(
		world, "{\"op\":\"replace\",\"record\":{\"name\":\"api\",\"type\":\"A\",\"data\":\"192.0.2.9\"}}");
	assert_int_equal(same.status, 200);
	assert_string_equal(text_at(&same, "changeId"), ""); /* as it is already: no serial, no task */
	assert_int_equal(number_at(&same, "zone.serial"), number_at(&one, "zone.serial"));
	_answer_ gone = change(world, "{\"op\":\"remove\",\"record\":{\"name\":\"api\",\"type\":\"A\"}}");
	assert_int_equal(gone.status, 200);
	_answer_ none = change(world, "{\"op\":\"remove\",\"record\":{\"name\":\"api\",\"type\":\"A\"}}");
	assert_int_equal(none.status, 400);
	assert_string_equal(text_at(&none, "violations.0.field"), "changes[0].record");
}

static void if_match_guards_against_others(void **state)
{
	struct world *world = *state;
	_answer_ list = records(world, "");
	_answer_ first =
		ask_format(world, "ChangeRecords",
	                   "{\"zoneId\":\"%s\",\"ifMatch\":\"%s\",\"changes\":[" ADD("m1", "A", "192.0.2.1") "]}",
	                   zone_id, text_at(&list, "recordsEtag"));
	_answer_ second =
		ask_format(world, "ChangeRecords",
	                   "{\"zoneId\":\"%s\",\"ifMatch\":\"%s\",\"changes\":[" ADD("m2", "A", "192.0.2.1") "]}",
	                   zone_id, text_at(&list, "recordsEtag"));

	assert_int_equal(first.status, 200);
	assert_int_equal(second.status, 412);
}

static void a_change_is_undone_unless_touched_since(void **state)
{
	struct world *world = *state;
	_answer_ before = export(world);
	_answer_ made = change(world, ADD("u", "A", "192.0.2.1") "," ADD("u", "TXT", "mark"));
	_answer_ shown = ask_format(world, "GetZoneChange", "{\"zoneId\":\"%s\",\"changeId\":\"%s\"}", zone_id,
	                            text_at(&made, "changeId"));
	_answer_ undone = ask_format(world, "UndoZoneChange", "{\"zoneId\":\"%s\",\"changeId\":\"%s\"}", zone_id,
	                             text_at(&made, "changeId"));
	_answer_ twice = ask_format(world, "UndoZoneChange", "{\"zoneId\":\"%s\",\"changeId\":\"%s\"}", zone_id,
	                            text_at(&made, "changeId"));
	_answer_ list = ask_format(world, "ListZoneChanges", "{\"zoneId\":\"%s\",\"limit\":2}", zone_id);
	_answer_ after = export(world);

	assert_int_equal(count_at(&shown, "sets"), 2);
	assert_int_equal(undone.status, 200);
	assert_true(number_at(&undone, "zone.serial") > number_at(&made, "zone.serial"));
	assert_int_equal(twice.status, 409);
	assert_string_equal(text_at(&list, "changes.0.kind"), "undo");
	assert_string_equal(text_at(&list, "changes.0.undoes"), text_at(&made, "changeId"));
	assert_string_equal(text_at(&list, "changes.1.undoneBy"), text_at(&undone, "changeId"));
	assert_string_equal(text_at(&list, "changes.0.actorName"), "Ada");
	assert_string_equal(strstr(text_at(&before, "zoneFile"), "\tNS\t"),
	                    strstr(text_at(&after, "zoneFile"), "\tNS\t"));

	_answer_ first = change(world, ADD("v", "A", "192.0.2.1"));
	_answer_ touch = change(world, ADD("v", "A", "192.0.2.2"));
	_answer_ refused = ask_format(world, "UndoZoneChange", "{\"zoneId\":\"%s\",\"changeId\":\"%s\"}", zone_id,
	                              text_at(&first, "changeId"));
	assert_int_equal(touch.status, 200);
	assert_int_equal(refused.status, 409);
	assert_non_null(strstr(text_at(&refused, "message"), "A records of v were changed since"));
}

/* As a text of JSON. */
static char *quoted(const char *text)
{
	json_t *json = json_string(text);
	char *ret = json_dumps(json, JSON_ENCODE_ANY);

	json_decref(json);
	return ret;
}

static void what_is_exported_is_imported_as_it_was(void **state)
{
	struct world *world = *state;
	_answer_ before = export(world);
	_cleanup_free_ char *file = quoted(text_at(&before, "zoneFile"));
	_answer_ plan =
		ask_format(world, "PlanImport", "{\"zoneId\":\"%s\",\"zoneFile\":%s,\"replace\":true}", zone_id, file);
	_answer_ same =
		ask_format(world, "ImportZone", "{\"zoneId\":\"%s\",\"zoneFile\":%s,\"replace\":true}", zone_id, file);
	_answer_ less =
		ask_format(world, "ImportZone",
	                   "{\"zoneId\":\"%s\",\"zoneFile\":\"@ 300 IN A 192.0.2.77\\n\",\"replace\":true}", zone_id);
	_answer_ back =
		ask_format(world, "ImportZone", "{\"zoneId\":\"%s\",\"zoneFile\":%s,\"replace\":true}", zone_id, file);
	_answer_ after = export(world);

	assert_int_equal(plan.status, 200);
	assert_int_equal(count_at(&plan, "sets"), 0);
	assert_int_equal(count_at(&plan, "violations"), 0);
	assert_int_equal(same.status, 200);
	assert_string_equal(text_at(&same, "changeId"), "");
	assert_int_equal(less.status, 200);
	assert_int_equal(number_at(&less, "zone.records"), 1);
	assert_int_equal(back.status, 200);
	assert_string_equal(strstr(text_at(&before, "zoneFile"), "\tNS\t"),
	                    strstr(text_at(&after, "zoneFile"), "\tNS\t"));
}

static void a_zone_file_s_faults_have_lines(void **state)
{
	struct world *world = *state;
	static const char file[] =
		"\"www 300 IN A 192.0.2.1\\nbad 300 IN A 192.0.2.999\\n$INCLUDE /etc/passwd\\nx CH A 192.0.2.1\\n\"";
	_answer_ plan = ask_format(world, "PlanImport", "{\"zoneId\":\"%s\",\"zoneFile\":%s}", zone_id, file);
	_answer_ done = ask_format(world, "ImportZone", "{\"zoneId\":\"%s\",\"zoneFile\":%s}", zone_id, file);

	assert_int_equal(plan.status, 200);
	assert_int_equal(count_at(&plan, "faults"), 3);
	assert_int_equal(number_at(&plan, "faults.0.line"), 2);
	assert_int_equal(number_at(&plan, "faults.1.line"), 3);
	assert_int_equal(done.status, 400);
	assert_string_equal(text_at(&done, "violations.0.field"), "zoneFile");
	assert_non_null(strstr(text_at(&done, "violations.0.message"), "Line 2:"));
}

static void serials_come_after_that_of_an_imported_zone(void **state)
{
	struct world *world = *state;
	_answer_ done = ask_format(
		world, "ImportZone",
		"{\"zoneId\":\"%s\",\"zoneFile\":\"@ 3600 IN SOA a. b. 2400000000 3600 600 604800 300\\nserial "
		"300 IN A 192.0.2.1\\n\"}",
		zone_id);

	assert_int_equal(done.status, 200);
	assert_int_equal(number_at(&done, "zone.serial"), 2400000001);
	_answer_ more = change(world, ADD("serial2", "A", "192.0.2.1"));
	assert_int_equal(number_at(&more, "zone.serial"), 2400000002);
}

static void templates_fill_a_zone(void **state)
{
	struct world *world = *state;
	_answer_ list = ask(world, "ListZoneTemplates", "{}");
	_answer_ empty = ask(world, "CreateZone", "{\"name\":\"t1.example\",\"templateId\":\"web\"}");
	_answer_ full = ask(
		world, "CreateZone",
		"{\"name\":\"t2.example\",\"templateId\":\"default\",\"templateValues\":[{\"name\":\"ipv4\",\"value\":"
		"\"192.0.2.1\"},{\"name\":\"mail_ipv4\",\"value\":\"192.0.2.2\"}]}");

	assert_true(count_at(&list, "templates") >= 6);
	assert_int_equal(empty.status, 400);
	assert_string_equal(text_at(&empty, "violations.0.field"), "templateValues");
	assert_int_equal(full.status, 200);
	assert_int_equal(number_at(&full, "zone.records"), 6);

	_answer_ own = ask(world, "CreateZoneTemplate",
	                   "{\"name\":\"Ours\",\"records\":[{\"name\":\"{host}\",\"type\":\"A\",\"data\":\"192.0.2.5\"}"
	                   "],\"variables\":["
	                   "{\"name\":\"host\",\"required\":true}]}");
	assert_int_equal(own.status, 200);
	_answer_ twice =
		ask(world, "CreateZoneTemplate",
	            "{\"name\":\"ours\",\"records\":[{\"name\":\"@\",\"type\":\"A\",\"data\":\"192.0.2.5\"}]}");
	assert_int_equal(twice.status, 409);
	_answer_ unknown =
		ask(world, "CreateZoneTemplate",
	            "{\"name\":\"x\",\"records\":[{\"name\":\"{what}\",\"type\":\"A\",\"data\":\"192.0.2.5\"}]}");
	assert_int_equal(unknown.status, 400);
	_answer_ used = ask_format(
		world, "ChangeRecords",
		"{\"zoneId\":\"%s\",\"templateId\":\"%s\",\"templateValues\":[{\"name\":\"host\",\"value\":\"h1\"}]}",
		zone_id, text_at(&own, "template.id"));
	assert_int_equal(used.status, 200);
	assert_string_equal(text_at(&used, "sets.0.name"), "h1");
	_answer_ stranger = ask_as(world, "customer", OTHER_ORG, "CreateZone", "{}", NULL);
	assert_int_equal(stranger.status, 400);
	_answer_ gone =
		ask_format(world, "DeleteZoneTemplate", "{\"templateId\":\"%s\"}", text_at(&own, "template.id"));
	assert_int_equal(gone.status, 200);
}

static void templates_are_looked_at_in_a_made_up_zone(void **state)
{
	struct world *world = *state;
	_answer_ wrong = ask(world, "CreateZoneTemplate",
	                     "{\"name\":\"Wrong\",\"records\":["
	                     "{\"name\":\"@\",\"type\":\"A\",\"data\":\"{ip}\"},"
	                     "{\"name\":\"@\",\"type\":\"A\",\"data\":\"192.0.2\"},"
	                     "{\"name\":\"@\",\"type\":\"NS\",\"data\":\"ns.{zone}.\"},"
	                     "{\"name\":\"a b\",\"type\":\"NONE\",\"data\":\"x\"}],"
	                     "\"variables\":[{\"name\":\"ip\"}]}");
	_answer_ good = ask(world, "CreateZoneTemplate",
	                    "{\"name\":\"Good\",\"records\":["
	                    "{\"name\":\"@\",\"type\":\"MX\",\"data\":\"10 mail.{zone}.\"},"
	                    "{\"name\":\"t\",\"type\":\"TXT\",\"data\":\"\\\"\\\\123none}\\\"\"}]}");

	assert_int_equal(wrong.status, 400);
	assert_int_equal(count_at(&wrong, "violations"), 3);
	assert_string_equal(text_at(&wrong, "violations.0.field"), "records[1].data");
	assert_string_equal(text_at(&wrong, "violations.1.field"), "records[2].type");
	assert_string_equal(text_at(&wrong, "violations.2.field"), "records[3].type");
	assert_int_equal(good.status, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_changes_are_one_serial_and_a_task_a_node),
		cmocka_unit_test(nothing_of_a_change_with_one_fault_is_done),
		cmocka_unit_test(a_plan_changes_nothing_and_names_all_faults),
		cmocka_unit_test(records_are_replaced_and_removed_by_id_and_by_set),
		cmocka_unit_test(if_match_guards_against_others),
		cmocka_unit_test(a_change_is_undone_unless_touched_since),
		cmocka_unit_test(what_is_exported_is_imported_as_it_was),
		cmocka_unit_test(a_zone_file_s_faults_have_lines),
		cmocka_unit_test(serials_come_after_that_of_an_imported_zone),
		cmocka_unit_test(templates_fill_a_zone),
		cmocka_unit_test(templates_are_looked_at_in_a_made_up_zone),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
