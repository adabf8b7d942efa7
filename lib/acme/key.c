/* key: P-256 keys of accounts, by OpenSSL. */
#include "key.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "acme.h"
#include "encode.h"

enum { COORDINATE = 32, DIGEST = 32, PEM_MOST = 4096, POINT = 1 + 2 * COORDINATE };

struct acme_key {
	EVP_PKEY *pkey;
	char x[44], y[44]; /* of the public point, base64url */
};

static void bio_freep(BIO **bio)
{
	BIO_free_all(*bio);
}

static void signature_freep(ECDSA_SIG **signature)
{
	ECDSA_SIG_free(*signature);
}

static void digest_freep(EVP_MD_CTX **context)
{
	EVP_MD_CTX_free(*context);
}

static bool failed(struct error *err, const char *what)
{
	return error_set(err, ERR_INTERNAL, "OpenSSL can't %s", what);
}

static bool spell(const uint8_t *coordinate, char ret[static 44])
{
	_cleanup_buf_ struct buf text = { 0 };

	encode_base64url(&text, coordinate, COORDINATE);
	if (buf_failed(&text))
		return false;
	memcpy(ret, text.data, 44);
	return true;
}

/* Takes the pkey; refuses what isn't on P-256. */
static bool adopt(EVP_PKEY *pkey, struct acme_key **ret, struct error *err)
{
	_cleanup_(acme_key_freep) struct acme_key *key = calloc(1, sizeof(*key));
	char group[32] = "";
	uint8_t point[POINT];
	size_t size = 0;

	if (!key) {
		EVP_PKEY_free(pkey);
		return error_set(err, ERR_INTERNAL, "out of memory");
	}
	key->pkey = pkey;
	if (!EVP_PKEY_is_a(pkey, "EC") || !EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) ||
	    strcmp(group, "prime256v1") != 0)
		return error_set(err, ERR_INVALID, "an account's key is one on P-256");
	if (!EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, sizeof(point), &size) ||
	    size != POINT || !spell(point + 1, key->x) || !spell(point + 1 + COORDINATE, key->y))
		return failed(err, "tell a key's point");
	*ret = TAKE_PTR(key);
	return true;
}

bool acme_key_new(struct acme_key **ret, struct error *err)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");

	return pkey ? adopt(pkey, ret, err) : failed(err, "make a key");
}

bool acme_key_read(const void *pem, size_t size, struct acme_key **ret, struct error *err)
{
	_cleanup_(bio_freep) BIO *bio = size <= PEM_MOST ? BIO_new_mem_buf(pem, (int)size) : NULL;
	EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)(uintptr_t) "") : NULL;

	return pkey ? adopt(pkey, ret, err) : error_set(err, ERR_INVALID, "this isn't a private key");
}

bool acme_key_write(const struct acme_key *key, struct buf *pem, struct error *err)
{
	_cleanup_(bio_freep) BIO *bio = BIO_new(BIO_s_secmem());
	char *text;
	long size;

	if (!bio || !PEM_write_bio_PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL))
		return failed(err, "write a key");
	size = BIO_get_mem_data(bio, &text);
	buf_add(pem, text, (size_t)size);
	return !buf_failed(pem) || error_set(err, ERR_INTERNAL, "out of memory");
}

void acme_key_free(struct acme_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

void key_jwk(const struct acme_key *key, struct buf *to)
{
	/* In the order of RFC 7638, without white space: what is hashed is what is sent. */
	buf_printf(to, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", key->x, key->y);
}

bool acme_key_thumbprint(const struct acme_key *key, char ret[static ACME_THUMBPRINT], struct error *err)
{
	_cleanup_buf_ struct buf jwk = { 0 };
	uint8_t digest[DIGEST];

	key_jwk(key, &jwk);
	if (buf_failed(&jwk) || !EVP_Digest(jwk.data, jwk.size, digest, NULL, EVP_sha256(), NULL) ||
	    !spell(digest, ret))
		return failed(err, "hash a key");
	return true;
}

/* ECDSA as JWS wants it: r and s as 32 bytes each. */
static bool raw_signature(const uint8_t *der, size_t size, uint8_t ret[static 2 * COORDINATE])
{
	_cleanup_(signature_freep) ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)size);

	return signature && BN_bn2binpad(ECDSA_SIG_get0_r(signature), ret, COORDINATE) == COORDINATE &&
	       BN_bn2binpad(ECDSA_SIG_get0_s(signature), ret + COORDINATE, COORDINATE) == COORDINATE;
}

bool key_sign(const struct acme_key *key, const void *data, size_t size, uint8_t ret[static KEY_SIGNATURE],
              struct error *err)
{
	_cleanup_(digest_freep) EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[80];
	size_t n = sizeof(der);

	if (!context || !EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key->pkey) ||
	    !EVP_DigestSign(context, der, &n, data, size) || !raw_signature(der, n, ret))
		return failed(err, "sign");
	return true;
}

bool key_mac(const char *key, const void *data, size_t size, uint8_t ret[static KEY_MAC], struct error *err)
{
	_cleanup_buf_ struct buf secret = { 0 };
	unsigned n = KEY_MAC;
	bool ok;

	if (!decode_base64url(&secret, key) || secret.size == 0)
		return error_set(err, ERR_INVALID, "the binding's key isn't base64url");
	ok = HMAC(EVP_sha256(), secret.data, (int)secret.size, data, size, ret, &n) && n == KEY_MAC;
	OPENSSL_cleanse(secret.data, secret.size);
	return ok || failed(err, "make a MAC");
}

const char *acme_dns_value(const char *token, const char *thumbprint, struct arena *arena)
{
	const char *authorization = arena_printf(arena, "%s.%s", token, thumbprint);
	uint8_t digest[DIGEST];
	char text[44];

	if (!authorization || !EVP_Digest(authorization, strlen(authorization), digest, NULL, EVP_sha256(), NULL) ||
	    !spell(digest, text))
		return NULL;
	return arena_strdup(arena, text);
}
