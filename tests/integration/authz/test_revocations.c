/* Revocations against a real PostgreSQL: whatever changes a right is written down, by whomever; nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "authz_db.h"
#include "authz_sql.h"

#define ORG "0192f000-0000-7000-8000-00000000000a"
#define OTHER_ORG "0192f000-0000-7000-8000-00000000000b"
#define USER "0192f000-0000-7000-8000-000000000001"
#define SESSION "0192f000-0000-7000-8000-000000000002"
#define STALE "0192f000-0000-7000-8000-000000000003"
#define TOKEN "0192f000-0000-7000-8000-000000000004"

static const char people[] =
	"truncate users cascade; truncate revocations;"
	"update organisations set state = 'active';"
	"insert into users (id, org_id, email, name, role, password)"
	" values ('" USER "', '" ORG "', 'cleo@bakery.example', 'Cleo', 'staff', '$argon2id$x');"
	"insert into sessions (id, org_id, user_id, digest, idle, last_seen_at, expires_at)"
	" values ('" SESSION "', '" ORG "', '" USER
	"', sha256('a'), interval '1 hour', now(), now() + interval '1 day'),"
	"        ('" STALE "', '" ORG "', '" USER
	"', sha256('b'), interval '1 hour', now() - interval '2 hours', now() + interval '1 day');"
	"insert into api_tokens (id, org_id, user_id, name, digest, expires_at)"
	" values ('" TOKEN "', '" ORG "', '" USER "', 'ci', sha256('c'), now() + interval '1 day');"
	"insert into staff_orgs (user_id, org_id) values ('" USER "', '" OTHER_ORG "');"
	"truncate revocations;";

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

static int begin(void **state)
{
	authz_db_sql(*state, people);
	return 0;
}

/* The ids of the last seconds, in order, each with a comma behind. */
static void revoked_within(void **state, int seconds, char out[static 512])
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct error err = { 0 };

	assert_true(DB_RUN(authz_db_wide(*state), NULL, AUTHZ_WIDE_REVOCATION_LIST, &rows, &err, DB_INT(seconds),
	                   DB_INT(10)));
	out[0] = '\0';
	for (unsigned i = 0; i < rows_count(rows); i++) {
		strcat(out, rows_text(rows, i, 0));
		strcat(out, ",");
	}
}

static void expect_revoked(void **state, const char *sql, const char *ids)
{
	char revoked[512];

	authz_db_sql(*state, sql);
	revoked_within(state, 60, revoked);
	assert_string_equal(revoked, ids);
	authz_db_sql(*state, "truncate revocations");
}

static void a_user_that_is_disabled_moved_or_given_another_role_is_revoked(void **state)
{
	expect_revoked(state, "update users set state = 'disabled'", USER ",");
	expect_revoked(state, "update users set role = 'customer'", USER ",");
	expect_revoked(state, "update users set org_id = '" OTHER_ORG "'", USER ",");
	expect_revoked(state, "update users set email = 'cleo@cobbler.example'", USER ",");
	expect_revoked(state, "update users set must_change = true", USER ",");
}

static void staff_that_gains_or_loses_an_organisation_is_revoked(void **state)
{
	expect_revoked(state, "delete from staff_orgs", USER ",");
	expect_revoked(state, "insert into staff_orgs (user_id, org_id) values ('" USER "', '" OTHER_ORG "')",
	               USER ",");
}

static void an_organisation_that_is_suspended_is_revoked(void **state)
{
	expect_revoked(state, "update organisations set state = 'suspended' where id = '" ORG "'", ORG ",");
}

static void a_session_or_token_that_is_ended_or_narrowed_is_revoked(void **state)
{
	expect_revoked(state, "update api_tokens set scopes = '{website:read}'", TOKEN ",");
	expect_revoked(state, "update api_tokens set expires_at = now() + interval '1 minute'", TOKEN ",");
	expect_revoked(state, "delete from api_tokens", TOKEN ",");
	expect_revoked(state, "delete from sessions where id = '" SESSION "'", SESSION ",");
}

static void what_ended_by_itself_or_was_only_seen_is_not(void **state)
{
	expect_revoked(state, "delete from sessions where id = '" STALE "'", "");
	expect_revoked(state, "update sessions set last_seen_at = now()", "");
	expect_revoked(state, "update api_tokens set last_seen_at = now()", "");
	expect_revoked(state, "update users set password = '$argon2id$y', name = 'Cleopatra', n = n + 1", "");
	expect_revoked(state, "update organisations set name = 'Bakers', reason = 'x', n = n + 1", "");
}

static void signing_out_as_the_service_itself_is_written(void **state)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct error err = { 0 };
	struct uuid org;
	char revoked[512];

	assert_true(uuid_parse(ORG, &org));
	assert_true(
		DB_RUN(authz_db_own(*state), &org, AUTHZ_SESSION_DELETE, &rows, &err, DB_TEXT(SESSION), DB_TEXT(USER)));
	revoked_within(state, 60, revoked);
	assert_string_equal(revoked, SESSION ",");
}

static void they_are_named_for_a_while_and_swept_up_later(void **state)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct error err = { 0 };
	char revoked[512];

	authz_db_sql(*state,
	             "insert into revocations (id, at) values ('" USER "', now() - interval '61 seconds'),"
	             " ('" SESSION "', now() - interval '59 seconds'), ('" TOKEN "', now() - interval '11 minutes')");
	revoked_within(state, 60, revoked);
	assert_string_equal(revoked, SESSION ",");
	assert_true(db_run(authz_db_wide(*state), NULL, AUTHZ_WIDE_REVOCATION_EXPIRE, NULL, 0, &rows, &err));
	revoked_within(state, 3600, revoked);
	assert_string_equal(revoked, USER "," SESSION ",");
}

int main(void)
{
#define FROM_START(test) cmocka_unit_test_setup(test, begin)
	const struct CMUnitTest tests[] = {
		FROM_START(a_user_that_is_disabled_moved_or_given_another_role_is_revoked),
		FROM_START(staff_that_gains_or_loses_an_organisation_is_revoked),
		FROM_START(an_organisation_that_is_suspended_is_revoked),
		FROM_START(a_session_or_token_that_is_ended_or_narrowed_is_revoked),
		FROM_START(what_ended_by_itself_or_was_only_seen_is_not),
		FROM_START(signing_out_as_the_service_itself_is_written),
		FROM_START(they_are_named_for_a_while_and_swept_up_later),
	};

	return cmocka_run_group_tests_name("authz/revocations", tests, set_up, tear_down);
}
