/* Secondaries: name servers outside that may transfer a zone, each with a key that only its nodes can read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

static char zone_id[40], body[64];

static int setup(void **state)
{
	struct world *world = world_new();
	_answer_ answer = ask(world, "CreateZone", "{\"name\":\"shop.example\"}");

	snprintf(zone_id, sizeof(zone_id), "%s", text_at(&answer, "zone.id"));
	snprintf(body, sizeof(body), "{\"zoneId\":\"%s\"}", zone_id);
	task_wait(world, 2);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

/* AddSecondary with members besides the zone. */
static struct answer add(struct world *world, const char *members)
{
	return ask_format(world, "AddSecondary", "{\"zoneId\":\"%s\",%s}", zone_id, members);
}

static bool has_server(const Stralix__V1__ZoneState *state, const char *name)
{
	for (size_t i = 0; i < state->n_sets; i++)
		for (size_t j = 0; strcmp(state->sets[i]->type, "NS") == 0 && j < state->sets[i]->n_data; j++)
			if (strcmp(state->sets[i]->data[j], name) == 0)
				return true;
	return false;
}

static void one_gets_a_key_that_is_shown_once(void **state)
{
	struct world *world = *state;
	unsigned before = task_count(world);
	_answer_ made = add(world, "\"address\":\"192.0.2.53\",\"notify\":true,\"nameServer\":\"ns9.other.example\"");

	assert_int_equal(made.status, 200);
	assert_int_equal(strlen(text_at(&made, "tsigSecret")), 44);
	assert_int_equal(number_at(&made, "secondary.port"), 53);
	task_wait(world, before + 2);

	const struct task *first = task_of(world, before, "n1"), *second = task_of(world, before, "n2");
	Stralix__V1__ZoneState *a = task_state(first), *b = task_state(second);

	assert_int_equal(a->n_secondaries, 1);
	assert_int_equal(b->n_secondaries, 1);
	assert_string_equal(a->secondaries[0]->address, "192.0.2.53");
	assert_true(a->secondaries[0]->notify);
	assert_true(has_server(a, "ns9.other.example."));
	assert_true(has_server(a, "ns1.panel.example."));
	assert_string_equal(a->secondaries[0]->tsig_algorithm, "hmac-sha256");
	_cleanup_free_ char *mine = open_box(world, "n1", first->resource, &a->secondaries[0]->sealed_secret);
	_cleanup_free_ char *theirs = open_box(world, "n2", second->resource, &b->secondaries[0]->sealed_secret);

	assert_non_null(mine);
	assert_non_null(theirs);
	assert_string_equal(mine, text_at(&made, "tsigSecret"));
	assert_string_equal(theirs, mine);
	assert_null(open_box(world, "n2", first->resource, &a->secondaries[0]->sealed_secret));
	protobuf_c_message_free_unpacked(&a->base, NULL);
	protobuf_c_message_free_unpacked(&b->base, NULL);

	_answer_ list = ask(world, "ListSecondaries", body);
	assert_int_equal(count_at(&list, "secondaries"), 1);
	assert_string_equal(text_at(&list, "secondaries.0.nameServer"), "ns9.other.example");
	assert_non_null(strstr(text_at(&list, "secondaries.0.tsigName"), ".shop.example"));
	char *text = json_dumps(list.json, 0);
	assert_null(strstr(text, mine));
	free(text);
	_answer_ history = ask(world, "ListZoneChanges", body);
	assert_string_equal(text_at(&history, "changes.0.kind"), "secondaries");
	assert_string_equal(text_at(&history, "changes.0.note"), "192.0.2.53 may transfer it");
}

/* Neither rows nor what goes out of the service hold it. */
static void a_secret_stands_nowhere(void **state)
{
	struct world *world = *state;
	_answer_ made =
		add(world, "\"address\":\"192.0.2.54\",\"tsigSecret\":\"c2VjcmV0c2VjcmV0c2VjcmV0\",\"tsigName\":"
	                   "\"transfer.other.example\",\"tsigAlgorithm\":\"hmac-sha512\"");

	assert_int_equal(made.status, 200);
	assert_string_equal(text_at(&made, "tsigSecret"), "");
	assert_string_equal(text_at(&made, "secondary.tsigName"), "transfer.other.example");
	world_psql(world, "do $$ begin assert not exists (select from dns.outbox where position('c2VjcmV0' in"
	                  " encode(payload, 'escape')) > 0); assert not exists (select from dns.secondary_boxes where"
	                  " position('c2VjcmV0' in encode(sealed, 'escape')) > 0); end $$");
}

static void what_is_wrong_is_said_by_field(void **state)
{
	static const struct {
		const char *members, *field;
		int status;
	} wrong[] = {
		{ "\"address\":\"127.0.0.1\"", "address", 400 },
		{ "\"address\":\"169.254.169.254\"", "address", 400 },
		{ "\"address\":\"fe80::1\"", "address", 400 },
		{ "\"address\":\"::ffff:127.0.0.1\"", "address", 400 },
		{ "\"address\":\"224.0.0.1\",\"port\":80", "address", 400 },
		{ "\"address\":\"ns.other.example\"", "address", 400 },
		{ "\"address\":\"192.0.2.53\"", "address", 409 },
		{ "\"address\":\"192.0.2.60\",\"port\":70000", "port", 400 },
		{ "\"address\":\"192.0.2.60\",\"tsigAlgorithm\":\"hmac-md5\"", "tsigAlgorithm", 400 },
		{ "\"address\":\"192.0.2.60\",\"tsigSecret\":\"c2hvcnQ=\"", "tsigSecret", 400 },
		{ "\"address\":\"192.0.2.60\",\"tsigSecret\":\"not base64 at all!!\"", "tsigSecret", 400 },
		{ "\"address\":\"192.0.2.60\",\"tsigName\":\"transfer.other.example\"", "tsigName", 409 },
		{ "\"address\":\"192.0.2.60\",\"nameServer\":\"a b\"", "nameServer", 400 },
	};
	struct world *world = *state;
	unsigned before = task_count(world);

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		_answer_ answer = add(world, wrong[i].members);

		if (answer.status != wrong[i].status)
			fail_msg("%s: %d", wrong[i].members, answer.status);
		assert_string_equal(text_at(&answer, "violations.0.field"), wrong[i].field);
	}
	assert_int_equal(task_count(world), before);
}

static void others_see_none(void **state)
{
	struct world *world = *state;
	char add_body[160];

	snprintf(add_body, sizeof(add_body), "{\"zoneId\":\"%s\",\"address\":\"192.0.2.70\"}", zone_id);
	_answer_ list = ask_as(world, "customer", OTHER_ORG, "ListSecondaries", body, NULL);
	_answer_ made = ask_as(world, "customer", OTHER_ORG, "AddSecondary", add_body, NULL);

	assert_int_equal(list.status, 404);
	assert_int_equal(made.status, 404);
}

static void a_check_asks_them_too(void **state)
{
	struct world *world = *state;
	_answer_ check = ask(world, "CheckZone", body);

	assert_int_equal(check.status, 200);
	assert_int_equal(count_at(&check, "secondaries"), 2);
	assert_string_equal(text_at(&check, "secondaries.0.address"), "192.0.2.53");
	assert_string_not_equal(text_at(&check, "secondaries.0.message"), "");
}

/* Its secrets are sealed to the nodes that there are. */
static void one_taken_away_is_known_no_more(void **state)
{
	struct world *world = *state;
	_answer_ list = ask(world, "ListSecondaries", body);
	unsigned before = task_count(world);
	_answer_ gone = ask_format(world, "RemoveSecondary", "{\"zoneId\":\"%s\",\"secondaryId\":\"%s\"}", zone_id,
	                           text_at(&list, "secondaries.0.id"));
	_answer_ again = ask_format(world, "RemoveSecondary", "{\"zoneId\":\"%s\",\"secondaryId\":\"%s\"}", zone_id,
	                            text_at(&list, "secondaries.0.id"));

	assert_int_equal(gone.status, 200);
	assert_int_equal(again.status, 404);

	Stralix__V1__ZoneState *rest = task_state(task_wait(world, before + 2));

	assert_int_equal(rest->n_secondaries, 1);
	assert_string_equal(rest->secondaries[0]->tsig_name, "transfer.other.example.");
	assert_false(has_server(rest, "ns9.other.example."));
	protobuf_c_message_free_unpacked(&rest->base, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_gets_a_key_that_is_shown_once),
		cmocka_unit_test(a_secret_stands_nowhere),
		cmocka_unit_test(what_is_wrong_is_said_by_field),
		cmocka_unit_test(others_see_none),
		cmocka_unit_test(a_check_asks_them_too),
		cmocka_unit_test(one_taken_away_is_known_no_more),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
