/* Signed zones: keys that only their nodes can read, what the registrar is told, one key after another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* The one record of a type at the zone's name, as servers are to have it; "": none. */
static const char *apex_data(const Stralix__V1__ZoneState *state, const char *type)
{
	for (size_t i = 0; i < state->n_sets; i++)
		if (strcmp(state->sets[i]->type, type) == 0 && strcmp(state->sets[i]->name, "shop.example.") == 0) {
			assert_int_equal(state->sets[i]->n_data, 1);
			return state->sets[i]->data[0];
		}
	return "";
}

/* What the zone's newest task says to the zone above. */
static void says_above(struct world *world, const char *cds, const char *cdnskey)
{
	Stralix__V1__ZoneState *state = task_state(task_at(world, task_count(world) - 1));

	assert_string_equal(apex_data(state, "CDS"), cds);
	assert_string_equal(apex_data(state, "CDNSKEY"), cdnskey);
	protobuf_c_message_free_unpacked(&state->base, NULL);
}

static void an_unsigned_zone_is_off(void **state)
{
	struct world *world = *state;
	_answer_ off = ask(world, "GetDnssec", body);
	_answer_ no = ask(world, "DisableDnssec", body);
	_answer_ roll = ask(world, "RolloverDnssec", body);

	assert_string_equal(text_at(&off, "dnssec.state"), "off");
	assert_int_equal(no.status, 409);
	assert_int_equal(roll.status, 409);
}

static void each_node_gets_the_key_in_its_own_box(void **state)
{
	struct world *world = *state;
	unsigned before = task_count(world);
	_answer_ on = ask(world, "EnableDnssec", body);

	assert_int_equal(on.status, 200);
	assert_int_equal(count_at(&on, "taskIds"), 2);
	task_wait(world, before + 2);

	const struct task *first = task_of(world, before, "n1"), *second = task_of(world, before, "n2");
	Stralix__V1__ZoneState *a = task_state(first), *b = task_state(second);

	assert_int_equal(a->n_keys, 1);
	assert_int_equal(b->n_keys, 1);
	assert_int_equal(a->keys[0]->flags, 257);
	assert_int_equal(a->keys[0]->algorithm, 13);
	assert_true(a->keys[0]->active && a->keys[0]->published);
	_cleanup_free_ char *mine = open_box(world, "n1", first->resource, &a->keys[0]->sealed);
	_cleanup_free_ char *theirs = open_box(world, "n2", second->resource, &b->keys[0]->sealed);

	assert_non_null(mine);
	assert_non_null(theirs);
	assert_string_equal(mine, theirs);
	assert_non_null(strstr(mine, "Algorithm: 13 (ECDSAP256SHA256)\nPrivateKey: "));
	assert_null(open_box(world, "n2", first->resource, &a->keys[0]->sealed));  /* another node */
	assert_null(open_box(world, "n1", second->resource, &a->keys[0]->sealed)); /* another resource */
	world_psql(world, "do $$ begin assert not exists (select from dns.outbox where position('PrivateKey' in"
	                  " encode(payload, 'escape')) > 0); end $$");
	protobuf_c_message_free_unpacked(&a->base, NULL);
	protobuf_c_message_free_unpacked(&b->base, NULL);

	_answer_ shown = ask(world, "GetDnssec", body);
	assert_string_equal(text_at(&shown, "dnssec.state"), "unpublished");
	assert_int_equal(count_at(&shown, "dnssec.keys"), 1);
	assert_non_null(strstr(text_at(&shown, "dnssec.ds.0"), " 13 2 "));
	assert_true(strncmp(text_at(&shown, "dnssec.keys.0.dnskey"), "257 3 13 ", 9) == 0);
	says_above(world, text_at(&shown, "dnssec.ds.0"), text_at(&shown, "dnssec.keys.0.dnskey"));
	assert_string_equal(text_at(&shown, "dnssec.cds.0"), text_at(&shown, "dnssec.ds.0"));
	char *text = json_dumps(shown.json, 0);
	assert_non_null(text);
	assert_null(strstr(text, "Private"));
	free(text);
	_answer_ zone = ask(world, "GetZone", body);
	assert_string_equal(text_at(&zone, "zone.dnssec"), "signed");
	_answer_ twice = ask(world, "EnableDnssec", body);
	assert_int_equal(twice.status, 409);
}

static void a_new_key_signs_beside_the_old_one_first(void **state)
{
	struct world *world = *state;
	unsigned before = task_count(world);
	_answer_ old = ask(world, "GetDnssec", body);
	_answer_ roll = ask(world, "RolloverDnssec", body);

	assert_int_equal(roll.status, 200);
	task_wait(world, before + 2);

	Stralix__V1__ZoneState *both = task_state(task_at(world, before));

	assert_int_equal(both->n_keys, 2);
	protobuf_c_message_free_unpacked(&both->base, NULL);
	_answer_ rolling = ask(world, "GetDnssec", body);
	assert_string_equal(text_at(&rolling, "dnssec.state"), "rolling");
	assert_string_not_equal(text_at(&rolling, "dnssec.ds.0"), text_at(&old, "dnssec.ds.0"));
	assert_string_equal(text_at(&rolling, "dnssec.keys.0.state"), "retired");
	says_above(world, text_at(&old, "dnssec.ds.0"),
	           text_at(&old, "dnssec.keys.0.dnskey")); /* caches know that one */
	world_psql(world, "update dns.keys set announce_at = now() where announce_at is not null");
	task_wait(world, before + 4); /* the janitor's */
	says_above(world, text_at(&rolling, "dnssec.ds.0"), text_at(&rolling, "dnssec.keys.1.dnskey"));
	_answer_ early = ask(world, "RolloverDnssec", body);
	assert_int_equal(early.status, 409);
	_answer_ forced = ask_format(world, "RolloverDnssec", "{\"zoneId\":\"%s\",\"force\":true}", zone_id);
	assert_int_equal(forced.status, 200);
	task_wait(world, before + 6);
	says_above(world, text_at(&rolling, "dnssec.ds.0"), text_at(&rolling, "dnssec.keys.1.dnskey"));
	_answer_ rolled = ask(world, "GetDnssec", body);
	assert_int_equal(count_at(&rolled, "dnssec.keys"), 1);
	assert_string_equal(text_at(&rolled, "dnssec.ds.0"), text_at(&rolling, "dnssec.ds.0"));
}

static void leaving_is_said_above_and_can_be_taken_back(void **state)
{
	struct world *world = *state;
	unsigned before = task_count(world);
	_answer_ leave = ask_format(world, "DisableDnssec", "{\"zoneId\":\"%s\",\"announce\":true}", zone_id);

	assert_int_equal(leave.status, 200);
	task_wait(world, before + 2);
	says_above(world, "0 0 0 00", "0 3 0 AA==");
	_answer_ leaving = ask(world, "GetDnssec", body);
	assert_string_equal(text_at(&leaving, "dnssec.state"), "leaving");
	assert_string_equal(text_at(&leaving, "dnssec.cds.0"), "0 0 0 00");
	assert_int_equal(count_at(&leaving, "dnssec.keys"), 1);
	_answer_ roll = ask(world, "RolloverDnssec", body);
	assert_int_equal(roll.status, 409);
	_answer_ stay = ask(world, "EnableDnssec", body);
	assert_int_equal(stay.status, 200);
	task_wait(world, before + 4);
	_answer_ stays = ask(world, "GetDnssec", body);
	assert_string_equal(text_at(&stays, "dnssec.state"), "unpublished");
	says_above(world, text_at(&stays, "dnssec.ds.0"), text_at(&stays, "dnssec.keys.0.dnskey"));
}

static void switching_off_asks_the_parent_first(void **state)
{
	struct world *world = *state;
	unsigned before = task_count(world);
	_answer_ no = ask(world, "DisableDnssec", body); /* nobody can be asked here */
	_answer_ forced = ask_format(world, "DisableDnssec", "{\"zoneId\":\"%s\",\"force\":true}", zone_id);

	assert_int_equal(no.status, 409);
	assert_int_equal(forced.status, 200);

	Stralix__V1__ZoneState *none = task_state(task_wait(world, before + 2));

	assert_int_equal(none->n_keys, 0);
	assert_string_equal(apex_data(none, "CDS"), "");
	protobuf_c_message_free_unpacked(&none->base, NULL);
	_answer_ off = ask(world, "GetDnssec", body);
	assert_string_equal(text_at(&off, "dnssec.state"), "off");
}

/* Waits for a node's task of a zone's nth generation. */
static const struct task *task_with(struct world *world, const char *node, const char *zone, unsigned long long n)
{
	for (unsigned i = 0;; i++) {
		const struct task *task = (task_wait(world, i + 1), task_at(world, i));

		if (strcmp(task->node, node) == 0 && strcmp(task->name, zone) == 0 && task->n == n)
			return task;
	}
}

/* Its key is sealed to one node and opened by nobody else: the other one comes with the next key. */
static void a_second_node_comes_with_the_next_key(void **state)
{
	struct world *world = *state;
	char id[80], plain[64];

	world_nodes(world, 1);
	_answer_ made = ask(world, "CreateZone", "{\"name\":\"lonely.example\"}");
	snprintf(plain, sizeof(plain), "{\"zoneId\":\"%s\"}", text_at(&made, "zone.id"));
	_answer_ on = ask(world, "EnableDnssec", plain);
	assert_int_equal(count_at(&on, "taskIds"), 1);
	world_nodes(world, 2);
	_answer_ roll = ask(world, "RolloverDnssec", plain);
	assert_int_equal(count_at(&roll, "taskIds"), 1);
	_answer_ meanwhile = ask(world, "GetZone", plain);
	assert_int_equal(count_at(&meanwhile, "zone.servers"), 1);
	snprintf(id, sizeof(id), "{\"zoneId\":\"%s\",\"force\":true}", text_at(&made, "zone.id"));
	_answer_ rolled = ask(world, "RolloverDnssec", id);
	assert_int_equal(count_at(&rolled, "taskIds"), 2);

	const struct task *first = task_with(world, "n1", "lonely.example", 4);
	const struct task *second = task_with(world, "n2", "lonely.example", 4);
	Stralix__V1__ZoneState *a = task_state(first), *b = task_state(second);

	assert_int_equal(a->n_keys, 1);
	assert_int_equal(b->n_keys, 1);
	assert_string_equal(a->keys[0]->id, b->keys[0]->id);
	_cleanup_free_ char *mine = open_box(world, "n1", first->resource, &a->keys[0]->sealed);
	_cleanup_free_ char *theirs = open_box(world, "n2", second->resource, &b->keys[0]->sealed);
	assert_non_null(mine);
	assert_non_null(theirs);
	assert_string_equal(mine, theirs);
	protobuf_c_message_free_unpacked(&a->base, NULL);
	protobuf_c_message_free_unpacked(&b->base, NULL);
	_answer_ after = ask(world, "GetZone", plain);
	assert_int_equal(count_at(&after, "zone.servers"), 2);
}

/* One that is gone by then doesn't join; the key goes its way all the same. */
static void an_awaited_node_that_is_gone_is_waited_for_no_more(void **state)
{
	struct world *world = *state;
	char id[80];

	world_nodes(world, 1);
	_answer_ made = ask(world, "CreateZone", "{\"name\":\"lonelier.example\"}");
	snprintf(id, sizeof(id), "{\"zoneId\":\"%s\",\"force\":true}", text_at(&made, "zone.id"));
	_answer_ on = ask_format(world, "EnableDnssec", "{\"zoneId\":\"%s\"}", text_at(&made, "zone.id"));
	assert_int_equal(on.status, 200);
	world_nodes(world, 2);
	_answer_ roll = ask(world, "RolloverDnssec", id);
	assert_int_equal(roll.status, 200);
	world_nodes(world, 1);
	_answer_ rolled = ask(world, "RolloverDnssec", id);
	assert_int_equal(rolled.status, 200);
	assert_int_equal(count_at(&rolled, "taskIds"), 1);
	world_nodes(world, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unsigned_zone_is_off),
		cmocka_unit_test(each_node_gets_the_key_in_its_own_box),
		cmocka_unit_test(a_new_key_signs_beside_the_old_one_first),
		cmocka_unit_test(leaving_is_said_above_and_can_be_taken_back),
		cmocka_unit_test(switching_off_asks_the_parent_first),
		cmocka_unit_test(a_second_node_comes_with_the_next_key),
		cmocka_unit_test(an_awaited_node_that_is_gone_is_waited_for_no_more),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
