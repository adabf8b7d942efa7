/* NATS keys and JWTs: the spelling that nats-server knows. */
#include <jansson.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/trust/base32.h"
#include "lib/trust/nkey.h"

/* From the nkeys project's documentation: a user's seed and its public key. */
static const char known_seed[] = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
static const char known_public[] = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";

static void a_known_seed_gives_its_public_key(void **state)
{
	_cleanup_(nkey_freep) struct nkey *key = NULL;
	struct error err = { 0 };

	(void)state;
	assert_true(nkey_from_seed(known_seed, &key, &err));
	assert_string_equal(nkey_public(key), known_public);
	assert_string_equal(nkey_seed(key), known_seed);
}

static void fresh_keys_of_each_kind_come_back_from_their_seed(void **state)
{
	static const struct {
		enum nkey_kind kind;
		char letter;
	} kinds[] = { { NKEY_OPERATOR, 'O' }, { NKEY_ACCOUNT, 'A' }, { NKEY_USER, 'U' } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		_cleanup_(nkey_freep) struct nkey *key = nkey_new(kinds[i].kind), *again = NULL;
		struct error err = { 0 };

		assert_non_null(key);
		assert_int_equal(nkey_public(key)[0], kinds[i].letter);
		assert_int_equal(strlen(nkey_public(key)), NKEY_PUBLIC - 1);
		assert_int_equal(strlen(nkey_seed(key)), NKEY_SEED - 1);
		assert_int_equal(nkey_seed(key)[1], kinds[i].letter);
		assert_true(nkey_from_seed(nkey_seed(key), &again, &err));
		assert_string_equal(nkey_public(key), nkey_public(again));
	}
}

static void a_seed_with_any_wrong_character_is_refused_and_not_repeated(void **state)
{
	char seed[sizeof known_seed];

	(void)state;
	for (size_t i = 0; i < sizeof known_seed - 1; i++) {
		struct nkey *key = NULL;
		struct error err = { 0 };

		memcpy(seed, known_seed, sizeof seed);
		seed[i] = seed[i] == 'B' ? 'C' : 'B';
		assert_false(nkey_from_seed(seed, &key, &err));
		assert_null(key);
		assert_null(strstr(err.message, "SUACSSL"));
		seed[i] = '\0';
		assert_false(nkey_from_seed(seed, &key, &err));
	}
	assert_false(nkey_from_seed("", &(struct nkey *){ NULL }, NULL));
	assert_false(nkey_from_seed(known_public, &(struct nkey *){ NULL }, NULL));
}

/* A part of a JWT, decoded; malloc'd. */
static char *part(const char *jwt, int number, size_t *ret_size)
{
	char *text, *out;
	size_t length, padded;

	for (; number > 0; number--)
		jwt = strchr(jwt, '.') + 1;
	length = strcspn(jwt, ".");
	padded = (length + 3) / 4 * 4;
	text = calloc(1, padded + 1);
	out = calloc(1, padded + 1);
	assert_non_null(text);
	assert_non_null(out);
	memset(text, '=', padded);
	for (size_t i = 0; i < length; i++)
		text[i] = (char)(jwt[i] == '-' ? '+' : jwt[i] == '_' ? '/' : jwt[i]);
	EVP_DecodeBlock((unsigned char *)out, (const unsigned char *)text, (int)padded);
	*ret_size = length * 3 / 4;
	out[*ret_size] = '\0';
	free(text);
	return out;
}

static void assert_signed_by(const char *jwt, const char *public)
{
	_cleanup_free_ char *signature = NULL;
	uint8_t raw[40];
	size_t size;
	EVP_PKEY *key;
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	assert_int_equal(base32_decode(public, raw, sizeof raw), 35);
	key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw + 1, 32);
	signature = part(jwt, 2, &size);
	assert_int_equal(size, 64);
	assert_int_equal(EVP_DigestVerifyInit(context, NULL, NULL, NULL, key), 1);
	assert_int_equal(EVP_DigestVerify(context, (unsigned char *)signature, size, (const unsigned char *)jwt,
	                                  (size_t)(strrchr(jwt, '.') - jwt)),
	                 1);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
}

static json_t *claims_of(const char *jwt)
{
	size_t size;
	_cleanup_free_ char *text = part(jwt, 1, &size);
	json_t *claims = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(claims);
	return claims;
}

static const char *text_at(json_t *object, const char *one, const char *two)
{
	json_t *value = json_object_get(object, one);

	return json_string_value(two ? json_object_get(value, two) : value);
}

static const char *const publish[] = { "report.{{name()}}", "heartbeat.{{name()}}", NULL };
static const char *const subscribe[] = { "node.{{name()}}.>", NULL };
static const struct nats_rights rights = { publish, subscribe };

static void a_user_has_just_its_subjects(void **state)
{
	_cleanup_(nkey_freep) struct nkey *account = nkey_new(NKEY_ACCOUNT), *user = nkey_new(NKEY_USER);
	_cleanup_free_ char *jwt = NULL;
	json_t *claims, *nats;

	(void)state;
	jwt = nats_user_jwt(account, nkey_public(user), "web", nkey_public(account), &rights, 77);
	assert_non_null(jwt);
	assert_signed_by(jwt, nkey_public(account));
	claims = claims_of(jwt);
	assert_string_equal(text_at(claims, "sub", NULL), nkey_public(user));
	assert_string_equal(text_at(claims, "nats", "type"), "user");
	assert_int_equal(json_integer_value(json_object_get(claims, "exp")), 77);
	nats = json_object_get(claims, "nats");
	assert_int_equal(json_array_size(json_object_get(json_object_get(nats, "pub"), "allow")), 2);
	assert_int_equal(json_array_size(json_object_get(json_object_get(nats, "sub"), "allow")), 1);
	json_decref(claims);
}

static void no_subjects_at_all_means_nothing_is_allowed(void **state)
{
	static const char *const none[] = { NULL };
	static const struct nats_rights nothing = { none, NULL };
	_cleanup_(nkey_freep) struct nkey *account = nkey_new(NKEY_ACCOUNT), *user = nkey_new(NKEY_USER);
	_cleanup_free_ char *jwt = NULL;
	json_t *claims;

	(void)state;
	jwt = nats_user_jwt(account, nkey_public(user), "web", nkey_public(account), &nothing, 0);
	claims = claims_of(jwt);
	for (const char *const *side = (const char *const[]){ "pub", "sub", NULL }; *side; side++) {
		json_t *part_of = json_object_get(json_object_get(claims, "nats"), *side);

		assert_string_equal(json_string_value(json_array_get(json_object_get(part_of, "deny"), 0)), ">");
	}
	json_decref(claims);
}

static void a_scoped_user_carries_no_rights_of_its_own(void **state)
{
	_cleanup_(nkey_freep) struct nkey *signer = nkey_new(NKEY_ACCOUNT), *user = nkey_new(NKEY_USER);
	_cleanup_free_ char *jwt = NULL;
	json_t *claims, *nats;

	(void)state;
	jwt = nats_user_jwt(signer, nkey_public(user), "n1", nkey_public(signer), NULL, 0);
	claims = claims_of(jwt);
	nats = json_object_get(claims, "nats");
	for (const char *const *name = (const char *const[]){ "pub", "sub", "subs", "data", "payload", NULL }; *name;
	     name++)
		assert_null(json_object_get(nats, *name));
	json_decref(claims);
}

static void an_account_names_its_signers_and_denies_by_default(void **state)
{
	_cleanup_(nkey_freep) struct nkey *op = nkey_new(NKEY_OPERATOR), *account = nkey_new(NKEY_ACCOUNT);
	_cleanup_(nkey_freep) struct nkey *users = nkey_new(NKEY_ACCOUNT), *nodes = nkey_new(NKEY_ACCOUNT);
	_cleanup_free_ char *jwt = NULL;
	json_t *claims, *nats, *keys, *scope;

	(void)state;
	jwt = nats_account_jwt(op, nkey_public(account), "STRALIX", nkey_public(users), nkey_public(nodes), &rights,
	                       true, 12);
	assert_non_null(jwt);
	assert_signed_by(jwt, nkey_public(op));
	claims = claims_of(jwt);
	assert_int_equal(json_integer_value(json_object_get(claims, "iat")), 12);
	nats = json_object_get(claims, "nats");
	keys = json_object_get(nats, "signing_keys");
	assert_string_equal(json_string_value(json_array_get(keys, 0)), nkey_public(users));
	scope = json_array_get(keys, 1);
	assert_string_equal(text_at(scope, "kind", NULL), "user_scope");
	assert_string_equal(text_at(scope, "key", NULL), nkey_public(nodes));
	assert_non_null(json_object_get(json_object_get(nats, "default_permissions"), "pub"));
	assert_true(json_integer_value(json_object_get(json_object_get(nats, "limits"), "disk_storage")) > 0);
	json_decref(claims);
}

static void the_operator_names_signer_and_system_account(void **state)
{
	_cleanup_(nkey_freep) struct nkey *op = nkey_new(NKEY_OPERATOR), *signer = nkey_new(NKEY_OPERATOR);
	_cleanup_(nkey_freep) struct nkey *account = nkey_new(NKEY_ACCOUNT);
	_cleanup_free_ char *jwt = nats_operator_jwt(op, nkey_public(signer), nkey_public(account), "stralix");
	json_t *claims;

	(void)state;
	assert_non_null(jwt);
	assert_signed_by(jwt, nkey_public(op));
	claims = claims_of(jwt);
	assert_string_equal(text_at(claims, "nats", "system_account"), nkey_public(account));
	json_decref(claims);
}

static void names_and_subjects_that_leave_their_quotes_are_refused(void **state)
{
	static const char *const bad[] = { "", "a\"b", "a\\", "a b", "a\n", "\xc3\xa4" };
	_cleanup_(nkey_freep) struct nkey *key = nkey_new(NKEY_ACCOUNT);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *const subjects[] = { bad[i], NULL };
		const struct nats_rights wrong = { publish, subjects };

		assert_null(nats_user_jwt(key, nkey_public(key), bad[i], nkey_public(key), &rights, 0));
		assert_null(nats_user_jwt(key, nkey_public(key), "web", bad[i], &rights, 0));
		assert_null(nats_user_jwt(key, nkey_public(key), "web", nkey_public(key), &wrong, 0));
	}
}

static void credentials_hold_jwt_and_seed_in_their_frames(void **state)
{
	_cleanup_(nkey_freep) struct nkey *user = NULL;
	_cleanup_free_ char *text = NULL;

	(void)state;
	assert_true(nkey_from_seed(known_seed, &user, NULL));
	text = nats_creds("J.W.T", user);
	assert_string_equal(text, "-----BEGIN NATS USER JWT-----\nJ.W.T\n------END NATS USER JWT------\n\n"
	                          "-----BEGIN USER NKEY SEED-----\n"
	                          "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY\n"
	                          "------END USER NKEY SEED------\n");
}

#define FRAMED_JWT "-----BEGIN NATS USER JWT-----\nJ\n------END NATS USER JWT------\n"
#define BAD_SEED "-----BEGIN USER NKEY SEED-----\nSUBAD\n------END USER NKEY SEED------\n"

static void credentials_come_apart_again(void **state)
{
	static const char *const bad[] = { "", FRAMED_JWT, FRAMED_JWT BAD_SEED };
	_cleanup_(nkey_freep) struct nkey *user = nkey_new(NKEY_USER), *read = NULL;
	_cleanup_free_ char *text = nats_creds("J.W.T", user), *jwt = NULL;

	(void)state;
	assert_true(nats_creds_read(text, &jwt, &read, NULL));
	assert_string_equal(jwt, "J.W.T");
	assert_string_equal(nkey_public(user), nkey_public(read));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char *none = NULL;
		struct nkey *nobody = NULL;

		assert_false(nats_creds_read(bad[i], &none, &nobody, NULL));
		assert_null(none);
	}
}

static void the_same_said_at_another_time_is_the_same(void **state)
{
	_cleanup_(nkey_freep) struct nkey *op = nkey_new(NKEY_OPERATOR), *account = nkey_new(NKEY_ACCOUNT);
	_cleanup_free_ char *early = NULL, *late = NULL, *other = NULL;

	(void)state;
	early = nats_account_jwt(op, nkey_public(account), "A", NULL, nkey_public(account), &rights, true, 12);
	late = nats_account_jwt(op, nkey_public(account), "A", NULL, nkey_public(account), &rights, true, 13);
	other = nats_account_jwt(op, nkey_public(account), "A", NULL, nkey_public(account), &rights, false, 12);
	assert_string_not_equal(early, late);
	assert_true(nats_jwt_same(early, late));
	assert_false(nats_jwt_same(early, other));
	assert_false(nats_jwt_same("", ""));
	assert_false(nats_jwt_same("a.%%%.c", "a.%%%.c"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_seed_gives_its_public_key),
		cmocka_unit_test(fresh_keys_of_each_kind_come_back_from_their_seed),
		cmocka_unit_test(a_seed_with_any_wrong_character_is_refused_and_not_repeated),
		cmocka_unit_test(a_user_has_just_its_subjects),
		cmocka_unit_test(no_subjects_at_all_means_nothing_is_allowed),
		cmocka_unit_test(a_scoped_user_carries_no_rights_of_its_own),
		cmocka_unit_test(an_account_names_its_signers_and_denies_by_default),
		cmocka_unit_test(the_operator_names_signer_and_system_account),
		cmocka_unit_test(names_and_subjects_that_leave_their_quotes_are_refused),
		cmocka_unit_test(credentials_hold_jwt_and_seed_in_their_frames),
		cmocka_unit_test(credentials_come_apart_again),
		cmocka_unit_test(the_same_said_at_another_time_is_the_same),
	};

	return cmocka_run_group_tests_name("nkey", tests, NULL, NULL);
}
