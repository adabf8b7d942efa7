/* SCRAM-SHA-256 verifiers (RFC 5802, RFC 7677) as PostgreSQL spells them. */
#include "scram.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ITERATIONS = 4096, HASH = 32, SALT = 16 };

static bool hmac(const void *key, size_t key_size, const char *text, uint8_t ret[static HASH])
{
	return HMAC(EVP_sha256(), key, (int)key_size, (const uint8_t *)text, strlen(text), ret, NULL) != NULL;
}

static bool derive(const char *role, const char *password, uint8_t salt[static HASH], uint8_t stored[static HASH],
                   uint8_t server[static HASH])
{
	uint8_t salted[HASH], client[HASH];
	size_t size = HASH;
	bool done;

	done = hmac(password, strlen(password), role, salt) &&
	       PKCS5_PBKDF2_HMAC(password, (int)strlen(password), salt, SALT, ITERATIONS, EVP_sha256(), HASH, salted) ==
	               1 &&
	       hmac(salted, HASH, "Client Key", client) && hmac(salted, HASH, "Server Key", server) &&
	       EVP_Q_digest(NULL, "SHA256", NULL, client, HASH, stored, &size) == 1;
	OPENSSL_cleanse(salted, sizeof salted);
	OPENSSL_cleanse(client, sizeof client);
	return done;
}

bool scram_verifier(const char *role, const char *password, char ret[static SCRAM_VERIFIER], struct error *err)
{
	uint8_t salt[HASH], stored[HASH], server[HASH];
	char texts[3][HASH * 2];

	if (!derive(role, password, salt, stored, server))
		return error_set(err, ERR_INTERNAL, "derive the verifier of role %s: OpenSSL failed", role);
	EVP_EncodeBlock((uint8_t *)texts[0], salt, SALT);
	EVP_EncodeBlock((uint8_t *)texts[1], stored, HASH);
	EVP_EncodeBlock((uint8_t *)texts[2], server, HASH);
	snprintf(ret, SCRAM_VERIFIER, "SCRAM-SHA-256$%d:%s$%s:%s", ITERATIONS, texts[0], texts[1], texts[2]);
	return true;
}
