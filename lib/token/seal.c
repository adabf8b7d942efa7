/* seal: the box holds a hash of what it is for, then the secret. */
#include "lib/token/seal.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

/* In the hash, and so in every box: another use of these keys has another one. */
#define PURPOSE "stralix seal 1"

enum { CONTEXT = crypto_generichash_BYTES, PLAIN = CONTEXT + 1 };

_Static_assert(SEAL_KEY == crypto_box_PUBLICKEYBYTES && SEAL_KEY == crypto_box_SECRETKEYBYTES, "keys of X25519");
_Static_assert(SEAL_OVERHEAD == crypto_box_SEALBYTES + PLAIN, "what a box adds");

struct seal_key {
	uint8_t secret[SEAL_KEY], public[SEAL_KEY];
};

static struct seal_key *key_alloc(void)
{
	return sodium_init() < 0 ? NULL : sodium_malloc(sizeof(struct seal_key));
}

struct seal_key *seal_key_new(void)
{
	struct seal_key *key = key_alloc();

	if (key)
		crypto_box_keypair(key->public, key->secret);
	return key;
}

bool seal_key_read(const char *path, struct seal_key **ret, struct error *err)
{
	_cleanup_(seal_key_freep) struct seal_key *key = key_alloc();

	if (!key)
		return error_set(err, ERR_INTERNAL, "read %s: out of memory", path);
	if (!token_file_read(path, key->secret, err))
		return false;
	if (crypto_scalarmult_base(key->public, key->secret) != 0)
		return error_set(err, ERR_INTERNAL, "%s doesn't hold a key", path);
	*ret = TAKE_PTR(key);
	return true;
}

bool seal_key_write(const struct seal_key *key, const char *path, struct error *err)
{
	return token_file_write(path, key->secret, err);
}

void seal_key_free(struct seal_key *key)
{
	sodium_free(key); /* wipes */
}

void seal_key_public(const struct seal_key *key, uint8_t ret[static SEAL_KEY])
{
	memcpy(ret, key->public, SEAL_KEY);
}

static void add(crypto_generichash_state *state, const char *text)
{
	crypto_generichash_update(state, (const uint8_t *)text, strlen(text) + 1);
}

/* What a box is for; each text with its NUL, so that none runs into the next. */
static void hash_context(const char *kind, const char *id, uint8_t ret[static CONTEXT])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, CONTEXT);
	add(&state, PURPOSE);
	add(&state, kind);
	add(&state, id);
	crypto_generichash_final(&state, ret, CONTEXT);
}

bool seal(const uint8_t public[static SEAL_KEY], const char *kind, const char *id, const void *secret, size_t size,
          struct buf *box, struct error *err)
{
	uint8_t *plain, *room;
	bool sealed;

	if (size > SEAL_SECRET)
		return error_set(err, ERR_TOO_LARGE, "a secret of %zu bytes is too long to be sealed", size);
	plain = sodium_init() < 0 ? NULL : sodium_malloc(PLAIN + size);
	room = (uint8_t *)buf_room(box, SEAL_OVERHEAD + size);
	if (!plain || !room) {
		sodium_free(plain);
		return error_set(err, ERR_INTERNAL, "out of memory");
	}
	plain[0] = 1; /* the version of what follows */
	hash_context(kind, id, plain + 1);
	if (size > 0)
		memcpy(plain + PLAIN, secret, size);
	sealed = crypto_box_seal(room, plain, PLAIN + size, public) == 0;
	sodium_free(plain); /* wipes */
	if (!sealed)
		return error_set(err, ERR_INVALID, "the public key is none");
	box->size += SEAL_OVERHEAD + size;
	return true;
}

/* What the opened box says of itself, and its secret. */
static bool take(const uint8_t *plain, size_t size, const char *kind, const char *id, struct buf *secret,
                 struct error *err)
{
	uint8_t wanted[CONTEXT];
	char *room;

	hash_context(kind, id, wanted);
	if (plain[0] != 1)
		return error_set(err, ERR_INVALID, "the secret was sealed in another way");
	if (sodium_memcmp(plain + 1, wanted, CONTEXT) != 0)
		return error_set(err, ERR_INVALID, "the secret was sealed for something else");
	room = buf_room(secret, size - PLAIN + 1);
	if (!room)
		return error_set(err, ERR_INTERNAL, "out of memory");
	memcpy(room, plain + PLAIN, size - PLAIN);
	room[size - PLAIN] = '\0';
	secret->size += size - PLAIN;
	return true;
}

bool seal_open(const struct seal_key *key, const char *kind, const char *id, const void *box, size_t size,
               struct buf *secret, struct error *err)
{
	uint8_t *plain;
	bool ok;

	if (size < SEAL_OVERHEAD || size > SEAL_OVERHEAD + SEAL_SECRET)
		return error_set(err, ERR_INVALID, "a sealed secret hasn't %zu bytes", size);
	plain = sodium_malloc(size - crypto_box_SEALBYTES);
	if (!plain)
		return error_set(err, ERR_INTERNAL, "out of memory");
	ok = crypto_box_seal_open(plain, box, size, key->public, key->secret) == 0
	             ? take(plain, size - crypto_box_SEALBYTES, kind, id, secret, err)
	             : error_set(err, ERR_INVALID, "the secret was sealed to another key");
	sodium_free(plain); /* wipes */
	return ok;
}

void seal_wipe(struct buf *secret)
{
	if (secret->data)
		sodium_memzero(secret->data, secret->size);
	buf_done(secret);
}
