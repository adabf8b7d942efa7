/* People, organisations and plans on a real PostgreSQL, as the process: what its rows let it do, and what it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "authz_db.h"
#include "authz_sql.h"
#include "services/authz/allowance.h"

#define ORG "0192f000-0000-7000-8000-00000000000a"
#define OTHER_ORG "0192f000-0000-7000-8000-00000000000b"
#define CLEO "0192f000-0000-7000-8000-0000000000c1"
#define OTTO "0192f000-0000-7000-8000-0000000000c2"
#define PLAN "0192f000-0000-7000-8000-0000000000d1"

static const char scene[] =
	"truncate users cascade; update organisations set state = 'active', plan_id = null; delete from plans;"
	"insert into users (id, org_id, email, name, role, password)"
	" values ('" CLEO "', '" ORG "', 'cleo@bakery.example', 'Cleo', 'admin', '$argon2id$x'),"
	"        ('" OTTO "', '" OTHER_ORG "', 'otto@cobbler.example', 'Otto', 'staff', '$argon2id$x');"
	"insert into plans (id, name) values ('" PLAN "', 'Starter');"
	"insert into plan_limits (plan_id, kind, lim) values ('" PLAN "', 'websites', 3);";

/* The change: the transaction, and the words that it says. */
struct fake {
	struct authz_db *db;
	struct tx *tx;
	unsigned words;
	size_t orgs, limits;
	uint64_t version;
	char service[32], method[32];
};

struct tx *change_tx(struct change *change)
{
	return ((struct fake *)(void *)change)->tx;
}

bool change_tell(struct change *change, const char *service, const char *method, const ProtobufCMessage *request,
                 struct error *err)
{
	const Stralix__V1__SetLimitsRequest *said = (const Stralix__V1__SetLimitsRequest *)(const void *)request;
	struct fake *fake = (struct fake *)(void *)change;

	(void)err;
	fake->words++;
	fake->orgs += said->n_organisation_ids;
	assert_true(said->n_organisation_ids <= 500);
	fake->limits = said->n_limits;
	fake->version = said->version;
	snprintf(fake->service, sizeof(fake->service), "%s", service);
	snprintf(fake->method, sizeof(fake->method), "%s", method);
	return true;
}

static int set_up(void **state)
{
	struct fake *fake = calloc(1, sizeof(*fake));

	if (!fake)
		return -1;
	fake->db = authz_db_new();
	*state = fake;
	return 0;
}

static int tear_down(void **state)
{
	authz_db_free(((struct fake *)*state)->db);
	free(*state);
	return 0;
}

static void open_tx(struct fake *fake, const char *org)
{
	struct error err = { 0 };
	struct uuid id;

	if (org)
		assert_true(uuid_parse(org, &id));
	if (!tx_begin(authz_db_own(fake->db), org ? &id : NULL, &fake->tx, &err))
		fail_msg("%s", err.message);
}

static int begin(void **state)
{
	struct fake *fake = *state;

	authz_db_sql(fake->db, scene);
	*fake = (struct fake){ .db = fake->db };
	return 0;
}

static int end(void **state)
{
	struct fake *fake = *state;

	tx_free(fake->tx);
	fake->tx = NULL;
	return 0;
}

static unsigned affected(struct fake *fake, unsigned query, const struct db_param *params, unsigned n)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct error err = { 0 };

	if (!tx_run(fake->tx, query, params, n, &rows, &err))
		fail_msg("%s", err.message);
	return rows_affected(rows) + rows_count(rows);
}
#define AFFECTED(fake, query, ...)                                                                                     \
	affected(fake, query, (const struct db_param[]){ __VA_ARGS__ },                                                \
	         sizeof((const struct db_param[]){ __VA_ARGS__ }) / sizeof(struct db_param))

static void a_change_reaches_only_people_of_its_organisation(void **state)
{
	struct fake *fake = *state;

	open_tx(fake, ORG);
	assert_int_equal(AFFECTED(fake, AUTHZ_USER_RENAME, DB_TEXT(OTTO), DB_TEXT("Taken over")), 0);
	assert_int_equal(AFFECTED(fake, AUTHZ_USER_SET_PASSWORD, DB_TEXT(OTTO), DB_TEXT("$argon2id$y"), DB_BOOL(false)),
	                 0);
	assert_int_equal(AFFECTED(fake, AUTHZ_USER_SHOW, DB_TEXT(OTTO)), 0);
	assert_int_equal(AFFECTED(fake, AUTHZ_USER_RENAME, DB_TEXT(CLEO), DB_TEXT("Cleopatra")), 1);
	assert_int_equal(AFFECTED(fake, AUTHZ_ORGANISATION_SUSPEND, DB_TEXT(OTHER_ORG), DB_TEXT("no")), 0);
	assert_int_equal(AFFECTED(fake, AUTHZ_ORGANISATION_SUSPEND, DB_TEXT(ORG), DB_TEXT("yes")), 1);
}

static void a_person_moves_only_out_of_the_organisation_that_is_changed(void **state)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct fake *fake = *state;
	struct error err = { 0 };

	open_tx(fake, ORG);
	assert_int_equal(AFFECTED(fake, AUTHZ_USER_MOVE, DB_TEXT(OTTO), DB_TEXT(ORG)), 0);
	assert_true(TX_RUN(fake->tx, AUTHZ_USER_MOVE, &rows, &err, DB_TEXT(CLEO), DB_TEXT(OTHER_ORG)));
	assert_int_equal(rows_count(rows), 1);
	assert_string_equal(rows_text(rows, 0, 1), OTHER_ORG);
	assert_int_equal(AFFECTED(fake, AUTHZ_USER_SHOW, DB_TEXT(CLEO)), 0);
	assert_int_equal(AFFECTED(fake, AUTHZ_USER_DELETE, DB_TEXT(CLEO)), 0);
	end(state);
	open_tx(fake, ORG);
	assert_int_equal(AFFECTED(fake, AUTHZ_USER_DELETE, DB_TEXT(OTTO)), 0);
	assert_int_equal(AFFECTED(fake, AUTHZ_USER_DELETE, DB_TEXT(CLEO)), 1);
}

static void what_staff_look_after_is_changed_with_them_and_by_nobody_else(void **state)
{
	static const char *const orgs[] = { ORG };
	struct fake *fake = *state;
	struct error err = { 0 };

	open_tx(fake, OTHER_ORG);
	assert_int_equal(AFFECTED(fake, AUTHZ_STAFF_ASSIGN, DB_TEXT(OTTO), DB_TEXT(ORG)), 1);
	assert_int_equal(AFFECTED(fake, AUTHZ_STAFF_ASSIGN, DB_TEXT(OTTO), DB_TEXT(ORG)), 0); /* again: nothing to do */
	assert_int_equal(AFFECTED(fake, AUTHZ_USER_UNASSIGN, DB_TEXT(CLEO), DB_TEXTS(orgs, 0)), 0);
	assert_true(tx_commit(&fake->tx, &err));
	open_tx(fake, OTHER_ORG);
	assert_int_equal(AFFECTED(fake, AUTHZ_USER_UNASSIGN, DB_TEXT(OTTO), DB_TEXTS(orgs, 0)), 1);
}

static bool remains(struct fake *fake)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct error err = { 0 };

	if (!tx_run(fake->tx, AUTHZ_ADMIN_REMAINS, NULL, 0, &rows, &err))
		fail_msg("%s", err.message);
	return rows_bool(rows, 0, 0);
}

static void the_last_admin_is_known_whoever_asks(void **state)
{
	struct fake *fake = *state;

	open_tx(fake, OTHER_ORG);
	assert_true(remains(fake));
	end(state);
	authz_db_sql(fake->db, "update users set state = 'disabled' where id = '" CLEO "'");
	open_tx(fake, OTHER_ORG);
	assert_false(remains(fake));
	end(state);
	authz_db_sql(fake->db, "update users set state = 'active' where id = '" CLEO "';"
	                       "update organisations set state = 'suspended' where id = '" ORG "'");
	open_tx(fake, OTHER_ORG);
	assert_false(remains(fake));
}

static void a_plan_knows_who_has_it_though_the_process_sees_none(void **state)
{
	struct fake *fake = *state;

	authz_db_sql(fake->db, "update organisations set plan_id = '" PLAN "'");
	open_tx(fake, NULL);
	assert_int_equal(AFFECTED(fake, AUTHZ_PLAN_HOLDERS, DB_TEXT(PLAN)), 2 + 2);
	assert_int_equal(AFFECTED(fake, AUTHZ_ORGANISATION_SHOW, DB_TEXT(ORG)), 0);
}

static void a_plan_that_somebody_has_cannot_go(void **state)
{
	struct fake *fake = *state;
	struct error err = { 0 };

	authz_db_sql(fake->db, "update organisations set plan_id = '" PLAN "' where id = '" ORG "'");
	open_tx(fake, NULL);
	assert_false(TX_RUN(fake->tx, AUTHZ_PLAN_DELETE, NULL, &err, DB_TEXT(PLAN)));
	assert_int_equal(err.code, ERR_CONFLICT);
}

static void limits_are_written_as_a_whole(void **state)
{
	static const char *const kinds[] = { "websites", "mailboxes" }, *const numbers[] = { "7", "0" };
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct fake *fake = *state;
	struct error err = { 0 };

	open_tx(fake, NULL);
	AFFECTED(fake, AUTHZ_PLAN_SET_LIMITS, DB_TEXT(PLAN), DB_TEXTS(kinds, 2), DB_TEXTS(numbers, 2));
	AFFECTED(fake, AUTHZ_PLAN_SET_LIMITS, DB_TEXT(PLAN), DB_TEXTS(kinds + 1, 1), DB_TEXTS(numbers + 1, 1));
	assert_true(TX_RUN(fake->tx, AUTHZ_PLAN_SHOW, &rows, &err, DB_TEXT(PLAN)));
	assert_string_equal(rows_text(rows, 0, 4), "mailboxes 0");
	AFFECTED(fake, AUTHZ_PLAN_SET_LIMITS, DB_TEXT(PLAN), DB_TEXTS(kinds, 0), DB_TEXTS(numbers, 0));
	rows_free(TAKE_PTR(rows));
	assert_true(TX_RUN(fake->tx, AUTHZ_PLAN_SHOW, &rows, &err, DB_TEXT(PLAN)));
	assert_string_equal(rows_text(rows, 0, 4), "");
}

static void owners_are_told_in_parts_with_a_version_that_rises(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	struct fake *fake = *state;
	struct change *change = (struct change *)(void *)fake;
	struct error err = { 0 };
	struct allowance limits;
	char org[] = ORG, *orgs[1001];
	uint64_t first;

	for (size_t i = 0; i < ARRAY_SIZE(orgs); i++)
		orgs[i] = org;
	open_tx(fake, NULL);
	assert_true(allowance_read("unicorns 4 websites 3 zones 2", arena, &limits, &err));
	assert_int_equal(limits.n, 3);
	assert_true(allowance_tell(change, orgs, ARRAY_SIZE(orgs), &limits, arena, &err));
	assert_int_equal(fake->words, 6);
	assert_int_equal(fake->orgs, 2002);
	assert_int_equal(fake->limits, 1); /* each hears of its own kinds alone */
	assert_string_equal(fake->service, "dns");
	assert_string_equal(fake->method, "SetLimits");
	first = fake->version;
	assert_true(allowance_tell(change, orgs, 1, &limits, arena, &err));
	assert_true(fake->version > first);
	assert_true(allowance_tell(change, orgs, 0, &limits, arena, &err));
	assert_int_equal(fake->words, 8);
}

static void limits_of_what_does_not_exist_are_refused(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	struct allowance limits;
	struct error err = { 0 };

	(void)state;
	assert_true(allowance_read("websites 1 unicorns 4", arena, &limits, &err));
	assert_false(allowance_check(&limits, "limits", &err));
	assert_string_equal(err.violations[0].field, "limits[1].kind");
	err = (struct error){ 0 };
	assert_true(allowance_read("websites 1 websites 1", arena, &limits, &err));
	assert_false(allowance_check(&limits, "limits", &err));
	assert_string_equal(err.violations[0].rule, "repeated");
	limits.n = 1;
	assert_true(allowance_check(&limits, "limits", &err));
}

static void sessions_end_but_for_the_one_that_stays(void **state)
{
	struct fake *fake = *state;

	authz_db_sql(fake->db, "insert into sessions (id, org_id, user_id, digest, idle, expires_at)"
	                       " select ('0192f000-0000-7000-8000-0000000000e' || i)::uuid, '" ORG "', '" CLEO "',"
	                       " sha256(i::text::bytea), interval '1 hour', now() + interval '1 day'"
	                       " from generate_series(1, 3) as i;"
	                       "update sessions set last_seen_at = now() - interval '2 hours'"
	                       " where id = '0192f000-0000-7000-8000-0000000000e3'");
	open_tx(fake, ORG);
	assert_int_equal(AFFECTED(fake, AUTHZ_SESSION_LIST, DB_TEXT(CLEO)), 2 + 2); /* what has ended by itself isn't */
	assert_int_equal(
		AFFECTED(fake, AUTHZ_USER_END_SESSIONS, DB_TEXT(CLEO), DB_TEXT("0192f000-0000-7000-8000-0000000000e1")),
		2);
	assert_int_equal(AFFECTED(fake, AUTHZ_USER_END_SESSIONS, DB_TEXT(CLEO), DB_NULL), 1);
}

int main(void)
{
#define FROM_START(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		FROM_START(a_change_reaches_only_people_of_its_organisation),
		FROM_START(a_person_moves_only_out_of_the_organisation_that_is_changed),
		FROM_START(what_staff_look_after_is_changed_with_them_and_by_nobody_else),
		FROM_START(the_last_admin_is_known_whoever_asks),
		FROM_START(a_plan_knows_who_has_it_though_the_process_sees_none),
		FROM_START(a_plan_that_somebody_has_cannot_go),
		FROM_START(limits_are_written_as_a_whole),
		FROM_START(owners_are_told_in_parts_with_a_version_that_rises),
		FROM_START(limits_of_what_does_not_exist_are_refused),
		FROM_START(sessions_end_but_for_the_one_that_stays),
	};

	return cmocka_run_group_tests_name("authz/people", tests, set_up, tear_down);
}
