/* Tokens: what is signed is read again, and nothing else is read. */
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/token/token.h"

static const char header[] = "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9";

/* A known key, so that hostile tokens can be signed by hand. */
struct fixture {
	uint8_t public[TOKEN_KEY], secret[crypto_sign_SECRETKEYBYTES];
};

static struct fixture fixture_make(void)
{
	static const uint8_t seed[crypto_sign_SEEDBYTES] = { 7 };
	struct fixture f;

	crypto_sign_seed_keypair(f.public, f.secret, seed);
	return f;
}

/* Signs any header and claims as they stand. */
static void forge(const struct fixture *f, const char *head, const char *claims, char *out, size_t size)
{
	uint8_t signature[crypto_sign_BYTES];
	size_t used = (size_t)snprintf(out, size, "%s.", head);

	sodium_bin2base64(out + used, size - used, (const uint8_t *)claims, strlen(claims),
	                  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	used += strlen(out + used);
	crypto_sign_detached(signature, NULL, (const uint8_t *)out, used, f->secret);
	out[used++] = '.';
	sodium_bin2base64(out + used, size - used, signature, sizeof signature,
	                  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static struct token_claims full_claims(void)
{
	struct token_claims claims = {
		.act = "website.apply",
		.aud = "n1",
		.iss = "tasks",
		.jti = "0192-a",
		.name = "Zoë \"Z\" Ünal",
		.org = "o1",
		.rid = "r1",
		.role = "customer",
		.sid = "s1",
		.sub = "u1",
		.orgs = { "o1", "o2" },
		.n_orgs = 2,
		.scp = { "website:read" },
		.n_scp = 1,
		.rec = { "z1/A/home.shop.example.", "z1/TXT/_acme-challenge.shop.example." },
		.n_rec = 2,
		.has_dig = true,
		.dig = { 1, 2, 3 },
		.iat = 1764000000,
		.exp = 1764000120,
	};

	return claims;
}

static void every_claim_comes_back_as_it_was_signed(void **state)
{
	_cleanup_(token_key_freep) struct token_key *key = token_key_new();
	struct token_claims claims = full_claims(), read;
	struct error err = { 0 };
	uint8_t public[TOKEN_KEY];
	char token[TOKEN_MAX];

	(void)state;
	token_key_public(key, public);
	assert_true(token_sign(key, &claims, token, &err));
	assert_true(token_verify(public, token, &read, &err));
	assert_memory_equal(&claims, &read, sizeof claims);
	assert_true(token_peek(token, &read));
	assert_string_equal(read.iss, "tasks");
}

static void claims_are_spelled_in_alphabetical_order_without_space(void **state)
{
	static const char wanted[] = "{\"aud\":\"web\",\"exp\":5,\"iat\":0,\"iss\":\"authz\",\"name\":\"QQ\","
				     "\"orgs\":[\"a\",\"b\"],\"sub\":\"u\"}";
	_cleanup_(token_key_freep) struct token_key *key = token_key_new();
	struct token_claims claims = {
		.aud = "web", .exp = 5, .iss = "authz", .name = "A", .sub = "u", .orgs = { "a", "b" }, .n_orgs = 2
	};
	struct error err = { 0 };
	char token[TOKEN_MAX], text[TOKEN_MAX] = "", *dot;
	size_t size;

	(void)state;
	assert_true(token_sign(key, &claims, token, &err));
	assert_memory_equal(token, header, sizeof header - 1);
	dot = strrchr(token, '.');
	assert_int_equal(sodium_base642bin((uint8_t *)text, sizeof text, token + sizeof header,
	                                   (size_t)(dot - token) - sizeof header, NULL, &size, NULL,
	                                   sodium_base64_VARIANT_URLSAFE_NO_PADDING),
	                 0);
	assert_string_equal(text, wanted);
}

static void a_forged_token_of_the_canonical_form_is_read(void **state)
{
	struct fixture f = fixture_make();
	struct token_claims read;
	struct error err = { 0 };
	char token[8192];

	(void)state;
	forge(&f, header, "{\"aud\":\"n1\",\"exp\":120,\"iat\":0,\"iss\":\"tasks\"}", token, sizeof token);
	assert_true(token_verify(f.public, token, &read, &err));
	assert_int_equal(read.exp, 120);
}

#define TIMES "\"exp\":120,\"iat\":0"

static const char *const hostile_claims[] = {
	"",
	"{}",
	"null",
	"[]",
	"{\"exp\":120}", /* no iat */
	"{\"iat\":0}",   /* no exp */
	"{" TIMES "",    /* cut off */
	"{" TIMES "}}",  /* and more */
	"{" TIMES "} ",  /* spaces */
	" {" TIMES "}",
	"{ " TIMES "}",
	"{\"exp\": 120,\"iat\":0}",
	"{\"exp\":120, \"iat\":0}",
	"{\"exp\":120,\"iat\":0,}",
	"{,\"exp\":120,\"iat\":0}",
	"{\"iat\":0,\"exp\":120}", /* another order */
	"{" TIMES ",\"aud\":\"a\"}",
	"{" TIMES ",\"sub\":\"a\",\"iss\":\"b\"}",
	"{\"aud\":\"a\",\"aud\":\"b\"," TIMES "}", /* twice */
	"{\"exp\":120,\"exp\":121,\"iat\":0}",
	"{" TIMES ",\"nbf\":0}", /* unknown */
	"{\"Aud\":\"a\"," TIMES "}",
	"{\"aud\":\"a\\u0062\"," TIMES "}", /* escapes */
	"{\"aud\":\"a\\\"\"," TIMES "}",
	"{\"a\\u0075d\":\"a\"," TIMES "}",
	"{\"aud\":\"\"," TIMES "}", /* empty is absent */
	"{\"aud\":null," TIMES "}",
	"{\"aud\":1," TIMES "}",
	"{\"aud\":[\"a\"]," TIMES "}",
	"{\"aud\":\"a b\"," TIMES "}", /* alphabet */
	"{\"aud\":\"a*\"," TIMES "}",
	"{\"aud\":\"\xc3\xa4\"," TIMES "}",
	"{\"exp\":-1,\"iat\":0}", /* integers */
	"{\"exp\":+1,\"iat\":0}",
	"{\"exp\":0120,\"iat\":0}",
	"{\"exp\":00,\"iat\":0}",
	"{\"exp\":120.0,\"iat\":0}",
	"{\"exp\":1e2,\"iat\":0}",
	"{\"exp\":,\"iat\":0}",
	"{\"exp\":\"120\",\"iat\":0}",
	"{\"exp\":253402300800,\"iat\":0}",
	"{\"exp\":9223372036854775808,\"iat\":0}",
	"{\"exp\":18446744073709551736,\"iat\":0}",
	"{\"exp\":99999999999999999999999999999999999999,\"iat\":0}",
	"{" TIMES ",\"orgs\":[]}", /* lists */
	"{" TIMES ",\"orgs\":\"a\"}",
	"{" TIMES ",\"orgs\":[\"a\",]}",
	"{" TIMES ",\"orgs\":[\"a\" ,\"b\"]}",
	"{" TIMES ",\"orgs\":[\"\"]}",
	"{" TIMES ",\"orgs\":[\"a\"}",
	"{" TIMES ",\"orgs\":[[\"a\"]]}",
	"{" TIMES ",\"orgs\":[\"0123456789012345678901234567890123456789\"]}",
	"{\"dig\":\"AAAA\"," TIMES "}", /* digests */
	"{\"dig\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"," TIMES "}",
	"{\"dig\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\"," TIMES "}", /* trailing bits */
	"{\"dig\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"," TIMES "}",
	"{\"dig\":\"AA\xe2"
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"," TIMES "}",
	"{\"dig\":\"++++AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"," TIMES "}",
	"{" TIMES ",\"name\":\"QR\"}",   /* trailing bits */
	"{" TIMES ",\"name\":\"Cg\"}",   /* a line feed */
	"{" TIMES ",\"name\":\"AA\"}",   /* NUL */
	"{" TIMES ",\"name\":\"wIA\"}",  /* overlong NUL */
	"{" TIMES ",\"name\":\"7aCA\"}", /* a surrogate */
	"{" TIMES ",\"name\":\"wg\"}",   /* cut off */
};

static void hostile_claims_are_refused_though_the_signature_fits(void **state)
{
	struct fixture f = fixture_make();
	char token[8192];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hostile_claims); i++) {
		struct token_claims read;
		struct error err = { 0 };

		forge(&f, header, hostile_claims[i], token, sizeof token);
		if (token_verify(f.public, token, &read, &err) || token_peek(token, &read))
			fail_msg("accepted: %s", hostile_claims[i]);
		assert_int_equal(err.code, ERR_UNAUTHENTICATED);
	}
}

/* Headers in base64url: what they say stands behind. */
static const char *const hostile_headers[] = {
	"",
	"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0",                /* alg none */
	"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",               /* alg HS256 */
	"eyJhbGciOiJlZERTQSIsInR5cCI6IkpXVCJ9",               /* alg edDSA */
	"eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9",               /* typ first */
	"eyJhbGciOiJFZERTQSJ9",                               /* no typ */
	"eyJhbGciOiJFZERTQSIsImtpZCI6IngiLCJ0eXAiOiJKV1QifQ", /* kid */
	"eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9=",              /* padding */
	"eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.e30",           /* four parts */
	" eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9",
};

static void any_other_header_is_refused_though_the_signature_fits(void **state)
{
	struct fixture f = fixture_make();
	char token[8192];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hostile_headers); i++) {
		struct token_claims read;
		struct error err = { 0 };

		forge(&f, hostile_headers[i], "{" TIMES "}", token, sizeof token);
		if (token_verify(f.public, token, &read, &err))
			fail_msg("accepted header %s", hostile_headers[i]);
	}
}

static void assert_refused(const uint8_t *public, const char *token)
{
	struct token_claims read;
	struct error err = { 0 };

	if (token_verify(public, token, &read, &err))
		fail_msg("accepted: %s", token);
	assert_int_equal(err.code, ERR_UNAUTHENTICATED);
}

static void every_changed_missing_or_added_byte_is_refused(void **state)
{
	struct fixture f = fixture_make();
	char token[8192], broken[8192 + 2];
	size_t length;

	(void)state;
	forge(&f, header, "{\"aud\":\"n1\"," TIMES ",\"iss\":\"tasks\"}", token, sizeof token);
	length = strlen(token);
	for (size_t i = 0; i < length; i++) {
		memcpy(broken, token, length + 1);
		broken[i] = broken[i] == 'A' ? 'B' : 'A';
		assert_refused(f.public, broken);
		memcpy(broken, token, length + 1);
		broken[i] = '\0';
		assert_refused(f.public, broken);
		snprintf(broken, sizeof broken, "%.*s.%s", (int)i, token, token + i);
		assert_refused(f.public, broken);
	}
	for (const char *tail = "=. \nA"; *tail; tail++) {
		snprintf(broken, sizeof broken, "%s%c", token, *tail);
		assert_refused(f.public, broken);
	}
}

static void trailing_bits_of_the_signature_are_refused(void **state)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	struct fixture f = fixture_make();
	char token[8192], *last;

	(void)state;
	forge(&f, header, "{" TIMES "}", token, sizeof token);
	last = token + strlen(token) - 1;
	for (int bit = 1; bit < 16; bit++) {
		char right = *last;

		*last = alphabet[(strchr(alphabet, right) - alphabet) | bit];
		if (*last != right)
			assert_refused(f.public, token);
		*last = right;
	}
}

static void bytes_above_ascii_are_refused_anywhere(void **state)
{
	struct fixture f = fixture_make();
	char token[8192];
	size_t length;

	(void)state;
	forge(&f, header, "{" TIMES ",\"sub\":\"AAAA\"}", token, sizeof token);
	length = strlen(token);
	for (size_t i = 0; i < length; i++)
		for (unsigned byte = 0x80; byte <= 0xff; byte++) {
			char right = token[i];

			token[i] = (char)byte;
			assert_refused(f.public, token);
			token[i] = right;
		}
}

static void another_key_is_refused(void **state)
{
	_cleanup_(token_key_freep) struct token_key *key = token_key_new(), *other = token_key_new();
	struct token_claims claims = full_claims();
	struct error err = { 0 };
	uint8_t public[TOKEN_KEY], zero[TOKEN_KEY] = { 0 };
	char token[TOKEN_MAX];

	(void)state;
	token_key_public(other, public);
	assert_true(token_sign(key, &claims, token, &err));
	assert_refused(public, token);
	assert_refused(zero, token);
}

static void oversize_tokens_are_refused_unread(void **state)
{
	struct fixture f = fixture_make();
	char token[TOKEN_MAX + 2];

	(void)state;
	memset(token, 'A', sizeof token);
	memcpy(token, header, sizeof header - 1);
	token[sizeof header - 1] = '.';
	token[sizeof token - 1] = '\0';
	assert_refused(f.public, token);
}

static void values_outside_the_alphabet_are_not_signed(void **state)
{
	static const char *const values[] = { "a b", "a\"b", "a\\b", "a,b", "\n", "\xc3\xa4", "*", ">" };
	_cleanup_(token_key_freep) struct token_key *key = token_key_new();
	char token[TOKEN_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct token_claims claims = { .exp = 5 }, list = { .exp = 5, .n_scp = 1 };
		struct error err = { 0 };

		snprintf(claims.sub, sizeof claims.sub, "%s", values[i]);
		assert_false(token_sign(key, &claims, token, &err));
		assert_non_null(strstr(err.message, "'sub'"));
		snprintf(list.scp[0], sizeof list.scp[0], "%s", values[i]);
		assert_false(token_sign(key, &list, token, &err));
	}
}

static void values_that_cannot_be_spelled_are_not_signed(void **state)
{
	_cleanup_(token_key_freep) struct token_key *key = token_key_new();
	struct token_claims unended = { .exp = 5 }, negative = { .exp = -1 }, late = { .exp = INT64_MAX };
	struct token_claims many = { .exp = 5, .n_orgs = TOKEN_LIST + 1 }, hole = { .exp = 5, .n_orgs = 1 };
	struct token_claims text = { .exp = 5, .name = "a\nb" };
	struct token_claims limits = { .exp = 5, .n_rec = TOKEN_LIMITS + 1 };
	const struct token_claims *const all[] = { &unended, &negative, &late, &many, &hole, &text, &limits };
	char token[TOKEN_MAX];

	(void)state;
	memset(unended.sub, 'a', sizeof unended.sub);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct error err = { 0 };

		assert_false(token_sign(key, all[i], token, &err));
		assert_int_equal(err.code, ERR_INVALID);
	}
}

static void claims_too_large_for_a_token_are_not_signed(void **state)
{
	_cleanup_(token_key_freep) struct token_key *key = token_key_new();
	struct token_claims claims = { .exp = 5, .n_orgs = TOKEN_LIST, .n_scp = TOKEN_LIST };
	struct token_claims read;
	struct error err = { 0 };
	uint8_t public[TOKEN_KEY];
	char token[TOKEN_MAX];

	(void)state;
	token_key_public(key, public);
	for (unsigned i = 0; i < TOKEN_LIST; i++) {
		memset(claims.orgs[i], 'o', 36);
		memset(claims.scp[i], 's', 40);
	}
	assert_true(token_sign(key, &claims, token, &err));
	assert_true(token_verify(public, token, &read, &err));
	assert_memory_equal(&claims, &read, sizeof claims);
	for (unsigned i = 0; i < TOKEN_LIST; i++)
		memset(claims.scp[i], 's', 63);
	assert_false(token_sign(key, &claims, token, &err));
	assert_int_equal(err.code, ERR_TOO_LARGE);
}

/* The most of everything that an identity of staff's token for records can hold. */
static void the_longest_identity_with_records_fits(void **state)
{
	_cleanup_(token_key_freep) struct token_key *key = token_key_new();
	struct token_claims claims = { .aud = "tasks",
		                       .iss = "authz",
		                       .role = "customer",
		                       .scp = { "zone:read", "zone:update" },
		                       .n_scp = 2,
		                       .n_orgs = TOKEN_LIST,
		                       .n_rec = TOKEN_LIMITS,
		                       .iat = 1790000000,
		                       .exp = 1790000005,
		                       .ext = 1790000030 };
	char *const ids[] = { claims.org, claims.sid, claims.sub, claims.act };
	struct error err = { 0 };
	char token[TOKEN_MAX];

	(void)state;
	memset(claims.name, 'n', 253);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		memset(ids[i], 'i', 36);
	for (unsigned i = 0; i < TOKEN_LIST; i++)
		memset(claims.orgs[i], 'o', 36);
	for (unsigned i = 0; i < TOKEN_LIMITS; i++)
		memset(claims.rec[i], 'r', LIMITS_SIZE / TOKEN_LIMITS);
	if (!token_sign(key, &claims, token, &err))
		fail_msg("%s", err.message);
}

static void the_digest_is_sha_256(void **state)
{
	static const uint8_t wanted[TOKEN_DIGEST] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
		                                      0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
		                                      0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad };
	uint8_t digest[TOKEN_DIGEST];

	(void)state;
	token_digest("abc", 3, digest);
	assert_memory_equal(digest, wanted, sizeof wanted);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_claim_comes_back_as_it_was_signed),
		cmocka_unit_test(claims_are_spelled_in_alphabetical_order_without_space),
		cmocka_unit_test(a_forged_token_of_the_canonical_form_is_read),
		cmocka_unit_test(hostile_claims_are_refused_though_the_signature_fits),
		cmocka_unit_test(any_other_header_is_refused_though_the_signature_fits),
		cmocka_unit_test(every_changed_missing_or_added_byte_is_refused),
		cmocka_unit_test(trailing_bits_of_the_signature_are_refused),
		cmocka_unit_test(bytes_above_ascii_are_refused_anywhere),
		cmocka_unit_test(another_key_is_refused),
		cmocka_unit_test(oversize_tokens_are_refused_unread),
		cmocka_unit_test(values_outside_the_alphabet_are_not_signed),
		cmocka_unit_test(values_that_cannot_be_spelled_are_not_signed),
		cmocka_unit_test(claims_too_large_for_a_token_are_not_signed),
		cmocka_unit_test(the_longest_identity_with_records_fits),
		cmocka_unit_test(the_digest_is_sha_256),
	};

	return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
