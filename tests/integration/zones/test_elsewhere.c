/* Records of other services in a zone that another provider serves: who answers for it, and what is told while it
 * doesn't. The test writes what the provider's worker would; a responder is its name server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "responder.h"
#include "world.h"

#define ACCOUNT "01900000-0000-7000-8000-0000000000d1"
#define OWNER "01900000-0000-7000-8000-0000000000f1"
#define TXT "_acme-challenge.shop.example."

static struct responder *server;

static int setup(void **state)
{
	struct world *world = world_new();

	server = responder_new(WELL);
	world_psql(world, "insert into dns.dns_accounts (id, org_id, name, kind, sealed, state) values ('" ACCOUNT
	                  "', '" ORG "', 'cloud', 'cloudflare', '', 'active')");
	_answer_ zone = ask(world, "CreateZone", "{\"name\":\"shop.example\",\"accountId\":\"" ACCOUNT "\"}");
	assert_int_equal(zone.status, 200);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	responder_free(server);
	world_free(*state);
	return 0;
}

/* Its one place, as the worker leaves it. */
static void judge(struct world *world, const char *state, const char *message, const char *waits)
{
	char text[512];

	snprintf(text, sizeof(text),
	         "update dns.zone_nodes set state = '%s', message = '%s'; update dns.zones set state = '%s', message = "
	         "'%s'; update dns.provider_zones set message = '%s'",
	         state, message, state, message, waits);
	world_psql(world, text);
}

static void servers(struct world *world, const char *list)
{
	char text[256];

	snprintf(text, sizeof(text), "update dns.provider_zones set name_servers = '%s'", list);
	world_psql(world, text);
}

static struct answer find(struct world *world)
{
	return ask_service(world, "web", "FindZones", "{\"organisationId\":\"" ORG "\",\"names\":[\"" TXT "\"]}");
}

static void its_name_servers_are_the_provider_s(void **state)
{
	struct world *world = *state;
	_answer_ early = find(world);

	assert_string_equal(text_at(&early, "zones.0.zone"), "shop.example");
	assert_int_equal(count_at(&early, "zones.0.nameServers"), 0); /* nobody has asked there yet */
	servers(world, "ada.ns.example bob.ns.example:5300 192.0.2.53 192.0.2.54:5300 [2001:db8::53]:5300");
	_answer_ found = find(world);
	assert_int_equal(count_at(&found, "zones.0.nameServers"), 5);
	assert_string_equal(text_at(&found, "zones.0.nameServers.0"), "ada.ns.example.");
	assert_string_equal(text_at(&found, "zones.0.nameServers.1"), "bob.ns.example.");
	assert_string_equal(text_at(&found, "zones.0.nameServers.2"), "192.0.2.53");
	assert_string_equal(text_at(&found, "zones.0.nameServers.3"), "192.0.2.54");
	assert_string_equal(text_at(&found, "zones.0.nameServers.4"), "2001:db8::53");
}

static struct answer put(struct world *world, const char *type, const char *data, unsigned version)
{
	char body[512];

	snprintf(body, sizeof(body),
	         "{\"ownerKind\":\"acme\",\"ownerId\":\"" OWNER "\",\"organisationId\":\"" ORG
	         "\",\"version\":\"%u\",\"records\":[{\"name\":\"" TXT "\",\"type\":\"%s\",\"data\":\"%s\"}]}",
	         version, type, data);
	return ask_service(world, "web", "PutManagedRecords", body);
}

static struct answer look(struct world *world)
{
	return ask_service(world, "web", "GetManagedRecords",
	                   "{\"ownerKind\":\"acme\",\"ownerId\":\"" OWNER "\",\"ask\":true}");
}

static bool is(const struct answer *answer, const char *flag)
{
	return json_is_true(json_object_get(json_array_get(json_object_get(answer->json, "records"), 0), flag));
}

static void what_it_waits_for_is_told_and_what_failed_is_a_failure(void **state)
{
	struct world *world = *state;
	_answer_ first = put(world, "TXT", "value", 1);

	assert_int_equal(first.status, 200);
	assert_true(is(&first, "inStep"));
	assert_string_equal(text_at(&first, "records.0.message"), "");
	judge(world, "pending", "", "Cloudflare: HTTP 500");
	_answer_ waits = look(world);
	assert_string_equal(text_at(&waits, "records.0.message"), "Cloudflare: HTTP 500");
	assert_false(is(&waits, "failed") || is(&waits, "served") || is(&waits, "shown"));
	judge(world, "failed", "cloud: the token is no good", "the token is no good");
	_answer_ failed = look(world);
	assert_string_equal(text_at(&failed, "records.0.message"), "cloud: the token is no good");
	assert_true(is(&failed, "failed"));
	assert_false(is(&failed, "served") || is(&failed, "shown"));
	judge(world, "active", "", "2 sets of records were changed by others");
	_answer_ active = look(world);
	assert_string_equal(text_at(&active, "records.0.message"), ""); /* which is no word about this record */
	assert_true(is(&active, "served"));
}

/* The responder has an A record of every name, and nothing else. */
static void the_provider_s_name_servers_are_asked_all_of_them(void **state)
{
	struct world *world = *state;
	_cleanup_(responder_freep) struct responder *silent = responder_new(REFUSED);
	char list[128];
	_answer_ other = put(world, "A", "192.0.2.2", 2);

	assert_int_equal(other.status, 200);
	snprintf(list, sizeof(list), "127.0.0.1:%u", responder_port(server));
	servers(world, list);
	judge(world, "active", "", "");
	_answer_ differs = look(world);
	assert_true(is(&differs, "served"));
	assert_false(is(&differs, "shown"));
	_answer_ good = put(world, "A", "192.0.2.1", 3);
	assert_int_equal(good.status, 200);
	judge(world, "active", "", "");
	_answer_ shown = look(world);
	assert_true(is(&shown, "shown"));
	snprintf(list, sizeof(list), "127.0.0.1:%u 127.0.0.1:%u", responder_port(server), responder_port(silent));
	servers(world, list);
	_answer_ half = look(world);
	assert_false(is(&half, "shown"));
	servers(world, "10.0.0.1:53"); /* where nobody is sent by a customer's word */
	_answer_ inner = look(world);
	assert_false(is(&inner, "shown"));
	servers(world, "");
	_answer_ none = look(world);
	assert_false(is(&none, "shown"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_name_servers_are_the_provider_s),
		cmocka_unit_test(what_it_waits_for_is_told_and_what_failed_is_a_failure),
		cmocka_unit_test(the_provider_s_name_servers_are_asked_all_of_them),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
