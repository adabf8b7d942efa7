/* What must not come in, and who must not see it: each refusal names the field and the rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "world.h"

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static char zone_id[40];

static int setup(void **state)
{
	struct world *world = world_new();
	_answer_ answer = ask(world, "CreateZone", "{\"name\":\"shop.example\"}");
	_answer_ more = (snprintf(zone_id, sizeof(zone_id), "%s", text_at(&answer, "zone.id")),
	                 ask_format(world, "ChangeRecords",
	                            "{\"zoneId\":\"%s\",\"changes\":[{\"op\":\"add\",\"record\":{\"name\":\"alias\","
	                            "\"type\":\"CNAME\","
	                            "\"data\":\"elsewhere.example.\"}}]}",
	                            zone_id));

	assert_int_equal(more.status, 200);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

/* name, type and data as JSON texts without their quotes. */
static const struct {
	const char *name, *type, *data, *field, *rule;
} refused[] = {
	/* a second record by a line break, as it is and escaped */
	{ "x", "TXT", "a\\nevil 300 IN A 192.0.2.66", "changes[0].record.data", "DNS_RDATA" },
	{ "x", "TXT", "a\\revil", "changes[0].record.data", "DNS_RDATA" },
	{ "x\\nevil", "A", "192.0.2.1", "changes[0].record.name", "DNS_OWNER" },
	{ "x", "A", "192.0.2.1 ; comment", "changes[0].record.data", NULL },
	{ "x", "A", "192.0.2.1 192.0.2.2", "changes[0].record.data", NULL },
	{ "x", "TXT", "\\\"never closed", "changes[0].record.data", NULL },
	{ "x", "MX", "10 a.example. ) IN A 192.0.2.1", "changes[0].record.data", NULL },
	/* out of the zone */
	{ "www.other.example.", "A", "192.0.2.1", "changes[0].record.name", "name" },
	{ "shop.example.evil.", "A", "192.0.2.1", "changes[0].record.name", "name" },
	{ "evilshop.example.", "A", "192.0.2.1", "changes[0].record.name", "name" },
	{ "..", "A", "192.0.2.1", "changes[0].record.name", NULL },
	/* what it isn't */
	{ "$INCLUDE", "A", "192.0.2.1", "changes[0].record.name", "name" },
	{ "x", "A", "999.0.2.1", "changes[0].record.data", NULL },
	{ "x", "A", "2001:db8::1", "changes[0].record.data", NULL },
	{ "x", "AAAA", "192.0.2.1", "changes[0].record.data", NULL },
	{ "x", "MX", "70000 mail", "changes[0].record.data", NULL },
	{ "x", "CAA", "0 issue", "changes[0].record.data", NULL },
	{ "x", "a", "192.0.2.1", "changes[0].record.type", "DNS_TYPE" },
	{ "x", "ANY", "x", "changes[0].record.type", "type" },
	{ "x", "DNSKEY", "257 3 13 AAAA", "changes[0].record.type", "type" },
	{ "x", "RRSIG", "x", "changes[0].record.type", "type" },
	/* the service's own */
	{ "@", "SOA", "a. b. 1 2 3 4 5", "changes[0].record.type", "own" },
	{ "@", "NS", "evil.example.", "changes[0].record.type", "own" },
	/* between records */
	{ "@", "CNAME", "other.example.", "changes[0].record.type", "cname_apex" },
	{ "alias", "A", "192.0.2.1", "changes[0].record.type", "cname_alone" },
	{ "alias", "CNAME", "third.example.", "changes[0].record.type", NULL },
	/* too long */
	{ L63 "a", "A", "192.0.2.1", "changes[0].record.name", "name" },
	{ L63 "." L63 "." L63 "." L63, "A", "192.0.2.1", "changes[0].record.name", NULL },
};

static void each_is_refused_with_its_field_and_rule(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		_answer_ answer = ask_format(
			world, "ChangeRecords",
			"{\"zoneId\":\"%s\",\"changes\":[{\"op\":\"add\",\"record\":{\"name\":\"%s\",\"type\":"
			"\"%s\",\"data\":\"%s\"}}]}",
			zone_id, refused[i].name, refused[i].type, refused[i].data);

		if (answer.status != 400 || strcmp(text_at(&answer, "violations.0.field"), refused[i].field) != 0 ||
		    (refused[i].rule && strcmp(text_at(&answer, "violations.0.rule"), refused[i].rule) != 0) ||
		    !*text_at(&answer, "violations.0.message"))
			fail_msg("%s %s %s: %d %s %s '%s'", refused[i].name, refused[i].type, refused[i].data,
			         answer.status, text_at(&answer, "violations.0.field"),
			         text_at(&answer, "violations.0.rule"), text_at(&answer, "violations.0.message"));
	}
	_answer_ list = ask_format(world, "ListDnsRecords", "{\"zoneId\":\"%s\",\"managed\":\"no\"}", zone_id);
	assert_int_equal(number_at(&list, "page.total"), 1);
}

static void the_service_s_own_records_can_t_be_removed(void **state)
{
	struct world *world = *state;
	_answer_ ns = ask_format(
		world, "ChangeRecords",
		"{\"zoneId\":\"%s\",\"changes\":[{\"op\":\"remove\",\"record\":{\"name\":\"@\",\"type\":\"NS\"}}]}",
		zone_id);
	_answer_ file = ask_format(world, "ImportZone",
	                           "{\"zoneId\":\"%s\",\"replace\":true,\"zoneFile\":\"@ 300 IN NS "
	                           "evil.example.\\nalias 3600 IN CNAME elsewhere.example.\\n\"}",
	                           zone_id);
	_answer_ list = ask_format(world, "ListDnsRecords", "{\"zoneId\":\"%s\",\"type\":\"NS\"}", zone_id);

	assert_int_equal(ns.status, 400);
	assert_int_equal(file.status, 200); /* NS of the apex are the service's, whatever a file says */
	assert_int_equal(number_at(&list, "page.total"), 2);
	assert_string_equal(text_at(&list, "records.0.data"), "ns1.panel.example.");
}

static const struct {
	const char *role, *name, *rule;
	int status;
} names[] = {
	{ "customer", "panel.example", "reserved", 400 }, { "customer", "x.panel.example", "reserved", 400 },
	{ "customer", "taken.example", "EXISTS", 409 },   { "customer", "2.0.192.in-addr.arpa", "reverse", 400 },
	{ "customer", "shop.example", "EXISTS", 409 },    { "customer", "example", "DNS_ZONE", 400 },
	{ "customer", "a..example", "DNS_ZONE", 400 },    { "customer", "*.example.org", "DNS_ZONE", 400 },
	{ "customer", "a b.example", "DNS_ZONE", 400 },   { "customer", L63 "a.example", "DNS_ZONE", 400 },
};

static void names_that_nobody_may_have(void **state)
{
	struct world *world = *state;

	world_take_name(world, "taken.example");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char body[256];

		snprintf(body, sizeof(body), "{\"name\":\"%s\"}", names[i].name);
		_answer_ answer = ask_as(world, names[i].role, ORG, "CreateZone", body, NULL);

		if (answer.status != names[i].status || strcmp(text_at(&answer, "violations.0.field"), "name") != 0 ||
		    strcmp(text_at(&answer, "violations.0.rule"), names[i].rule) != 0)
			fail_msg("%s: %d %s %s", names[i].name, answer.status, text_at(&answer, "violations.0.field"),
			         text_at(&answer, "violations.0.rule"));
	}
	_answer_ reverse = ask_as(world, "admin", ORG, "CreateZone", "{\"name\":\"2.0.192.in-addr.arpa\"}", NULL);
	assert_int_equal(reverse.status, 200);
	_answer_ node = ask(world, "CreateZone", "{\"name\":\"mine.example\",\"nodeIds\":[\"n1\"]}");
	assert_int_equal(node.status, 403);
}

static void others_see_nothing_of_it(void **state)
{
	static const char *const methods[] = { "GetZone",   "ListDnsRecords", "ListZoneChanges", "ExportZone",
		                               "CheckZone", "GetDnssec",      "DeleteZone",      "UndeleteZone",
		                               "PurgeZone", "RetryZone" };
	struct world *world = *state;
	char body[512];

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		snprintf(body, sizeof(body), "{\"zoneId\":\"%s\"}", zone_id);
		_answer_ answer = ask_as(world, "customer", OTHER_ORG, methods[i], body, NULL);

		if (answer.status != 404)
			fail_msg("%s: %d", methods[i], answer.status);
	}
	snprintf(body, sizeof(body),
	         "{\"zoneId\":\"%s\",\"changes\":[{\"op\":\"add\",\"record\":{\"name\":\"a\",\"type\":\"A\",\"data\":"
	         "\"192.0.2.1\"}}]}",
	         zone_id);
	_answer_ change = ask_as(world, "customer", OTHER_ORG, "ChangeRecords", body, NULL);
	_answer_ plan = ask_as(world, "customer", OTHER_ORG, "PlanRecords", body, NULL);
	assert_int_equal(change.status, 404);
	assert_int_equal(plan.status, 404);
	snprintf(body, sizeof(body), "{\"zoneId\":\"%s\",\"zoneFile\":\"a 300 IN A 192.0.2.1\\n\"}", zone_id);
	_answer_ file = ask_as(world, "customer", OTHER_ORG, "ImportZone", body, NULL);
	assert_int_equal(file.status, 404);
	_answer_ org = ask_as(world, "customer", OTHER_ORG, "CreateZone",
	                      "{\"name\":\"mine.test\",\"organisationId\":\"" ORG "\"}", NULL);
	assert_int_equal(org.status, 404);
	_answer_ managed = ask_as(world, "admin", ORG, "PutManagedRecords", "{}", NULL);
	assert_true(managed.status == 401 || managed.status == 403);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_refused_with_its_field_and_rule),
		cmocka_unit_test(the_service_s_own_records_can_t_be_removed),
		cmocka_unit_test(names_that_nobody_may_have),
		cmocka_unit_test(others_see_nothing_of_it),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
