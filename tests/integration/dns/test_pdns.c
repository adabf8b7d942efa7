/*
 * A real PowerDNS takes every record in our spelling, over its API and as a zone file, and gives it back in the same
 * one; and it answers dns_ask with it.
 */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/dns/query.h"
#include "lib/dns/rdata.h"
#include "lib/dns/zonefile.h"

#include "pdns.h"

#define ZONE "shop.example."
#define ZONE_PATH "/zones/" ZONE

enum { WAIT_MS = 20000, ASK_ARENA_MAX = 1 << 20 };

struct world {
	struct arena *arena;
	struct pdns *pdns;
	struct zonefile zone;
};

static struct zonefile read_zone(const char *text, size_t size, struct arena *arena)
{
	struct zonefile file;

	if (!zonefile_read(text, size, ZONE, 3600, arena, &file))
		fail_msg("line %u: %s: %s", file.faults[0].line, file.faults[0].member, file.faults[0].words);
	dns_sort(file.records, file.n);
	return file;
}

static void assert_same(const struct zonefile *a, const struct zonefile *b)
{
	struct dns_difference one;
	size_t n = dns_diff(a->records, a->n, b->records, b->n, &one, 1);

	if (n)
		fail_msg("%zu differences: '%s', '%s'", n, one.before.n ? one.before.records->data : "",
		         one.after.n ? one.after.records->data : "");
}

static size_t set_size(const struct zonefile *zone, size_t i)
{
	size_t n = 1;

	while (i + n < zone->n && dns_same_set(&zone->records[i], &zone->records[i + n]))
		n++;
	return n;
}

/* The sets as PowerDNS has them in JSON. */
static char *zone_body(const struct zonefile *zone)
{
	json_t *sets = json_array(), *body;
	char *text;

	for (size_t i = 0, n; i < zone->n; i += n) {
		const struct dns_record *first = &zone->records[i];
		json_t *records = json_array();

		n = set_size(zone, i);
		for (size_t j = 0; j < n; j++)
			json_array_append_new(records,
			                      json_pack("{s:s, s:b}", "content", first[j].data, "disabled", 0));
		json_array_append_new(sets, json_pack("{s:s, s:s, s:I, s:o}", "name", first->name, "type",
		                                      dns_type_name(first->type), "ttl", (json_int_t)first->ttl,
		                                      "records", records));
	}
	body = json_pack("{s:s, s:s, s:[], s:s, s:o}", "name", ZONE, "kind", "Native", "nameservers", "soa_edit_api",
	                 "", "rrsets", sets);
	text = json_dumps(body, 0);
	json_decref(body);
	assert_non_null(text);
	return text;
}

static void the_api_takes_every_record_as_it_is(void **state)
{
	struct world *world = *state;
	_cleanup_free_ char *body = zone_body(&world->zone);
	_cleanup_buf_ struct buf made = { 0 }, got = { 0 };
	size_t found = 0;

	if (pdns_api(world->pdns, "POST", "/zones", body, &made) != 201)
		fail_msg("%s", made.data);
	assert_int_equal(pdns_api(world->pdns, "GET", ZONE_PATH, NULL, &got), 200);
	json_t *zone = json_loads(got.data, 0, NULL), *set, *record;
	size_t i, j;
	json_array_foreach(json_object_get(zone, "rrsets"), i, set)
	{
		json_array_foreach(json_object_get(set, "records"), j, record)
		{
			const char *data = json_string_value(json_object_get(record, "content"));
			size_t k = 0;

			while (k < world->zone.n && strcmp(world->zone.records[k].data, data) != 0)
				k++;
			if (k == world->zone.n)
				fail_msg("'%s' isn't what was said", data);
			found++;
		}
	}
	json_decref(zone);
	assert_int_equal(found, world->zone.n);
}

static void our_zone_file_is_theirs(void **state)
{
	struct world *world = *state;
	_cleanup_(arena_freep) struct arena *arena = arena_new(ZONEFILE_ARENA);
	_cleanup_buf_ struct buf text = { 0 }, said = { 0 }, list = { 0 };
	struct zonefile back;

	zonefile_write(world->zone.records, world->zone.n, ZONE, arena, &text);
	const char *path = pdns_file(world->pdns, "zone", text.data);
	if (pdns_util(world->pdns, (const char *const[]){ "load-zone", ZONE, path, NULL }, &said) != 0)
		fail_msg("%s", said.data);
	assert_int_equal(pdns_util(world->pdns, (const char *const[]){ "list-zone", ZONE, NULL }, &list), 0);
	back = read_zone(list.data, list.size, arena);
	assert_same(&world->zone, &back);
}

/* The set that the server answers with. */
static void check_answer(struct world *world, const struct dns_record *records, size_t n)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ASK_ARENA_MAX);
	struct dns_answer answer;
	struct error err = { 0 };

	if (!dns_ask("127.0.0.1", pdns_port(world->pdns), records->name, records->type, false,
	             clock_unix_ms() + WAIT_MS, arena, &answer, &err))
		fail_msg("%s %s: %s", records->name, dns_type_name(records->type), err.message);
	assert_int_equal(answer.rcode, 0);
	assert_true(answer.authoritative);
	dns_sort(answer.records, answer.n);
	assert_int_equal(answer.n, n);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(answer.records[i].name, records[i].name);
		assert_int_equal(answer.records[i].ttl, records[i].ttl);
		assert_string_equal(answer.records[i].data, records[i].data);
	}
}

static void every_answer_has_our_spelling(void **state)
{
	static const enum dns_type types[] = { DNS_A, DNS_AAAA, DNS_TXT, DNS_MX, DNS_CAA, DNS_PTR, DNS_SOA, DNS_CNAME };
	struct world *world = *state;
	unsigned asked = 0;

	for (size_t i = 0, n; i < world->zone.n; i += n) {
		const struct dns_record *first = &world->zone.records[i];

		n = set_size(&world->zone, i);
		for (size_t j = 0; j < ARRAY_SIZE(types); j++)
			/* What is below a delegation isn't answered. */
			if (types[j] == first->type && strcmp(first->name, "ns.sub." ZONE) != 0) {
				check_answer(world, first, n);
				asked++;
			}
	}
	assert_true(asked > ARRAY_SIZE(types));
}

static void what_is_not_there(void **state)
{
	struct world *world = *state;
	_cleanup_(arena_freep) struct arena *arena = arena_new(ASK_ARENA_MAX);
	int64_t until = clock_unix_ms() + WAIT_MS;
	uint16_t port = pdns_port(world->pdns);
	struct dns_answer answer;
	struct error err = { 0 };
	uint32_t serial = 0;

	assert_true(dns_ask("127.0.0.1", port, "nothing." ZONE, DNS_A, false, until, arena, &answer, &err));
	assert_int_equal(answer.rcode, 3);
	assert_true(dns_ask("127.0.0.1", port, "mail." ZONE, DNS_TXT, false, until, arena, &answer, &err));
	assert_int_equal(answer.rcode, 0);
	assert_int_equal(answer.n, 0);
	assert_true(dns_ask("127.0.0.1", port, "other.example.", DNS_A, false, until, arena, &answer, &err));
	assert_int_equal(answer.rcode, 5);
	assert_true(dns_ask_serial("127.0.0.1", port, "shop.example", until, &serial, &err));
	assert_int_equal(serial, UINT32_MAX);
	assert_false(dns_ask_serial("127.0.0.1", port, "mail.shop.example", until, &serial, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_false(dns_ask_serial("127.0.0.1", port, "other.example", until, &serial, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

static int set_up(void **state)
{
	static struct world world;
	_cleanup_buf_ struct buf text = { 0 };
	const char *path = getenv("STRALIX_ZONE");
	FILE *file = path ? fopen(path, "re") : NULL;
	char chunk[4096];
	size_t n;

	assert_non_null(file);
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_add(&text, chunk, n);
	fclose(file);
	world.arena = arena_new(ZONEFILE_ARENA);
	world.zone = read_zone(text.data, text.size, world.arena);
	world.pdns = pdns_new();
	*state = &world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	pdns_free(world->pdns);
	arena_free(world->arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_api_takes_every_record_as_it_is),
		cmocka_unit_test(our_zone_file_is_theirs),
		cmocka_unit_test(every_answer_has_our_spelling),
		cmocka_unit_test(what_is_not_there),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
