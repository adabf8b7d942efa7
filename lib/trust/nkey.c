/* NATS keys: Ed25519 spelled in base32 with a kind and a CRC-16. */
#include "nkey.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "base32.h"

enum {
	RAW = 32,
	PUBLIC_BYTES = 1 + RAW + 2, /* kind, key, CRC */
	SEED_BYTES = 2 + RAW + 2,   /* seed mark and kind, key, CRC */
	SEED_MARK = 18 << 3,
};

static const uint8_t kind_prefix[] = {
	[NKEY_OPERATOR] = 14 << 3,
	[NKEY_ACCOUNT] = 0,
	[NKEY_USER] = 20 << 3,
};

struct nkey {
	EVP_PKEY *pair;
	char public[NKEY_PUBLIC];
	char seed[NKEY_SEED];
};

/* CRC-16/XMODEM. */
static uint16_t crc16(const uint8_t *bytes, size_t size)
{
	unsigned crc = 0;

	for (size_t i = 0; i < size; i++) {
		crc ^= (unsigned)bytes[i] << 8;
		for (int bit = 0; bit < 8; bit++)
			crc = (crc & 0x8000) ? (crc << 1 ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
	}
	return (uint16_t)crc;
}

static void append_crc(uint8_t *bytes, size_t size)
{
	uint16_t crc = crc16(bytes, size);

	bytes[size] = (uint8_t)(crc & 0xff);
	bytes[size + 1] = (uint8_t)(crc >> 8);
}

/* Fills the two spellings of a key that has its pair. */
static bool spell(struct nkey *key, uint8_t prefix, const uint8_t raw[static RAW])
{
	uint8_t bytes[SEED_BYTES];
	size_t size = RAW;

	bytes[0] = prefix;
	if (EVP_PKEY_get_raw_public_key(key->pair, bytes + 1, &size) != 1)
		return false;
	append_crc(bytes, 1 + RAW);
	base32_encode(bytes, PUBLIC_BYTES, key->public);

	bytes[0] = (uint8_t)((unsigned)SEED_MARK | prefix >> 5);
	bytes[1] = (uint8_t)((prefix & 31) << 3);
	memcpy(bytes + 2, raw, RAW);
	append_crc(bytes, 2 + RAW);
	base32_encode(bytes, SEED_BYTES, key->seed);
	OPENSSL_cleanse(bytes, sizeof bytes);
	return true;
}

static struct nkey *from_raw(uint8_t prefix, const uint8_t raw[static RAW])
{
	_cleanup_(nkey_freep) struct nkey *key = calloc(1, sizeof *key);

	if (!key)
		return NULL;
	key->pair = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, raw, RAW);
	if (!key->pair || !spell(key, prefix, raw))
		return NULL;
	return TAKE_PTR(key);
}

struct nkey *nkey_new(enum nkey_kind kind)
{
	EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	struct nkey *key = NULL;
	uint8_t raw[RAW];
	size_t size = sizeof raw;

	if (pair && EVP_PKEY_get_raw_private_key(pair, raw, &size) == 1)
		key = from_raw(kind_prefix[kind], raw);
	OPENSSL_cleanse(raw, sizeof raw);
	EVP_PKEY_free(pair);
	return key;
}

/* The prefix in a seed's first two bytes; false for a kind that isn't ours. */
static bool seed_prefix(const uint8_t bytes[static 2], uint8_t *ret)
{
	uint8_t prefix = (uint8_t)((bytes[0] & 7) << 5 | bytes[1] >> 3);

	if ((bytes[0] & 0xf8) != SEED_MARK || (bytes[1] & 7) != 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(kind_prefix); i++)
		if (kind_prefix[i] == prefix)
			return *ret = prefix, true;
	return false;
}

bool nkey_from_seed(const char *seed, struct nkey **ret, struct error *err)
{
	uint8_t bytes[SEED_BYTES], prefix = 0;
	struct nkey *key = NULL;
	bool good;

	good = base32_decode(seed, bytes, sizeof bytes) == SEED_BYTES && seed_prefix(bytes, &prefix) &&
	       crc16(bytes, 2 + RAW) == (bytes[SEED_BYTES - 2] | bytes[SEED_BYTES - 1] << 8);
	if (good)
		key = from_raw(prefix, bytes + 2);
	OPENSSL_cleanse(bytes, sizeof bytes);
	if (!good)
		return error_set(err, ERR_INVALID, "not the seed of a NATS key");
	if (!key)
		return error_set(err, ERR_INTERNAL, "read a NATS key: OpenSSL failed");
	*ret = key;
	return true;
}

void nkey_free(struct nkey *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pair);
	OPENSSL_cleanse(key, sizeof *key);
	free(key);
}

const char *nkey_public(const struct nkey *key)
{
	return key->public;
}

const char *nkey_seed(const struct nkey *key)
{
	return key->seed;
}

bool nkey_sign(const struct nkey *key, const void *data, size_t size, uint8_t signature[static 64])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t length = 64;
	bool done = context && EVP_DigestSignInit(context, NULL, NULL, NULL, key->pair) == 1 &&
	            EVP_DigestSign(context, signature, &length, data, size) == 1;

	EVP_MD_CTX_free(context);
	return done;
}
