/* Tokens that say nothing: a prefix and 32 random bytes in base64url. */
#include "opaque.h"

#include <sodium.h>
#include <string.h>

enum { PREFIX = 3, RANDOM = 32 };

static const char *const prefixes[] = { [OPAQUE_SESSION] = "ss_", [OPAQUE_API] = "st_" };

void opaque_new(enum opaque_kind kind, char ret[static OPAQUE_TEXT])
{
	uint8_t bytes[RANDOM];

	randombytes_buf(bytes, sizeof(bytes));
	memcpy(ret, prefixes[kind], PREFIX);
	sodium_bin2base64(ret + PREFIX, OPAQUE_TEXT - PREFIX, bytes, sizeof(bytes),
	                  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(bytes, sizeof(bytes));
}

enum opaque_kind opaque_kind(const char *token)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	if (strlen(token) != OPAQUE_TEXT - 1 || token[PREFIX + strspn(token + PREFIX, alphabet)])
		return OPAQUE_NONE;
	for (enum opaque_kind kind = OPAQUE_SESSION; kind <= OPAQUE_API; kind++)
		if (!strncmp(token, prefixes[kind], PREFIX))
			return kind;
	return OPAQUE_NONE;
}

void opaque_digest(const char *token, uint8_t ret[static OPAQUE_DIGEST])
{
	crypto_hash_sha256(ret, (const uint8_t *)token, strlen(token));
}
