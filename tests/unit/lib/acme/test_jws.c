/* What is signed and how: vectors of RFC 4648, 7515 and 7638, and what an own signature must look like. */
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/acme/acme.h"
#include "lib/acme/encode.h"
#include "lib/acme/jws.h"
#include "lib/acme/key.h"

/* The key of RFC 7515, A.3.1, as PKCS #8. */
static const char rfc7515[] = "-----BEGIN PRIVATE KEY-----\n"
			      "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff\n"
			      "H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp\n"
			      "7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt\n"
			      "-----END PRIVATE KEY-----\n";

static struct acme_key *read_key(void)
{
	struct acme_key *key = NULL;

	assert_true(acme_key_read(rfc7515, strlen(rfc7515), &key, NULL));
	return key;
}

static void base64url_has_the_vectors_of_rfc4648(void **state)
{
	static const struct {
		const char *plain, *text;
	} rows[] = {
		{ "", "" },           { "f", "Zg" },          { "fo", "Zm8" },          { "foo", "Zm9v" },
		{ "foob", "Zm9vYg" }, { "fooba", "Zm9vYmE" }, { "foobar", "Zm9vYmFy" }, { "\xff\xef\xbe", "_---" }
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_buf_ struct buf text = { 0 }, back = { 0 };

		buf_puts(&text, "");
		encode_base64url(&text, rows[i].plain, strlen(rows[i].plain));
		assert_string_equal(text.data ? text.data : "", rows[i].text);
		buf_puts(&back, "");
		assert_true(decode_base64url(&back, rows[i].text));
		assert_int_equal(back.size, strlen(rows[i].plain));
		assert_memory_equal(back.data, rows[i].plain, back.size);
	}
}

static void base64url_refuses_what_is_none(void **state)
{
	static const char *const rows[] = { "A", "AAAAA", "AA==", "A+", "A/", "A A", "A\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_buf_ struct buf back = { 0 };

		assert_false(decode_base64url(&back, rows[i]));
	}
}

static void a_public_key_is_spelled_as_rfc7638_wants(void **state)
{
	_cleanup_(acme_key_freep) struct acme_key *key = read_key();
	_cleanup_buf_ struct buf jwk = { 0 };

	(void)state;
	key_jwk(key, &jwk);
	assert_string_equal(jwk.data,
	                    "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
	                    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}");
}

static void a_thumbprint_is_the_hash_of_that(void **state)
{
	_cleanup_(acme_key_freep) struct acme_key *key = read_key();
	_cleanup_buf_ struct buf jwk = { 0 }, want = { 0 };
	char thumbprint[ACME_THUMBPRINT];
	uint8_t digest[32];

	(void)state;
	key_jwk(key, &jwk);
	assert_true(EVP_Digest(jwk.data, jwk.size, digest, NULL, EVP_sha256(), NULL));
	encode_base64url(&want, digest, sizeof(digest));
	assert_true(acme_key_thumbprint(key, thumbprint, NULL));
	assert_string_equal(thumbprint, want.data);
	assert_string_equal(thumbprint, "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
}

/* The same check that an authority makes. */
static bool verifies(const char *input, const uint8_t raw[static KEY_SIGNATURE])
{
	BIO *bio = BIO_new_mem_buf(rfc7515, -1);
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	ECDSA_SIG *signature = ECDSA_SIG_new();
	unsigned char *der = NULL;
	int n;
	bool ok;

	assert_true(ECDSA_SIG_set0(signature, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL)));
	n = i2d_ECDSA_SIG(signature, &der);
	ok = EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, pkey) == 1 &&
	     EVP_DigestVerify(context, der, (size_t)n, (const unsigned char *)input, strlen(input)) == 1;
	OPENSSL_free(der);
	ECDSA_SIG_free(signature);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	return ok;
}

static void the_signature_of_rfc7515_a3_is_good_in_raw_form(void **state)
{
	static const char input[] =
		"eyJhbGciOiJFUzI1NiJ9."
		"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
	_cleanup_buf_ struct buf raw = { 0 };

	(void)state;
	assert_true(decode_base64url(
		&raw, "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"));
	assert_int_equal(raw.size, KEY_SIGNATURE);
	assert_true(verifies(input, (const uint8_t *)raw.data));
}

/* Many: r or s has a leading zero in one of 128, where DER and raw differ in length. */
static void own_signatures_are_always_64_bytes(void **state)
{
	_cleanup_(acme_key_freep) struct acme_key *key = read_key();

	(void)state;
	for (unsigned i = 0; i < 600; i++) {
		uint8_t raw[KEY_SIGNATURE];
		char input[32];

		snprintf(input, sizeof(input), "message %u", i);
		assert_true(key_sign(key, input, strlen(input), raw, NULL));
		assert_true(verifies(input, raw));
	}
}

static void the_mac_of_rfc7515_a1_comes_out(void **state)
{
	static const char input[] =
		"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
		"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
	_cleanup_buf_ struct buf text = { 0 };
	uint8_t mac[KEY_MAC];

	(void)state;
	assert_true(key_mac("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
	                    input, strlen(input), mac, NULL));
	encode_base64url(&text, mac, sizeof(mac));
	assert_string_equal(text.data, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
	assert_false(key_mac("not base64!", input, strlen(input), mac, NULL));
	assert_false(key_mac("", input, strlen(input), mac, NULL));
}

static void a_request_says_who_and_where_in_its_header(void **state)
{
	_cleanup_(acme_key_freep) struct acme_key *key = read_key();
	_cleanup_buf_ struct buf known = { 0 }, fresh = { 0 }, header = { 0 };
	struct jws jws = { .key = key,
		           .account = "https://ca.example/acct/1",
		           .nonce = "n-1",
		           .url = "https://ca.example/order",
		           .payload = "" };
	const char *text;

	(void)state;
	assert_true(jws_write(&jws, &known, NULL));
	text = strstr(known.data, "\"protected\":\"") + strlen("\"protected\":\"");
	*strchr(text, '"') = '\0';
	assert_true(decode_base64url(&header, text));
	assert_string_equal(header.data, "{\"alg\":\"ES256\",\"kid\":\"https://ca.example/acct/1\",\"nonce\":\"n-1\","
	                                 "\"url\":\"https://ca.example/order\"}");
	jws.account = NULL;
	assert_true(jws_write(&jws, &fresh, NULL));
	assert_non_null(strstr(fresh.data, "\"payload\":\"\""));
}

static void a_key_comes_back_as_it_was_written(void **state)
{
	_cleanup_(acme_key_freep) struct acme_key *key = NULL, *again = NULL;
	char first[ACME_THUMBPRINT], second[ACME_THUMBPRINT];
	_cleanup_buf_ struct buf pem = { 0 };

	(void)state;
	assert_true(acme_key_new(&key, NULL));
	assert_true(acme_key_write(key, &pem, NULL));
	assert_true(acme_key_read(pem.data, pem.size, &again, NULL));
	assert_true(acme_key_thumbprint(key, first, NULL) && acme_key_thumbprint(again, second, NULL));
	assert_string_equal(first, second);
	assert_false(acme_key_read("nonsense", 8, &again, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64url_has_the_vectors_of_rfc4648),
		cmocka_unit_test(base64url_refuses_what_is_none),
		cmocka_unit_test(a_public_key_is_spelled_as_rfc7638_wants),
		cmocka_unit_test(a_thumbprint_is_the_hash_of_that),
		cmocka_unit_test(the_signature_of_rfc7515_a3_is_good_in_raw_form),
		cmocka_unit_test(own_signatures_are_always_64_bytes),
		cmocka_unit_test(the_mac_of_rfc7515_a1_comes_out),
		cmocka_unit_test(a_request_says_who_and_where_in_its_header),
		cmocka_unit_test(a_key_comes_back_as_it_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
