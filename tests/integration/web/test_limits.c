/* Limits in a real PostgreSQL: words about them come in any order and any number, and the newest holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/service/service_sql.h"

#include "schema.h"
#include "services/web/web.h"
#include "web_sql.h"

#define BAKERY "0192f000-0000-0000-0000-00000000000a"
#define COBBLER "0192f000-0000-0000-0000-00000000000b"

struct fixture {
	struct postgres *postgres;
	struct db *own, *wide;
};

/* The call and the service in one. */
void *call_state(struct call *call)
{
	return call;
}

struct service *call_service(struct call *call)
{
	return (struct service *)(void *)call;
}

struct db *service_db_wide(struct service *service)
{
	return ((struct fixture *)(void *)service)->wide;
}

static int set_up(void **state)
{
	static const struct db_query *const service[] = { service_queries, NULL };
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->postgres = postgres_new();
	schema_make(f->postgres, "web");
	schema_migrate(f->postgres, "web", service_migrations);
	schema_migrate(f->postgres, "web", web_migrations);
	f->own = schema_open(f->postgres, "web", "web",
	                     (struct db_options){ .queries = web_queries, .more_queries = service });
	f->wide = schema_open(f->postgres, "web", "web_wide", (struct db_options){ .queries = web_queries_wide });
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	db_free(f->own);
	db_free(f->wide);
	postgres_free(f->postgres);
	free(f);
	return 0;
}

static int begin(void **state)
{
	postgres_psql(((struct fixture *)*state)->postgres, "truncate web.quota");
	return 0;
}

/* limit -1: the plan says nothing of websites. */
static void say(void **state, uint64_t version, int limit)
{
	char first[] = BAKERY, second[] = COBBLER, kind[] = "websites", unknown[] = "unicorns";
	char *orgs[] = { first, second };
	Stralix__V1__Limit websites, other, *limits[] = { &other, &websites };
	Stralix__V1__SetLimitsRequest request;
	struct error err = { 0 };

	stralix__v1__limit__init(&websites);
	stralix__v1__limit__init(&other);
	stralix__v1__set_limits_request__init(&request);
	websites.kind = kind;
	websites.limit = (uint32_t)limit;
	other.kind = unknown;
	request.organisation_ids = orgs;
	request.n_organisation_ids = 2;
	request.version = version;
	request.limits = limits;
	request.n_limits = limit < 0 ? 1 : 2;
	if (!web_set_limits((struct call *)*state, &request, &err))
		fail_msg("%s", err.message);
}

static void expect(void **state, const char *org, int64_t used, int64_t limit)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct fixture *f = *state;
	struct error err = { 0 };

	assert_true(DB_RUN(f->wide, NULL, WEB_WIDE_USAGE_SHOW, &rows, &err, DB_TEXT(org), DB_TEXT(WEB_QUOTA)));
	assert_int_equal(rows_count(rows), 1);
	assert_int_equal(rows_int(rows, 0, 1), used);
	assert_int_equal(rows_null(rows, 0, 2) ? -1 : rows_int(rows, 0, 2), limit);
}

/* What change_quota does in the service. */
static bool take(void **state, const char *org, int delta)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct fixture *f = *state;
	struct error err = { 0 };
	struct uuid id;
	bool taken;

	assert_true(uuid_parse(org, &id));
	assert_true(tx_begin(f->own, &id, &tx, &err));
	if (!TX_RUN_FROM(tx, service_queries, SERVICE_QUOTA_CHANGE, &rows, &err, DB_UUID(&id), DB_TEXT(WEB_QUOTA),
	                 DB_INT(delta)))
		fail_msg("%s", err.message);
	taken = rows_bool(rows, 0, 0);
	assert_true(tx_commit(&tx, &err));
	return taken;
}

static void a_limit_holds_for_every_organisation_that_is_named(void **state)
{
	say(state, 5, 1);
	expect(state, BAKERY, 0, 1);
	expect(state, COBBLER, 0, 1);
	assert_true(take(state, BAKERY, 1));
	assert_false(take(state, BAKERY, 1));
	expect(state, BAKERY, 1, 1);
	assert_true(take(state, COBBLER, 1));
}

static void what_comes_late_or_twice_changes_nothing(void **state)
{
	say(state, 7, 3);
	say(state, 6, 1);
	expect(state, BAKERY, 0, 3);
	say(state, 7, 9);
	expect(state, BAKERY, 0, 3);
	say(state, 8, -1);
	say(state, 7, 3);
	expect(state, BAKERY, 0, -1);
}

static void a_limit_below_what_is_used_takes_nothing_away(void **state)
{
	for (int i = 0; i < 3; i++)
		assert_true(take(state, BAKERY, 1));
	say(state, 1, 2);
	expect(state, BAKERY, 3, 2);
	assert_false(take(state, BAKERY, 1));
	assert_true(take(state, BAKERY, -1));
	assert_false(take(state, BAKERY, 1));
	assert_true(take(state, BAKERY, -1));
	assert_true(take(state, BAKERY, 1));
	expect(state, BAKERY, 2, 2);
}

static void a_limit_of_none_refuses_the_first(void **state)
{
	say(state, 1, 0);
	assert_false(take(state, BAKERY, 1));
	say(state, 2, -1);
	assert_true(take(state, BAKERY, 1));
}

int main(void)
{
#define FROM_START(test) cmocka_unit_test_setup(test, begin)
	const struct CMUnitTest tests[] = {
		FROM_START(a_limit_holds_for_every_organisation_that_is_named),
		FROM_START(what_comes_late_or_twice_changes_nothing),
		FROM_START(a_limit_below_what_is_used_takes_nothing_away),
		FROM_START(a_limit_of_none_refuses_the_first),
	};

	return cmocka_run_group_tests_name("web/limits", tests, set_up, tear_down);
}
