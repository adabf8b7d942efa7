/* Sign-in limits and tokens against a real PostgreSQL. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "authz_db.h"
#include "authz_sql.h"
#include "services/authz/account.h"
#include "services/authz/login.h"
#include "services/authz/opaque.h"
#include "services/authz/seen.h"

static const struct login_limits limits = { .per_ip = 4, .per_account = 2 };

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
	authz_db_sql(*state, "truncate login_attempts, users cascade");
	return 0;
}

static bool admit(void **state, const char *ip, const char *email, struct error *err)
{
	bool first;

	*err = (struct error){ 0 };
	return login_admit(authz_db_wide(*state), &limits, ip, email, &first, err);
}

static void an_account_is_limited_from_wherever(void **state)
{
	struct error err;

	assert_true(admit(state, "192.0.2.1", "cleo@bakery.example", &err));
	assert_true(admit(state, "192.0.2.2", "cleo@bakery.example", &err));
	assert_false(admit(state, "192.0.2.3", "cleo@bakery.example", &err));
	assert_int_equal(err.code, ERR_RATE_LIMITED);
	assert_in_range(err.retry_after_s, 290, 300);
	assert_true(admit(state, "192.0.2.3", "otto@bakery.example", &err));
}

static void an_address_is_limited_for_whatever_account(void **state)
{
	char email[32];
	struct error err;

	for (int i = 0; i < 4; i++) {
		snprintf(email, sizeof(email), "user%d@bakery.example", i);
		assert_true(admit(state, "2001:db8::1", email, &err));
	}
	assert_false(admit(state, "2001:db8::2", "user9@bakery.example", &err));
	assert_int_equal(err.code, ERR_RATE_LIMITED);
	assert_true(admit(state, "2001:db8:0:1::1", "user9@bakery.example", &err));
}

static void only_the_first_refusal_of_a_window_is_told(void **state)
{
	struct error err = { 0 };
	bool first;

	assert_true(admit(state, "192.0.2.1", "cleo@bakery.example", &err));
	assert_true(admit(state, "192.0.2.1", "cleo@bakery.example", &err));
	assert_false(login_admit(authz_db_wide(*state), &limits, "192.0.2.1", "cleo@bakery.example", &first, &err));
	assert_true(first);
	assert_false(login_admit(authz_db_wide(*state), &limits, "192.0.2.1", "cleo@bakery.example", &first, &err));
	assert_false(first);
}

static void the_next_window_starts_anew(void **state)
{
	struct error err;

	for (int i = 0; i < 3; i++)
		(void)!admit(state, "192.0.2.1", "cleo@bakery.example", &err);
	assert_int_equal(err.code, ERR_RATE_LIMITED);
	authz_db_sql(*state, "update login_attempts set started_at = now() - interval '301 seconds'");
	assert_true(admit(state, "192.0.2.1", "cleo@bakery.example", &err));
}

static void the_right_password_does_not_count(void **state)
{
	struct error err;

	for (int i = 0; i < 10; i++) {
		assert_true(admit(state, "192.0.2.1", "cleo@bakery.example", &err));
		assert_true(login_forgive(authz_db_wide(*state), "192.0.2.1", "cleo@bakery.example", &err));
	}
}

static void zero_is_no_limit(void **state)
{
	const struct login_limits none = { 0 };
	struct error err = { 0 };
	bool first;

	for (int i = 0; i < 30; i++)
		assert_true(
			login_admit(authz_db_wide(*state), &none, "192.0.2.1", "cleo@bakery.example", &first, &err));
}

struct guess {
	struct db *db;
	int n; /* where it comes from */
	int admitted;
};

static void *guess_five_times(void *arg)
{
	struct guess *guess = arg;
	char ip[32];

	for (int i = 0; i < 5; i++) {
		struct error err = { 0 };
		bool first;

		snprintf(ip, sizeof(ip), "192.0.2.%d", guess->n * 5 + i);
		guess->admitted += login_admit(guess->db, &limits, ip, "cleo@bakery.example", &first, &err);
	}
	return NULL;
}

static void parallel_guesses_share_one_count(void **state)
{
	struct guess guesses[4];
	pthread_t threads[4];
	int admitted = 0;

	for (int i = 0; i < 4; i++) {
		guesses[i] = (struct guess){ .db = authz_db_wide(*state), .n = i };
		assert_int_equal(pthread_create(&threads[i], NULL, guess_five_times, &guesses[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		admitted += guesses[i].admitted;
	}
	assert_int_equal(admitted, 2);
}

static const char people[] = "insert into users (id, org_id, email, name, role, password) values"
			     " ('0192f000-0000-7000-8000-0000000000c1', '0192f000-0000-7000-8000-00000000000a', "
			     "'cleo@bakery.example', 'Cleo',"
			     "  'customer', '$argon2id$x'),"
			     " ('0192f000-0000-7000-8000-0000000000c2', '0192f000-0000-7000-8000-00000000000b', "
			     "'sam@cobbler.example', 'Sam',"
			     "  'staff', '$argon2id$x');"
			     "insert into staff_orgs values ('0192f000-0000-7000-8000-0000000000c2', "
			     "'0192f000-0000-7000-8000-00000000000a');";

static unsigned identities(void **state, const char *token)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;
	uint8_t digest[OPAQUE_DIGEST];
	struct error err = { 0 };

	opaque_digest(token, digest);
	assert_true(tx_begin(authz_db_wide(*state), NULL, &tx, &err));
	assert_true(TX_RUN(tx, AUTHZ_WIDE_SESSION_IDENTITY, &rows, &err, DB_BYTES(digest, sizeof(digest))));
	return rows_count(rows);
}

static struct uuid open_session(void **state, const char *token)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct uuid session = uuid_v7(), org;
	uint8_t digest[OPAQUE_DIGEST];
	struct error err = { 0 };

	uuid_parse(authz_db_orgs[0], &org);
	opaque_digest(token, digest);
	assert_true(tx_begin(authz_db_own(*state), &org, &tx, &err));
	assert_true(TX_RUN(tx, AUTHZ_SESSION_INSERT, NULL, &err, DB_UUID(&session), DB_UUID(&org),
	                   DB_TEXT("0192f000-0000-7000-8000-0000000000c1"), DB_BYTES(digest, sizeof(digest)),
	                   DB_INT(1800), DB_INT(43200), DB_TEXT("192.0.2.1")));
	assert_true(tx_commit(&tx, &err));
	return session;
}

static void a_session_ends_idle_expired_disabled_or_suspended(void **state)
{
	static const char *const ends[][2] = {
		{ "update sessions set last_seen_at = now() - interval '31 minutes'",
		  "update sessions set last_seen_at = now()" },
		{ "update sessions set expires_at = now()",
		  "update sessions set expires_at = now() + interval '1 hour'" },
		{ "update users set state = 'disabled'", "update users set state = 'active'" },
		{ "update organisations set state = 'suspended'", "update organisations set state = 'active'" },
	};
	char token[OPAQUE_TEXT];

	authz_db_sql(*state, people);
	opaque_new(OPAQUE_SESSION, token);
	assert_int_equal(identities(state, token), 0);
	(void)open_session(state, token);
	assert_int_equal(identities(state, token), 1);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		authz_db_sql(*state, ends[i][0]);
		assert_int_equal(identities(state, token), 0);
		authz_db_sql(*state, ends[i][1]);
		assert_int_equal(identities(state, token), 1);
	}
}

static void what_was_seen_is_written_together_and_once(void **state)
{
	_cleanup_(seen_freep) struct seen *seen = NULL;
	struct error err = { 0 };
	struct uuid first, second;
	char token[OPAQUE_TEXT];

	authz_db_sql(*state, people);
	assert_true(seen_new(&seen, &err));
	assert_true(seen_write(seen, authz_db_wide(*state), &err)); /* nothing */
	opaque_new(OPAQUE_SESSION, token);
	first = open_session(state, token);
	opaque_new(OPAQUE_SESSION, token);
	second = open_session(state, token);
	authz_db_sql(*state, "update sessions set last_seen_at = now() - interval '10 minutes'");
	for (unsigned i = 0; i < 3000; i++) /* more than it holds: noted again at the next call */
		seen_note(seen, OPAQUE_SESSION, i % 2 ? &first : &second);
	assert_true(seen_write(seen, authz_db_wide(*state), &err));
	authz_db_sql(*state, "do $$ begin assert (select bool_and(last_seen_at > now() - interval '1 minute') "
	                     "from sessions); end $$");
	authz_db_sql(*state, "update sessions set last_seen_at = now() - interval '10 minutes'");
	assert_true(seen_write(seen, authz_db_wide(*state), &err));
	authz_db_sql(*state, "do $$ begin assert (select bool_and(last_seen_at < now() - interval '9 minutes') "
	                     "from sessions); end $$");
}

static void actor(void **state, const char *user, const char *org, unsigned rows_expected, bool sees)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct error err = { 0 };

	assert_true(tx_begin(authz_db_wide(*state), NULL, &tx, &err));
	assert_true(TX_RUN(tx, AUTHZ_WIDE_USER_ACTOR, &rows, &err, DB_TEXT(user), DB_TEXT(org)));
	assert_int_equal(rows_count(rows), rows_expected);
	if (rows_expected)
		assert_int_equal(rows_bool(rows, 0, 1), sees);
}

static void an_actor_sees_the_own_and_the_assigned_organisation(void **state)
{
	authz_db_sql(*state, people);
	actor(state, "0192f000-0000-7000-8000-0000000000c1", authz_db_orgs[0], 1, true);
	actor(state, "0192f000-0000-7000-8000-0000000000c1", authz_db_orgs[1], 1, false);
	actor(state, "0192f000-0000-7000-8000-0000000000c2", authz_db_orgs[0], 1, true);
	actor(state, "0192f000-0000-7000-8000-0000000000c9", authz_db_orgs[0], 0, false);
	authz_db_sql(*state, "update users set state = 'disabled'");
	actor(state, "0192f000-0000-7000-8000-0000000000c1", authz_db_orgs[0], 0, false);
}

static void one_organisation_sees_no_session_of_another(void **state)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;
	char token[OPAQUE_TEXT];
	struct error err = { 0 };
	struct uuid other;

	authz_db_sql(*state, people);
	opaque_new(OPAQUE_SESSION, token);
	open_session(state, token);
	uuid_parse(authz_db_orgs[1], &other);
	assert_true(tx_begin(authz_db_own(*state), &other, &tx, &err));
	assert_true(TX_RUN(tx, AUTHZ_USER_ORGANISATION, &rows, &err, DB_TEXT(authz_db_orgs[0])));
	assert_int_equal(rows_count(rows), 0);
}

static void an_account_is_found_by_its_address(void **state)
{
	struct account account = { 0 };
	struct error err = { 0 };
	bool found;

	authz_db_sql(*state, people);
	assert_true(account_by_email(authz_db_wide(*state), "sam@cobbler.example", &account, &found, &err));
	assert_true(found);
	assert_true(account.active);
	assert_int_equal(account.role, STRALIX__ROLE__STAFF);
	assert_string_equal(account.org_name, "Cobbler");
	assert_true(account_by_email(authz_db_wide(*state), "nobody@cobbler.example", &account, &found, &err));
	assert_false(found);
}

#define FROM_EMPTY(test) cmocka_unit_test_setup(test, empty)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FROM_EMPTY(an_account_is_limited_from_wherever),
		FROM_EMPTY(an_address_is_limited_for_whatever_account),
		FROM_EMPTY(only_the_first_refusal_of_a_window_is_told),
		FROM_EMPTY(the_next_window_starts_anew),
		FROM_EMPTY(the_right_password_does_not_count),
		FROM_EMPTY(zero_is_no_limit),
		FROM_EMPTY(parallel_guesses_share_one_count),
		FROM_EMPTY(a_session_ends_idle_expired_disabled_or_suspended),
		FROM_EMPTY(what_was_seen_is_written_together_and_once),
		FROM_EMPTY(an_actor_sees_the_own_and_the_assigned_organisation),
		FROM_EMPTY(one_organisation_sees_no_session_of_another),
		FROM_EMPTY(an_account_is_found_by_its_address),
	};

	return cmocka_run_group_tests_name("authz/limits", tests, set_up, tear_down);
}
