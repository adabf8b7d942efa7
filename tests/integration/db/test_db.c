/* test_db: pool, transactions, row security and migrations against a private PostgreSQL. */

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/db/db.h"

#include "postgres.h"
#include "shop_sql.h"

static const struct uuid org_a = { { 0xA } }, org_b = { { 0xB } };

static const char roles[] =
	"create role shop_owner login; create role shop login; create role shop_wide login; "
	"create schema shop authorization shop_owner; grant usage on schema shop to shop, shop_wide";

static int setup(void **state)
{
	struct postgres *postgres = postgres_new();
	struct error err = { 0 };

	postgres_psql(postgres, roles);
	if (!db_migrate(postgres_conninfo(postgres, "shop_owner"), "shop", shop_migrations, &err)) {
		print_error("%s\n", err.message);
		return -1;
	}
	*state = postgres;
	return 0;
}

static int teardown(void **state)
{
	postgres_free(*state);
	return 0;
}

static struct db *open_db(void **state, unsigned connections)
{
	struct db_options options = { .schema = "shop", .queries = shop_queries, .connections = connections };
	struct db *db = NULL;
	struct error err = { 0 };

	options.statement_timeout_ms = 300;
	options.conninfo = postgres_conninfo(*state, "shop");
	if (!db_open(&options, &db, &err))
		fail_msg("%s", err.message);
	return db;
}

static struct tx *begin(struct db *db, const struct uuid *org)
{
	struct error err = { 0 };
	struct tx *tx = NULL;

	if (!tx_begin(db, org, &tx, &err))
		fail_msg("%s", err.message);
	return tx;
}

static bool insert(struct tx *tx, const struct uuid *org, const char *name, struct error *err)
{
	struct uuid id = uuid_v7();

	return TX_RUN(tx, SHOP_ITEM_INSERT, NULL, err, DB_UUID(&id), DB_UUID(org), DB_TEXT(name), DB_INT(1), DB_NULL);
}

static void add(struct db *db, const struct uuid *org, const char *name)
{
	_cleanup_(tx_freep) struct tx *tx = begin(db, org);
	struct error err = { 0 };

	if (!insert(tx, org, name, &err) || !tx_commit(&tx, &err))
		fail_msg("%s", err.message);
}

static unsigned count_in(struct tx *tx)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct error err = { 0 };

	if (!tx_run(tx, SHOP_ITEM_LIST, NULL, 0, &rows, &err))
		fail_msg("%s", err.message);
	return rows_count(rows);
}

static unsigned count(struct db *db, const struct uuid *org)
{
	_cleanup_(tx_freep) struct tx *tx = begin(db, org);

	return count_in(tx);
}

static void rows_of_other_organisations_are_invisible(void **state)
{
	_cleanup_(db_freep) struct db *db = open_db(state, 2);
	struct error err = { 0 };
	struct tx *tx;

	add(db, &org_a, "a1");
	add(db, &org_a, "a2");
	add(db, &org_b, "b1");
	assert_int_equal(count(db, &org_a), 2);
	assert_int_equal(count(db, &org_b), 1);
	assert_int_equal(count(db, NULL), 0);
	tx = begin(db, &org_a);
	assert_false(insert(tx, &org_b, "smuggled", &err));
	assert_int_equal(err.code, ERR_INTERNAL);
	tx_free(tx);
	tx = begin(db, NULL);
	assert_true(tx_set_org(tx, &org_b, &err));
	assert_true(insert(tx, &org_b, "b2", &err));
	tx_free(tx); /* rolled back */
	assert_int_equal(count(db, &org_b), 1);
}

static unsigned read_items(struct db *db, const struct uuid *org)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct error err = { 0 };

	if (!db_run(db, org, SHOP_ITEM_LIST, NULL, 0, &rows, &err))
		fail_msg("%s", err.message);
	return rows_count(rows);
}

static void a_read_of_one_statement_is_a_transaction_of_its_own(void **state)
{
	_cleanup_(db_freep) struct db *db = open_db(state, 1);
	_cleanup_(rows_freep) struct rows *none = NULL;
	struct error err = { 0 };

	assert_int_equal(read_items(db, &org_a), 2);
	assert_int_equal(read_items(db, NULL), 0); /* the organisation of the call before is forgotten */
	assert_int_equal(read_items(db, &org_b), 1);
	assert_int_equal(count(db, NULL), 0);

	assert_false(DB_RUN(db, &org_a, SHOP_SLEEP, &none, &err, DB_TEXT("10")));
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_false(DB_RUN(db, NULL, SHOP_SLEEP, &none, &err, DB_TEXT("nonsense")));
	assert_false(db_run(db, NULL, SHOP_QUERIES, NULL, 0, &none, &err));
	assert_null(none);
	assert_int_equal(read_items(db, &org_a), 2); /* the connection is in order after a failure */

	postgres_psql(*state, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'shop'");
	assert_int_equal(read_items(db, &org_a), 2);
	postgres_psql(*state, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'shop'");
	assert_int_equal(read_items(db, NULL), 0);
}

static void the_wide_role_sees_what_its_parameters_name(void **state)
{
	const struct db_query *const more[] = { shop_queries, NULL };
	struct db_options options = { .schema = "shop", .queries = shop_queries_wide, .connections = 1 };
	_cleanup_(db_freep) struct db *db = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_(rows_freep) struct rows *named = NULL;
	const char *const orgs[] = { "0a000000-0000-0000-0000-000000000000" };
	const char *const names[] = { "a1", "b1", "q\"\\{},", "" };
	struct error err = { 0 };

	postgres_psql(*state, "grant select, insert on shop.child to shop_wide");
	options.conninfo = postgres_conninfo(*state, "shop_wide");
	options.more_queries = more;
	assert_true(db_open(&options, &db, &err));
	tx = begin(db, NULL);
	if (!TX_RUN(tx, SHOP_WIDE_ALL_COUNT, &rows, &err, DB_TEXTS(orgs, 1)) ||
	    !TX_RUN_FROM(tx, shop_queries, SHOP_ITEM_BY_NAMES, &named, &err, DB_TEXTS(names, 4)))
		fail_msg("%s", err.message);
	assert_int_equal(rows_int(rows, 0, 0), 2);
	assert_int_equal(rows_int(named, 0, 0), 2);
	assert_false(tx_run(tx, SHOP_WIDE_QUERIES, NULL, 0, NULL, &err));
	assert_false(tx_run_from(tx, shop_queries_wide + 1, 0, NULL, 0, NULL, &err));
}

static void parameters_of_every_type_come_back(void **state)
{
	_cleanup_(db_freep) struct db *db = open_db(state, 1);
	_cleanup_(tx_freep) struct tx *tx = begin(db, NULL);
	_cleanup_(rows_freep) struct rows *rows = NULL;
	const uint8_t data[] = { 0, 1, 0xFF, '\\' };
	const char *const texts[] = { "a", "b\"\\,{}", "" };
	struct error err = { 0 };
	const uint8_t *bytes;
	struct uuid id;
	size_t size;

	if (!TX_RUN(tx, SHOP_ECHO, &rows, &err, DB_TEXT("it's; --"), DB_INT(INT64_MIN), DB_BOOL(true), DB_UUID(&org_a),
	            DB_BYTES(data, sizeof(data)), DB_TEXTS(texts, 3), DB_NULL))
		fail_msg("%s", err.message);
	assert_string_equal(rows_text(rows, 0, 0), "it's; --");
	assert_true(rows_int(rows, 0, 1) == INT64_MIN);
	assert_true(rows_bool(rows, 0, 2));
	id = rows_uuid(rows, 0, 3);
	assert_true(uuid_equal(&id, &org_a));
	bytes = rows_bytes(rows, 0, 4, &size);
	assert_int_equal(size, sizeof(data));
	assert_memory_equal(bytes, data, sizeof(data));
	assert_string_equal(rows_text(rows, 0, 5), "{a,\"b\\\"\\\\,{}\",\"\"}");
	assert_string_equal(rows_text(rows, 0, 6), "what?\?! \"\\\"");
	assert_true(rows_null(rows, 0, 7));
	id = rows_uuid(rows, 0, 7);
	assert_true(uuid_is_nil(&id));
	assert_true(rows_ms(rows, 0, 8) == INT64_C(1795694400123));
	assert_true(rows_ms(rows, 0, 9) == -1);
	assert_true(rows_ms(rows, 0, 7) == 0);
	assert_string_equal(rows_text(rows, 0, 10), "[1]");
	assert_true(rows_int(rows, 0, 11) == -7);
	/* What isn't text is spelled when it is asked for as text. */
	assert_string_equal(rows_text(rows, 0, 1), "-9223372036854775808");
	assert_string_equal(rows_text(rows, 0, 3), "0a000000-0000-0000-0000-000000000000");
	assert_string_equal(rows_text(rows, 0, 11), "-7");
}

static void violations_have_their_own_codes(void **state)
{
	_cleanup_(db_freep) struct db *db = open_db(state, 1);
	struct uuid id = uuid_v7();
	struct error err = { 0 };
	struct tx *tx = begin(db, &org_a);

	assert_false(insert(tx, &org_a, "a1", &err));
	assert_int_equal(err.code, ERR_EXISTS);
	assert_non_null(strstr(err.message, "item_name_key"));
	assert_false(insert(tx, &org_a, "a9", &err)); /* nothing runs after a failure */
	assert_int_equal(err.code, ERR_INTERNAL);
	assert_false(tx_commit(&tx, &err));
	assert_null(tx);

	tx = begin(db, &org_a);
	assert_false(TX_RUN(tx, SHOP_ITEM_INSERT, NULL, &err, DB_UUID(&id), DB_UUID(&org_a), DB_TEXT("a3"), DB_INT(-1),
	                    DB_NULL));
	assert_int_equal(err.code, ERR_CONFLICT);
	tx_free(tx);

	tx = begin(db, &org_a);
	assert_false(TX_RUN(tx, SHOP_SLEEP, NULL, &err, DB_TEXT("10")));
	assert_int_equal(err.code, ERR_TIMEOUT);
	tx_free(tx);

	tx = begin(db, &org_a);
	assert_false(TX_RUN(tx, SHOP_ITEM_LIST, NULL, &err, DB_NULL)); /* one parameter too many */
	assert_int_equal(err.code, ERR_INTERNAL);
	tx_free(tx);

	tx = begin(db, &org_a);
	assert_true(TX_RUN(tx, SHOP_CHILD_INSERT, NULL, &err, DB_UUID(&id)));
	assert_false(tx_commit(&tx, &err)); /* checked at the commit */
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_int_equal(count(db, &org_a), 2);
}

static bool send(struct tx *tx, const char *name, int size, struct error *err)
{
	struct uuid id = uuid_v7();

	return TX_SEND(tx, SHOP_ITEM_INSERT, err, DB_UUID(&id), DB_UUID(&org_a), DB_TEXT(name), DB_INT(size), DB_NULL);
}

static void what_was_sent_goes_with_the_next_or_the_commit(void **state)
{
	_cleanup_(db_freep) struct db *db = open_db(state, 1);
	struct error err = { 0 };
	struct tx *tx = begin(db, &org_a);
	char name[16];

	/* More than are sent at once, seen by what follows in the same transaction. */
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "sent %d", i);
		assert_true(send(tx, name, 1, &err));
	}
	assert_int_equal(count_in(tx), 102);
	assert_true(send(tx, "sent last", 1, &err));
	tx_free(tx);
	assert_int_equal(count(db, &org_a), 2);

	tx = begin(db, NULL);
	assert_true(tx_set_org(tx, &org_a, &err));
	assert_true(send(tx, "kept", 1, &err));
	assert_true(tx_commit(&tx, &err));
	assert_int_equal(count(db, &org_a), 3);
	tx = begin(db, &org_a);
	assert_true(TX_SEND(tx, SHOP_ITEM_DELETE, &err, DB_TEXT("kept")));
	assert_true(tx_commit(&tx, &err));
	assert_int_equal(count(db, &org_a), 2);
}

static void what_was_sent_and_failed_fails_what_is_waited_for(void **state)
{
	_cleanup_(db_freep) struct db *db = open_db(state, 1);
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct error err = { 0 };
	struct tx *tx = begin(db, &org_a);

	assert_true(send(tx, "fine", 1, &err));
	assert_true(send(tx, "too small", -1, &err));
	assert_true(send(tx, "a1", 1, &err)); /* would be another failure, and isn't carried out */
	assert_false(tx_run(tx, SHOP_ITEM_LIST, NULL, 0, &rows, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_int_equal(strncmp(err.message, "item_insert: ", 13), 0);
	assert_false(send(tx, "after it", 1, &err));
	assert_false(tx_commit(&tx, &err));

	tx = begin(db, &org_a);
	assert_true(send(tx, "fine", 1, &err));
	assert_true(send(tx, "a1", 1, &err));
	assert_false(tx_commit(&tx, &err));
	assert_null(tx);
	assert_int_equal(err.code, ERR_EXISTS);
	assert_non_null(strstr(err.message, "commit: item_insert: "));
	assert_int_equal(count(db, &org_a), 2); /* by the pool's only connection */
}

static void what_was_sent_to_a_server_that_is_gone_is_not_there(void **state)
{
	_cleanup_(db_freep) struct db *db = open_db(state, 1);
	struct error err = { 0 };
	struct tx *tx = begin(db, &org_a);

	assert_int_equal(count_in(tx), 2);
	assert_true(send(tx, "lost", 1, &err));
	postgres_psql(*state, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'shop'");
	assert_false(tx_commit(&tx, &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	assert_int_equal(count(db, &org_a), 2);
}

static void a_statement_that_cannot_work_fails_the_start_by_name(void **state)
{
	static const struct db_query typo[] = {
		{ "fine", "select 1" }, { "wrong", "selec 1" }, { "x", "select 2" }, { 0 }
	};
	static const struct db_query twice[] = { { "fine", "select 1" }, { "fine", "select 1" }, { 0 } };
	static const struct db_query array[] = { { "list", "select '{1}'::int[] as ids" }, { 0 } };
	struct db_options options = { .schema = "shop", .queries = typo, .connections = 1 };
	struct error err = { 0 };
	struct db *db = NULL;

	options.conninfo = postgres_conninfo(*state, "shop");
	assert_true(db_open(&options, &db, &err));
	assert_false(db_ready(db, &err));
	assert_int_equal(err.code, ERR_INTERNAL);
	assert_non_null(strstr(err.message, "prepare statement 'wrong': syntax error"));
	db_free(db);

	options.queries = twice;
	assert_true(db_open(&options, &db, &err));
	assert_false(db_ready(db, &err));
	assert_non_null(strstr(err.message, "prepare statement 'fine'"));
	db_free(db);

	options.queries = array;
	assert_true(db_open(&options, &db, &err));
	assert_false(db_ready(db, &err));
	assert_non_null(strstr(err.message, "prepare statement 'list': column 'ids' has type 1007"));
	db_free(db);

	options.conninfo = "host=/x wrong=1";
	assert_false(db_open(&options, &db, &err));
	assert_int_equal(err.code, ERR_INVALID);
	options.conninfo = "host=/x";
	options.schema = "a b";
	assert_false(db_open(&options, &db, &err));
}

static void a_restarted_server_is_found_again(void **state)
{
	_cleanup_(db_freep) struct db *db = open_db(state, 3);
	struct error err = { 0 };
	struct tx *tx, *other;

	assert_true(db_ready(db, &err));
	tx = begin(db, &org_a);
	other = begin(db, &org_a);
	postgres_stop(*state);
	assert_false(insert(tx, &org_a, "lost", &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	assert_int_equal(err.retry_after_s, 2);
	tx_free(tx);
	assert_false(tx_begin(db, &org_a, &tx, &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	assert_false(db_ready(db, &err));
	assert_non_null(strstr(err.message, "/tmp"));
	postgres_start(*state);
	assert_int_equal(count(db, &org_a), 2);
	assert_false(tx_commit(&other, &err));
	assert_true(db_ready(db, &err));
}

static void a_cut_connection_is_replaced_unnoticed(void **state)
{
	_cleanup_(db_freep) struct db *db = open_db(state, 2);
	struct error err = { 0 };

	assert_true(db_ready(db, &err));
	postgres_psql(*state, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'shop'");
	assert_int_equal(count(db, &org_a), 2);
}

static void a_frozen_server_is_given_up(void **state)
{
	_cleanup_(db_freep) struct db *db = open_db(state, 1);
	struct tx *tx = begin(db, NULL);
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct error err = { 0 };
	int64_t before = clock_monotonic_ms();
	pid_t pid;

	assert_true(tx_run(tx, SHOP_PID, NULL, 0, &rows, &err));
	pid = (pid_t)rows_int(rows, 0, 0);
	assert_int_equal(kill(pid, SIGSTOP), 0);
	assert_false(TX_RUN(tx, SHOP_SLEEP, NULL, &err, DB_TEXT("0")));
	kill(pid, SIGCONT);
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	assert_in_range(clock_monotonic_ms() - before, 3000, 6000);
	tx_free(tx);
	assert_int_equal(count(db, &org_a), 2);
}

struct waiter {
	struct db *db;
	bool got;
	struct error err;
};

static void *wait_for_one(void *arg)
{
	struct waiter *waiter = arg;
	struct tx *tx = NULL;

	waiter->got = tx_begin(waiter->db, NULL, &tx, &waiter->err);
	tx_free(tx);
	return NULL;
}

static void a_full_pool_makes_callers_wait_and_then_refuses(void **state)
{
	_cleanup_(db_freep) struct db *db = open_db(state, 1);
	struct waiter waiter = { .db = db };
	struct tx *tx = begin(db, NULL);
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, wait_for_one, &waiter), 0);
	tx_free(tx);
	pthread_join(thread, NULL);
	assert_true(waiter.got);

	tx = begin(db, NULL);
	wait_for_one(&waiter);
	assert_false(waiter.got);
	assert_int_equal(waiter.err.code, ERR_UNAVAILABLE);
	tx_free(tx);
}

static void migrations_run_once_each_and_whole(void **state)
{
	static const struct db_migration broken[] = { { 1, "items", "select 1", "shop" },
		                                      { 3, "half", "create table half (x int); selec", "shop" },
		                                      { 0 } };
	static const struct db_migration mended[] = { { 3, "half", "create table half (x int)", "shop" }, { 0 } };
	static const struct db_migration renamed[] = { { 1, "other", "select 1", "shop" }, { 0 } };
	static const struct db_migration elsewhere[] = { { 1, "other", "create table other (x int)", "lib" }, { 0 } };
	const char *owner = postgres_conninfo(*state, "shop_owner");
	struct error err = { 0 };

	assert_true(db_migrate(owner, "shop", shop_migrations, &err));
	assert_false(db_migrate(owner, "shop", broken, &err));
	assert_non_null(strstr(err.message, "migration shop/0003_half: syntax error"));
	assert_true(db_migrate(owner, "shop", mended, &err)); /* nothing of the broken one was left */
	assert_false(db_migrate(owner, "shop", renamed, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_true(db_migrate(owner, "shop", elsewhere, &err));
	assert_true(db_migrate(owner, "shop", elsewhere, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_other_organisations_are_invisible),
		cmocka_unit_test(a_read_of_one_statement_is_a_transaction_of_its_own),
		cmocka_unit_test(the_wide_role_sees_what_its_parameters_name),
		cmocka_unit_test(parameters_of_every_type_come_back),
		cmocka_unit_test(violations_have_their_own_codes),
		cmocka_unit_test(what_was_sent_goes_with_the_next_or_the_commit),
		cmocka_unit_test(what_was_sent_and_failed_fails_what_is_waited_for),
		cmocka_unit_test(what_was_sent_to_a_server_that_is_gone_is_not_there),
		cmocka_unit_test(a_statement_that_cannot_work_fails_the_start_by_name),
		cmocka_unit_test(a_restarted_server_is_found_again),
		cmocka_unit_test(a_cut_connection_is_replaced_unnoticed),
		cmocka_unit_test(a_frozen_server_is_given_up),
		cmocka_unit_test(a_full_pool_makes_callers_wait_and_then_refuses),
		cmocka_unit_test(migrations_run_once_each_and_whole),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
