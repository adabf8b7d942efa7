/* sign: the signer's answers to good, bad and hostile frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/contract/contract.h"

#include "services/authz/signer/sign.h"

enum { NOW = 1795500000 };

struct fixture {
	struct token_key *key;
	uint8_t public[TOKEN_KEY];
	struct arena *arena;
	Stralix__V1__SignerRequest request;
	Stralix__V1__SignIdentity identity;
	char text[8][64];
	char *scopes[40];
};

static char *text(struct fixture *f, int i, const char *value)
{
	snprintf(f->text[i], sizeof(f->text[i]), "%s", value);
	return f->text[i];
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->key = token_key_new();
	token_key_public(f->key, f->public);
	f->arena = arena_new(1024 * 1024);
	stralix__v1__signer_request__init(&f->request);
	stralix__v1__sign_identity__init(&f->identity);
	f->request.ref = 42;
	f->request.body_case = STRALIX__V1__SIGNER_REQUEST__BODY_IDENTITY;
	f->request.identity = &f->identity;
	f->identity.user_id = text(f, 0, "0192f000-0000-7000-8000-000000000001");
	f->identity.organisation_id = text(f, 1, "0192f000-0000-7000-8000-000000000002");
	f->identity.session_id = text(f, 2, "0192f000-0000-7000-8000-000000000003");
	f->identity.role = text(f, 3, "customer");
	f->identity.audience = text(f, 4, "web");
	f->identity.name = text(f, 5, "cleo@bakery.example");
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	token_key_free(f->key);
	arena_free(f->arena);
	free(f);
	return 0;
}

static void answer(struct fixture *f, Stralix__V1__SignerReply *reply)
{
	struct error err = { 0 };
	size_t size;
	uint8_t *frame = contract_pack(&f->request.base, f->arena, &size);

	assert_non_null(frame);
	assert_true(sign_answer(f->key, NOW, frame, size, f->arena, reply, &err));
}

static void the_token_says_who_and_lives_five_seconds(void **state)
{
	struct fixture *f = *state;
	Stralix__V1__SignerReply reply;
	struct token_claims claims;
	struct error err = { 0 };

	answer(f, &reply);
	assert_string_equal(reply.error, "");
	assert_int_equal(reply.ref, 42);
	assert_true(token_verify(f->public, reply.token, &claims, &err));
	assert_string_equal(claims.iss, "authz");
	assert_string_equal(claims.aud, "web");
	assert_string_equal(claims.sub, f->identity.user_id);
	assert_string_equal(claims.org, f->identity.organisation_id);
	assert_string_equal(claims.role, "customer");
	assert_string_equal(claims.sid, f->identity.session_id);
	assert_string_equal(claims.name, "cleo@bakery.example");
	assert_int_equal(claims.iat, NOW);
	assert_int_equal(claims.exp, NOW + 5);
}

static void scopes_and_organisations_are_carried(void **state)
{
	struct fixture *f = *state;
	char *orgs[] = { f->identity.user_id, f->identity.session_id };
	char *scopes[] = { text(f, 6, "website:read") };
	Stralix__V1__SignerReply reply;
	struct token_claims claims;
	struct error err = { 0 };

	f->identity.scopes = scopes;
	f->identity.n_scopes = 1;
	f->identity.organisations = orgs;
	f->identity.n_organisations = 2;
	answer(f, &reply);
	assert_true(token_verify(f->public, reply.token, &claims, &err));
	assert_int_equal(claims.n_scp, 1);
	assert_string_equal(claims.scp[0], "website:read");
	assert_int_equal(claims.n_orgs, 2);
	assert_string_equal(claims.orgs[1], f->identity.session_id);
}

static void refused(struct fixture *f)
{
	Stralix__V1__SignerReply reply;

	answer(f, &reply);
	assert_string_equal(reply.token, "");
	assert_string_not_equal(reply.error, "");
	assert_int_equal(reply.ref, 42);
}

static void by_hand_it_lives_ten_minutes_for_named_scopes(void **state)
{
	struct fixture *f = *state;
	char *scopes[] = { text(f, 6, "website:read") };
	Stralix__V1__SignerReply reply;
	struct token_claims claims;
	struct error err = { 0 };

	f->identity.by_hand = true;
	f->identity.ends_s = NOW + 3600;
	refused(f); /* no scopes would be all */
	f->identity.scopes = scopes;
	f->identity.n_scopes = 1;
	answer(f, &reply);
	assert_true(token_verify(f->public, reply.token, &claims, &err));
	assert_int_equal(claims.exp, NOW + 600);
	assert_int_equal(claims.ext, 0);
	f->identity.ends_s = NOW + 60; /* the session ends before */
	answer(f, &reply);
	assert_true(token_verify(f->public, reply.token, &claims, &err));
	assert_int_equal(claims.exp, NOW + 60);
}

static void a_user_that_is_no_id_is_refused(void **state)
{
	struct fixture *f = *state;

	f->identity.user_id = text(f, 0, "root");
	refused(f);
}

static void an_audience_with_a_dot_is_refused(void **state)
{
	struct fixture *f = *state;

	f->identity.audience = text(f, 4, "tasks.Enqueue");
	refused(f);
}

static void a_request_without_body_is_refused(void **state)
{
	struct fixture *f = *state;

	f->request.body_case = STRALIX__V1__SIGNER_REQUEST__BODY__NOT_SET;
	refused(f);
}

static void more_scopes_than_a_token_holds_are_refused(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < 40; i++)
		f->scopes[i] = text(f, 6, "website:read");
	f->identity.scopes = f->scopes;
	f->identity.n_scopes = 40;
	refused(f);
}

static void hostile_bytes_are_answered_without_a_token(void **state)
{
	struct fixture *f = *state;
	static const char *const frames[] = { "", "\xff", "\x12\xff\xff\xff\xff\x0f", "\x0a\x04gold",
		                              "\x12\x02\x0a\x7f" };
	Stralix__V1__SignerReply reply;
	struct error err = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
		assert_true(sign_answer(f->key, NOW, frames[i], strlen(frames[i]), f->arena, &reply, &err));
		assert_string_equal(reply.token, "");
		assert_string_not_equal(reply.error, "");
	}
}

static void every_cut_of_a_good_frame_is_no_token(void **state)
{
	struct fixture *f = *state;
	Stralix__V1__SignerReply reply;
	struct error err = { 0 };
	size_t size;
	uint8_t *frame = contract_pack(&f->request.base, f->arena, &size);

	for (size_t cut = 0; cut < size; cut++) {
		assert_true(sign_answer(f->key, NOW, frame, cut, f->arena, &reply, &err));
		if (*reply.token) /* only the optional name, which comes last, may be missing */
			assert_true(size - cut == 2 + strlen(f->identity.name));
	}
}

static void a_frame_that_is_too_large_is_refused(void **state)
{
	struct fixture *f = *state;
	Stralix__V1__SignerReply reply;
	struct error err = { 0 };
	static uint8_t frame[SIGN_FRAME_MAX + 1];

	assert_true(sign_answer(f->key, NOW, frame, sizeof(frame), f->arena, &reply, &err));
	assert_string_equal(reply.token, "");
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(the_token_says_who_and_lives_five_seconds),
		WITH_FIXTURE(scopes_and_organisations_are_carried),
		WITH_FIXTURE(by_hand_it_lives_ten_minutes_for_named_scopes),
		WITH_FIXTURE(a_user_that_is_no_id_is_refused),
		WITH_FIXTURE(an_audience_with_a_dot_is_refused),
		WITH_FIXTURE(a_request_without_body_is_refused),
		WITH_FIXTURE(more_scopes_than_a_token_holds_are_refused),
		WITH_FIXTURE(hostile_bytes_are_answered_without_a_token),
		WITH_FIXTURE(every_cut_of_a_good_frame_is_no_token),
		WITH_FIXTURE(a_frame_that_is_too_large_is_refused),
	};

	return cmocka_run_group_tests_name("authz/signer", tests, NULL, NULL);
}
