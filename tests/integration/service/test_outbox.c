/* The outbox's statements against a real PostgreSQL: what taking a round of words reads when there are many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/db/db.h"

#include "postgres.h"
#include "service_sql.h"

static const struct db_query own_queries[] = {
	{ "reads",
	  "select (seq_tup_read + idx_tup_fetch)::bigint from pg_stat_xact_user_tables where relname = 'outbox'" },
	{ NULL, NULL },
};

struct world {
	struct postgres *postgres;
	struct db *db;
};

static int set_up(void **state)
{
	static const struct db_query *const more[] = { own_queries, NULL };
	struct world *world = calloc(1, sizeof(*world));
	struct db_options options = {
		.schema = "web", .queries = service_queries_wide, .more_queries = more, .connections = 1
	};
	struct error err = { 0 };

	world->postgres = postgres_new();
	postgres_psql(world->postgres, "create role web_owner login; create role web login; create role web_wide login;"
	                               "create schema web authorization web_owner");
	if (!db_migrate(postgres_conninfo(world->postgres, "web_owner"), "web", service_migrations, &err))
		fail_msg("%s", err.message);
	options.conninfo = postgres_conninfo(world->postgres, "web_wide");
	if (!db_open(&options, &world->db, &err) || !db_ready(world->db, &err))
		fail_msg("%s", err.message);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	db_free(world->db);
	postgres_free(world->postgres);
	free(world);
	return 0;
}

/* Takes a round of words and puts them back; how many rows were taken, and how many the server looked at. */
static void take(struct world *world, unsigned *ret_taken, int64_t *ret_read)
{
	_cleanup_(rows_freep) struct rows *taken = NULL, *reads = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct error err = { 0 };

	if (!tx_begin(world->db, NULL, &tx, &err) || !tx_run(tx, SERVICE_WIDE_OUTBOX_RELAX, NULL, 0, NULL, &err) ||
	    !tx_run(tx, SERVICE_WIDE_OUTBOX_TAKE, NULL, 0, &taken, &err) ||
	    !tx_run_from(tx, own_queries, 0, NULL, 0, &reads, &err))
		fail_msg("%s", err.message);
	*ret_taken = rows_count(taken);
	*ret_read = rows_int(reads, 0, 0);
}

/* Statements are planned when the outbox is empty; the plan must be as good when it is full. */
static void taking_from_a_full_outbox_reads_little_of_it(void **state)
{
	struct world *world = *state;
	unsigned taken;
	int64_t reads;

	for (int i = 0; i < 8; i++) /* the plan that stays is made at the sixth */
		take(world, &taken, &reads);
	assert_int_equal(taken, 0);
	postgres_psql(world->postgres,
	              "insert into web.outbox (org_id, kind, subject, payload, resource, actor)"
	              " select ('01900000-0000-7000-8000-0000000000' || lpad((n % 32)::text, 2, '0'))::uuid, 'rpc',"
	              "        'rpc.tasks.Enqueue', '', case when n % 2 = 0 then (n / 4)::text else '' end, 'someone'"
	              "   from generate_series(1, 6000) n; analyze web.outbox");
	take(world, &taken, &reads);
	assert_int_equal(taken, 64);
	assert_in_range(reads, 64, 12000);
}

/* Words of one resource leave in their order: a later one isn't taken beside its earlier one. */
static void a_word_waits_for_the_earlier_one_of_its_resource(void **state)
{
	struct world *world = *state;
	unsigned taken;
	int64_t reads;

	postgres_psql(world->postgres,
	              "truncate web.outbox; insert into web.outbox (kind, subject, payload, resource, actor)"
	              " values ('rpc', 'rpc.tasks.Enqueue', '', 'one', 'x'),"
	              "        ('rpc', 'rpc.tasks.Enqueue', '', 'one', 'x'),"
	              "        ('rpc', 'rpc.tasks.Enqueue', '', 'two', 'x'),"
	              "        ('rpc', 'rpc.audit.Append', '', '', 'x'),"
	              "        ('rpc', 'rpc.audit.Append', '', '', 'x')");
	take(world, &taken, &reads);
	assert_int_equal(taken, 4);
	postgres_psql(world->postgres, "update web.outbox set refused = true, next_at = now() + interval '1 hour'"
	                               " where id = (select min(id) from web.outbox)");
	take(world, &taken, &reads);
	assert_int_equal(taken, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taking_from_a_full_outbox_reads_little_of_it),
		cmocka_unit_test(a_word_waits_for_the_earlier_one_of_its_resource),
	};

	return cmocka_run_group_tests_name("service/outbox", tests, set_up, tear_down);
}
