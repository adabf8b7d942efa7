/* Ed25519 key pairs: made, read, written, wiped. */
#include "key.h"

#include <sodium.h>
#include <string.h>

#include "base64.h"
#include "file.h"

enum { BASE64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

struct token_key {
	uint8_t seed[TOKEN_KEY];
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	uint8_t public[TOKEN_KEY];
};

static struct token_key *key_alloc(void)
{
	return sodium_init() < 0 ? NULL : sodium_malloc(sizeof(struct token_key));
}

struct token_key *token_key_new(void)
{
	struct token_key *key = key_alloc();

	if (!key)
		return NULL;
	randombytes_buf(key->seed, sizeof key->seed);
	crypto_sign_seed_keypair(key->public, key->secret, key->seed);
	return key;
}

bool token_key_read(const char *path, struct token_key **ret, struct error *err)
{
	_cleanup_(token_key_freep) struct token_key *key = key_alloc();

	if (!key)
		return error_set(err, ERR_INTERNAL, "read %s: out of memory", path);
	if (!token_file_read(path, key->seed, err))
		return false;
	crypto_sign_seed_keypair(key->public, key->secret, key->seed);
	*ret = TAKE_PTR(key);
	return true;
}

bool token_key_write(const struct token_key *key, const char *path, struct error *err)
{
	return token_file_write(path, key->seed, err);
}

void token_key_free(struct token_key *key)
{
	sodium_free(key); /* wipes */
}

void token_key_public(const struct token_key *key, uint8_t ret[static TOKEN_KEY])
{
	memcpy(ret, key->public, TOKEN_KEY);
}

void token_key_digest(const struct token_key *key, const char *purpose, const void *data, size_t size,
                      uint8_t ret[static TOKEN_DIGEST])
{
	uint8_t own[crypto_generichash_KEYBYTES];

	crypto_generichash(own, sizeof own, (const uint8_t *)purpose, strlen(purpose), key->seed, sizeof key->seed);
	crypto_generichash(ret, TOKEN_DIGEST, data, size, own, sizeof own);
	sodium_memzero(own, sizeof own);
}

const uint8_t *token_key_secret(const struct token_key *key)
{
	return key->secret;
}

void token_public_format(const uint8_t key[static TOKEN_KEY], char ret[static 44])
{
	sodium_bin2base64(ret, 44, key, TOKEN_KEY, BASE64);
}

bool token_public_parse(const char *text, uint8_t ret[static TOKEN_KEY])
{
	uint8_t key[TOKEN_KEY];
	size_t size, length = strnlen(text, 44);

	if (length != 43 || !base64_read(text, length, key, sizeof key, &size) || size != sizeof key)
		return false;
	memcpy(ret, key, sizeof key);
	return true;
}
