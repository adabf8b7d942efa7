/* Ed25519 key pairs: made, read, written, wiped. */
#include "key.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base64.h"

enum {
	BASE64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
	SEED_TEXT = sodium_base64_ENCODED_LEN(TOKEN_KEY, sodium_base64_VARIANT_URLSAFE_NO_PADDING), /* with NUL */
};

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

/* The file's one line without its line feed; refuses files that others may read. */
static bool read_seed(const char *path, char text[static SEED_TEXT + 1], size_t *ret_length, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "open %s", path);
	if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)
		return error_set(err, ERR_INTERNAL, "%s: a secret key must be a file of mode 0600", path);
	n = read(fd, text, SEED_TEXT + 1);
	if (n < 0)
		return error_errno(err, errno, "read %s", path);
	*ret_length = n > 0 && text[n - 1] == '\n' ? (size_t)n - 1 : (size_t)n;
	return true;
}

bool token_key_read(const char *path, struct token_key **ret, struct error *err)
{
	_cleanup_(token_key_freep) struct token_key *key = key_alloc();
	char text[SEED_TEXT + 1] = "";
	size_t length = 0, size = 0;
	bool good;

	if (!key)
		return error_set(err, ERR_INTERNAL, "read %s: out of memory", path);
	if (!read_seed(path, text, &length, err))
		return false;
	good = base64_read(text, length, key->seed, sizeof key->seed, &size) && size == sizeof key->seed;
	sodium_memzero(text, sizeof text);
	if (!good)
		return error_set(err, ERR_INTERNAL, "%s doesn't hold a key", path);
	crypto_sign_seed_keypair(key->public, key->secret, key->seed);
	*ret = TAKE_PTR(key);
	return true;
}

static bool write_all(int fd, const char *text, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = write(fd, text + done, size - done);

		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return fsync(fd) == 0;
}

/* Whole or not at all: written beside, then linked to its name, which must be free. */
static bool write_new(const char *path, const char *text, size_t size, struct error *err)
{
	_cleanup_free_ char *temporary = NULL;
	_cleanup_close_ int fd = -1;
	bool done;
	int number;

	if (asprintf(&temporary, "%s.XXXXXX", path) < 0) {
		temporary = NULL;
		return error_set(err, ERR_INTERNAL, "write %s: out of memory", path);
	}
	fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return error_errno(err, errno, "write %s", path);
	done = write_all(fd, text, size) && link(temporary, path) == 0;
	number = errno;
	unlink(temporary);
	return done || error_errno(err, number, "write %s", path);
}

bool token_key_write(const struct token_key *key, const char *path, struct error *err)
{
	char text[SEED_TEXT + 1];
	bool done;

	sodium_bin2base64(text, SEED_TEXT, key->seed, sizeof key->seed, BASE64);
	text[SEED_TEXT - 1] = '\n';
	done = write_new(path, text, SEED_TEXT, err);
	sodium_memzero(text, sizeof text);
	return done;
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
