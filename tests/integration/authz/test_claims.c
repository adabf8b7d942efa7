/* Claims against a real PostgreSQL: who gets a name, its parents and its children, also when two ask at once. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "authz_db.h"
#include "services/authz/claim.h"

enum { BAKERY, COBBLER };

static struct db *wide(void **state)
{
	return authz_db_wide(*state);
}

static int set_up(void **state)
{
	*state = authz_db_new();
	return 0;
}

static int tear_down(void **state)
{
	authz_db_free(*state);
	return 0;
}

static int empty(void **state)
{
	authz_db_sql(*state, "truncate claims");
	return 0;
}

static enum error_code hold_for(struct db *db, int who, const char *domain, const struct uuid *resource,
                                struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(65536);
	struct claim claim = { .domain = domain, .kind = "website", .resource = *resource };

	*err = (struct error){ 0 };
	uuid_parse(authz_db_orgs[who], &claim.org);
	return claim_hold(db, &claim, arena, err) ? ERR_NONE : err->code;
}

static enum error_code hold(void **state, int who, const char *domain)
{
	struct uuid resource = uuid_v7();
	struct error err;

	return hold_for(wide(state), who, domain, &resource, &err);
}

static enum error_code confirm(void **state, const char *domain, const struct uuid *resource)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(65536);
	struct error err = { 0 };

	return claim_confirm(wide(state), domain, resource, arena, &err) ? ERR_NONE : err.code;
}

static void a_name_of_another_organisation_is_refused_on_its_field(void **state)
{
	struct uuid resource = uuid_v7();
	struct error err;

	assert_int_equal(hold(state, BAKERY, "shop.example"), ERR_NONE);
	assert_int_equal(hold_for(wide(state), COBBLER, "shop.example", &resource, &err), ERR_EXISTS);
	assert_int_equal(err.n_violations, 1);
	assert_string_equal(err.violations[0].field, "domain");
	assert_null(strstr(err.violations[0].message, "Bakery"));
	assert_null(strstr(err.message, "shop.example"));
}

static void a_parent_of_anothers_name_is_refused(void **state)
{
	assert_int_equal(hold(state, BAKERY, "a.b.shop.example"), ERR_NONE);
	assert_int_equal(hold(state, COBBLER, "b.shop.example"), ERR_EXISTS);
	assert_int_equal(hold(state, COBBLER, "shop.example"), ERR_EXISTS);
}

static void a_child_of_anothers_name_is_refused(void **state)
{
	assert_int_equal(hold(state, BAKERY, "shop.example"), ERR_NONE);
	assert_int_equal(hold(state, COBBLER, "www.shop.example"), ERR_EXISTS);
	assert_int_equal(hold(state, COBBLER, "a.b.shop.example"), ERR_EXISTS);
}

static void neighbours_and_lookalikes_are_free(void **state)
{
	assert_int_equal(hold(state, BAKERY, "b.shop.example"), ERR_NONE);
	assert_int_equal(hold(state, COBBLER, "a.shop.example"), ERR_NONE);
	assert_int_equal(hold(state, COBBLER, "myb.shop.example"), ERR_NONE);
	assert_int_equal(hold(state, COBBLER, "otherb.example"), ERR_NONE);
	assert_int_equal(hold(state, COBBLER, "b.shop.example.test"), ERR_NONE);
}

static void one_organisation_may_hold_parent_child_and_the_same_again(void **state)
{
	assert_int_equal(hold(state, BAKERY, "shop.example"), ERR_NONE);
	assert_int_equal(hold(state, BAKERY, "www.shop.example"), ERR_NONE);
	assert_int_equal(hold(state, BAKERY, "shop.example"), ERR_NONE);
}

static void a_public_suffix_is_invalid(void **state)
{
	assert_int_equal(hold(state, BAKERY, "co.uk"), ERR_INVALID);
}

static void an_organisation_that_is_not_there_is_not_found(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(65536);
	struct claim claim = { .domain = "shop.example", .kind = "website", .resource = uuid_v7(), .org = uuid_v7() };
	struct error err = { 0 };

	assert_false(claim_hold(wide(state), &claim, arena, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void a_hold_that_ran_out_is_free(void **state)
{
	assert_int_equal(hold(state, BAKERY, "shop.example"), ERR_NONE);
	authz_db_sql(*state, "update claims set held_until = now() - interval '1 second'");
	assert_int_equal(hold(state, COBBLER, "www.shop.example"), ERR_NONE);
}

static void a_hold_lasts_fifteen_minutes(void **state)
{
	assert_int_equal(hold(state, BAKERY, "shop.example"), ERR_NONE);
	authz_db_sql(*state,
	             "do $$ begin assert (select held_until - created_at = interval '15 minutes' from claims); end $$");
}

static void a_confirmed_name_stays_taken(void **state)
{
	struct uuid resource = uuid_v7();
	struct error err;

	assert_int_equal(hold_for(wide(state), BAKERY, "shop.example", &resource, &err), ERR_NONE);
	assert_int_equal(confirm(state, "shop.example", &resource), ERR_NONE);
	assert_int_equal(confirm(state, "shop.example", &resource), ERR_NONE);
	authz_db_sql(*state, "update claims set held_until = now() - interval '1 year'");
	assert_int_equal(hold(state, COBBLER, "shop.example"), ERR_EXISTS);
}

static void a_late_confirmation_counts_unless_the_name_was_taken(void **state)
{
	struct uuid first = uuid_v7(), second = uuid_v7();
	struct error err;

	assert_int_equal(hold_for(wide(state), BAKERY, "late.example", &first, &err), ERR_NONE);
	assert_int_equal(hold_for(wide(state), BAKERY, "lost.example", &second, &err), ERR_NONE);
	authz_db_sql(*state, "update claims set held_until = now() - interval '1 hour'");
	assert_int_equal(hold(state, COBBLER, "www.lost.example"), ERR_NONE);
	assert_int_equal(confirm(state, "late.example", &first), ERR_NONE);
	assert_int_equal(confirm(state, "lost.example", &second), ERR_CONFLICT);
	assert_int_equal(confirm(state, "never.example", &second), ERR_NOT_FOUND);
}

static void a_name_is_free_when_its_last_holder_gives_it_up(void **state)
{
	struct uuid website = uuid_v7(), mail = uuid_v7();
	struct error err = { 0 };

	assert_int_equal(hold_for(wide(state), BAKERY, "shop.example", &website, &err), ERR_NONE);
	assert_int_equal(hold_for(wide(state), BAKERY, "shop.example", &mail, &err), ERR_NONE);
	assert_true(claim_release(wide(state), "shop.example", &website, &err));
	assert_int_equal(hold(state, COBBLER, "shop.example"), ERR_EXISTS);
	assert_true(claim_release(wide(state), "shop.example", &mail, &err));
	assert_true(claim_release(wide(state), "shop.example", &mail, &err));
	assert_int_equal(hold(state, COBBLER, "shop.example"), ERR_NONE);
}

struct rival {
	struct db *db;
	int who;
	const char *domain;
	pthread_barrier_t *start;
	enum error_code got;
};

static void *compete(void *arg)
{
	struct rival *rival = arg;
	struct uuid resource = uuid_v7();
	struct error err;

	pthread_barrier_wait(rival->start);
	rival->got = hold_for(rival->db, rival->who, rival->domain, &resource, &err);
	return NULL;
}

/* Parent against child: no unique key could refuse these two. */
static void of_two_that_ask_at_once_one_gets_the_name(void **state)
{
	for (int round = 0; round < 25; round++) {
		char parent[64], child[80];
		struct rival rivals[2];
		pthread_barrier_t start;
		pthread_t threads[2];

		snprintf(parent, sizeof(parent), "race%d.example", round);
		snprintf(child, sizeof(child), "www.%s", parent);
		pthread_barrier_init(&start, NULL, 2);
		for (int who = BAKERY; who <= COBBLER; who++) {
			rivals[who] =
				(struct rival){ wide(state), who, who == BAKERY ? parent : child, &start, ERR_NONE };
			assert_int_equal(pthread_create(&threads[who], NULL, compete, &rivals[who]), 0);
		}
		for (int who = BAKERY; who <= COBBLER; who++)
			pthread_join(threads[who], NULL);
		pthread_barrier_destroy(&start);
		assert_int_equal((rivals[0].got == ERR_NONE) + (rivals[1].got == ERR_NONE), 1);
		assert_int_equal((rivals[0].got == ERR_EXISTS) + (rivals[1].got == ERR_EXISTS), 1);
	}
}

/* The server has a connection's counts when that has ended. */
static void end_connections(void **state)
{
	authz_db_sql(*state,
	             "do $$ begin assert (select bool_and(pg_terminate_backend(pid, 20000)) from pg_stat_activity "
	             "where usename = 'authz_wide'); end $$");
}

static void a_name_is_looked_for_in_indexes_among_many(void **state)
{
	authz_db_sql(
		*state,
		"insert into organisations (id, name) select gen_random_uuid(), 'Other' from generate_series(1, 50);"
		"insert into claims select 'site' || i || '-' || id || '.example', gen_random_uuid(), id, 'website', "
		"'confirmed', now() from organisations, generate_series(1, 150) i where name = 'Other'");
	authz_db_sql(*state, "analyze claims");
	end_connections(state);
	authz_db_sql(*state, "select pg_stat_reset_single_table_counters('claims'::regclass)");
	for (int i = 0; i < 8; i++) { /* with the first plans of a connection and the one that stays */
		char domain[32];

		snprintf(domain, sizeof(domain), "new%d.example", i);
		assert_int_equal(hold(state, COBBLER, domain), ERR_NONE);
	}
	end_connections(state);
	authz_db_sql(*state, "do $$ begin assert (select seq_scan = 0 and idx_scan >= 16 from pg_stat_user_tables "
	                     "where relname = 'claims'), 'the whole table was read'; end $$");
}

#define FROM_EMPTY(test) cmocka_unit_test_setup(test, empty)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FROM_EMPTY(a_name_of_another_organisation_is_refused_on_its_field),
		FROM_EMPTY(a_parent_of_anothers_name_is_refused),
		FROM_EMPTY(a_child_of_anothers_name_is_refused),
		FROM_EMPTY(neighbours_and_lookalikes_are_free),
		FROM_EMPTY(one_organisation_may_hold_parent_child_and_the_same_again),
		FROM_EMPTY(a_public_suffix_is_invalid),
		FROM_EMPTY(an_organisation_that_is_not_there_is_not_found),
		FROM_EMPTY(a_hold_that_ran_out_is_free),
		FROM_EMPTY(a_hold_lasts_fifteen_minutes),
		FROM_EMPTY(a_confirmed_name_stays_taken),
		FROM_EMPTY(a_late_confirmation_counts_unless_the_name_was_taken),
		FROM_EMPTY(a_name_is_free_when_its_last_holder_gives_it_up),
		FROM_EMPTY(of_two_that_ask_at_once_one_gets_the_name),
		FROM_EMPTY(a_name_is_looked_for_in_indexes_among_many),
	};

	return cmocka_run_group_tests_name("authz/claims", tests, set_up, tear_down);
}
