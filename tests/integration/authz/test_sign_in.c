/* SignIn on a real PostgreSQL; call, service and change are fakes that note what the handler says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/service/change.h"

#include "authz_db.h"
#include "authz_sql.h"
#include "services/authz/authz.h"
#include "services/authz/opaque.h"
#include "services/authz/password.h"

#define EMAIL "cleo@bakery.example"
#define PASSWORD "a horse walks into a bar"

/* The call, the service and the change in one. */
struct fake {
	struct authz_db *db;
	struct authz authz;
	struct authz_settings settings;
	struct arena *arena;
	struct identity identity;
	struct tx *tx;
	bool commit_fails;
	int audited;
	char action[64], outcome[16], actor[80], org[UUID_TEXT], name[256]; /* of the last record */
	char token[OPAQUE_TEXT], role[16];                                  /* of the reply */
};

static struct fake *fake_of(const void *handle)
{
	return (struct fake *)(uintptr_t)handle;
}

void *call_state(struct call *call)
{
	return &fake_of(call)->authz;
}

struct service *call_service(struct call *call)
{
	return (struct service *)call;
}

struct arena *call_arena(struct call *call)
{
	return fake_of(call)->arena;
}

const struct identity *call_identity(const struct call *call)
{
	return &fake_of(call)->identity;
}

const char *call_source_ip(const struct call *call)
{
	(void)call;
	return "192.0.2.1";
}

int call_remaining_ms(const struct call *call)
{
	(void)call;
	return 10000;
}

const void *service_settings(const struct service *service)
{
	return &fake_of(service)->settings;
}

struct db *service_db_wide(struct service *service)
{
	return authz_db_wide(fake_of(service)->db);
}

bool change_begin(struct call *call, const struct uuid *org, struct change **ret, struct error *err)
{
	struct fake *fake = fake_of(call);

	snprintf(fake->actor, sizeof(fake->actor), "anonymous");
	*ret = (struct change *)fake;
	return tx_begin(authz_db_own(fake->db), org, &fake->tx, err);
}

void change_free(struct change *change)
{
	tx_free(fake_of(change)->tx);
	fake_of(change)->tx = NULL;
}

struct tx *change_tx(struct change *change)
{
	return fake_of(change)->tx;
}

bool change_actor(struct change *change, const char *user_id, const char *name, struct error *err)
{
	(void)name;
	(void)err;
	snprintf(fake_of(change)->actor, sizeof(fake_of(change)->actor), "%s", user_id);
	return true;
}

bool change_audit(struct change *change, const char *action, const Stralix__V1__Target *target, const char *outcome,
                  const struct contract_message *rules, const ProtobufCMessage *before, const ProtobufCMessage *after,
                  struct error *err)
{
	struct fake *fake = fake_of(change);

	(void)rules;
	(void)before;
	(void)after;
	(void)err;
	fake->audited++;
	snprintf(fake->action, sizeof(fake->action), "%s", action);
	snprintf(fake->outcome, sizeof(fake->outcome), "%s", outcome);
	snprintf(fake->org, sizeof(fake->org), "%s", target->organisation_id);
	snprintf(fake->name, sizeof(fake->name), "%s", target->name);
	return true;
}

bool change_reply(struct change *change, const ProtobufCMessage *reply, struct error *err)
{
	const Stralix__V1__SignInReply *signed_in = (const Stralix__V1__SignInReply *)reply;

	(void)err;
	snprintf(fake_of(change)->token, OPAQUE_TEXT, "%s", signed_in->token);
	snprintf(fake_of(change)->role, sizeof(fake_of(change)->role), "%s", signed_in->session->role);
	return true;
}

bool change_commit(struct change *change, struct error *err)
{
	if (fake_of(change)->commit_fails)
		return error_set(err, ERR_UNAVAILABLE, "the database is away");
	return tx_commit(&fake_of(change)->tx, err);
}

static int set_up_group(void **state)
{
	struct fake *fake = calloc(1, sizeof(*fake));
	struct error err = { 0 };

	if (!fake)
		return -1;
	fake->db = authz_db_new();
	*state = fake;
	return hasher_new(&fake->authz.hasher, &err) ? 0 : -1;
}

static int tear_down_group(void **state)
{
	struct fake *fake = *state;

	hasher_free(fake->authz.hasher);
	authz_db_free(fake->db);
	free(fake);
	return 0;
}

static int set_up(void **state)
{
	struct fake *fake = *state;
	char hash[PASSWORD_HASH], sql[1024];
	struct error err = { 0 };

	fake->settings = (struct authz_settings){ .limit_per_ip = 20, .limit_per_account = 10 };
	fake->arena = arena_new((size_t)1024 * 1024);
	fake->commit_fails = false;
	fake->audited = 0;
	fake->token[0] = fake->action[0] = fake->outcome[0] = '\0';
	if (!hasher_hash(fake->authz.hasher, PASSWORD, 10000, hash, &err))
		return -1;
	snprintf(sql, sizeof(sql),
	         "truncate login_attempts, users cascade; insert into users (id, org_id, email, name, role, password)"
	         " values ('0192f000-0000-7000-8000-0000000000c1', '%s', '" EMAIL "', 'Cleo', 'customer', '%s')",
	         authz_db_orgs[0], hash);
	authz_db_sql(fake->db, sql);
	return 0;
}

static int tear_down(void **state)
{
	arena_free(((struct fake *)*state)->arena);
	return 0;
}

static bool sign_in(struct fake *fake, const char *email, const char *password, struct error *err)
{
	char email_text[128], password_text[160];
	Stralix__V1__SignInRequest request;

	*err = (struct error){ 0 };
	stralix__v1__sign_in_request__init(&request);
	snprintf(email_text, sizeof(email_text), "%s", email);
	snprintf(password_text, sizeof(password_text), "%s", password);
	request.email = email_text;
	request.password = password_text;
	return authz_sign_in((struct call *)fake, &request, err);
}

static unsigned sessions_of(struct fake *fake, const char *token)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;
	uint8_t digest[OPAQUE_DIGEST];
	struct error err = { 0 };

	opaque_digest(token, digest);
	assert_true(tx_begin(authz_db_wide(fake->db), NULL, &tx, &err));
	assert_true(TX_RUN(tx, AUTHZ_WIDE_SESSION_IDENTITY, &rows, &err, DB_BYTES(digest, sizeof(digest))));
	return rows_count(rows);
}

static void the_right_password_opens_a_session(void **state)
{
	struct fake *fake = *state;
	char first[OPAQUE_TEXT];
	struct error err;

	assert_true(sign_in(fake, EMAIL, PASSWORD, &err));
	assert_int_equal(opaque_kind(fake->token), OPAQUE_SESSION);
	assert_int_equal(sessions_of(fake, fake->token), 1);
	assert_string_equal(fake->role, "customer");
	assert_string_equal(fake->action, "session.create");
	assert_string_equal(fake->outcome, "success");
	assert_string_equal(fake->actor, "0192f000-0000-7000-8000-0000000000c1");
	assert_string_equal(fake->org, authz_db_orgs[0]);

	snprintf(first, sizeof(first), "%s", fake->token);
	assert_true(sign_in(fake, EMAIL, PASSWORD, &err));
	assert_string_not_equal(fake->token, first);
}

static void wrong_unknown_and_disabled_get_the_same_words(void **state)
{
	struct fake *fake = *state;
	struct error wrong, unknown, disabled;

	assert_false(sign_in(fake, EMAIL, "a horse walks into a barn", &wrong));
	assert_string_equal(fake->outcome, "failed");
	assert_string_equal(fake->org, authz_db_orgs[0]);
	assert_false(sign_in(fake, "nobody@bakery.example", PASSWORD, &unknown));
	assert_string_equal(fake->outcome, "failed");
	assert_string_equal(fake->org, "00000000-0000-0000-0000-000000000000");
	assert_string_equal(fake->name, "nobody@bakery.example");
	authz_db_sql(fake->db, "update users set state = 'disabled'");
	assert_false(sign_in(fake, EMAIL, PASSWORD, &disabled));
	assert_int_equal(wrong.code, ERR_UNAUTHENTICATED);
	assert_memory_equal(&wrong, &unknown, sizeof(wrong));
	assert_memory_equal(&wrong, &disabled, sizeof(wrong));
	assert_int_equal(fake->audited, 3);
	assert_string_equal(fake->token, "");
}

static void above_the_limit_even_the_right_password_waits(void **state)
{
	struct fake *fake = *state;
	struct error err;

	fake->settings.limit_per_account = 2;
	for (int i = 0; i < 2; i++) {
		assert_false(sign_in(fake, EMAIL, "a horse walks into a barn", &err));
		assert_int_equal(err.code, ERR_UNAUTHENTICATED);
	}
	for (int i = 0; i < 3; i++) {
		assert_false(sign_in(fake, EMAIL, PASSWORD, &err));
		assert_int_equal(err.code, ERR_RATE_LIMITED);
		assert_in_range(err.retry_after_s, 1, 300);
	}
	assert_string_equal(fake->outcome, "denied");
	assert_int_equal(fake->audited, 3); /* of the refused only the first */
}

static void right_passwords_are_never_too_many(void **state)
{
	struct fake *fake = *state;
	struct error err;

	fake->settings.limit_per_account = 2;
	for (int i = 0; i < 5; i++)
		assert_true(sign_in(fake, EMAIL, PASSWORD, &err));
}

static void a_failed_commit_leaves_no_session(void **state)
{
	struct fake *fake = *state;
	struct error err;

	fake->commit_fails = true;
	assert_false(sign_in(fake, EMAIL, PASSWORD, &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	assert_int_equal(sessions_of(fake, fake->token), 0);
}

static void a_failure_that_cannot_be_audited_is_not_answered(void **state)
{
	struct fake *fake = *state;
	struct error err;

	fake->commit_fails = true;
	assert_false(sign_in(fake, EMAIL, "a horse walks into a barn", &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
}

#define WITH_CLEO(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CLEO(the_right_password_opens_a_session),
		WITH_CLEO(wrong_unknown_and_disabled_get_the_same_words),
		WITH_CLEO(above_the_limit_even_the_right_password_waits),
		WITH_CLEO(right_passwords_are_never_too_many),
		WITH_CLEO(a_failed_commit_leaves_no_session),
		WITH_CLEO(a_failure_that_cannot_be_audited_is_not_answered),
	};

	return cmocka_run_group_tests_name("authz/sign_in", tests, set_up_group, tear_down_group);
}
