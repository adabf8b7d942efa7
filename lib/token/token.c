/* Signing and verifying compact JWTs: header.claims.signature in base64url, Ed25519. */
#include "token.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base64.h"
#include "claims.h"
#include "key.h"

enum {
	BASE64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
	SIGNATURE_TEXT = 86, /* characters of 64 bytes */
};

/* {"alg":"EdDSA","typ":"JWT"} and its dot; the only header there is. */
static const char header[] = "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.";

bool token_sign(const struct token_key *key, const struct token_claims *claims, char out[static TOKEN_MAX],
                struct error *err)
{
	char text[CLAIMS_MAX];
	uint8_t signature[crypto_sign_BYTES];
	size_t size, used = sizeof header - 1;

	if (!claims_write(claims, text, &size, err))
		return error_wrap(err, "sign a token");
	if (used + sodium_base64_encoded_len(size, BASE64) + 1 + SIGNATURE_TEXT > TOKEN_MAX)
		return error_set(err, ERR_TOO_LARGE, "sign a token: the claims take %zu bytes", size);

	memcpy(out, header, used);
	sodium_bin2base64(out + used, TOKEN_MAX - used, (const uint8_t *)text, size, BASE64);
	used += strlen(out + used);
	crypto_sign_detached(signature, NULL, (const uint8_t *)out, used, token_key_secret(key));
	out[used++] = '.';
	sodium_bin2base64(out + used, TOKEN_MAX - used, signature, sizeof signature, BASE64);
	return true;
}

/* Splits and reads a token; *ret_signed is how many of its bytes are signed. */
static bool token_read(const char *token, struct token_claims *ret, size_t *ret_signed,
                       uint8_t signature[static crypto_sign_BYTES])
{
	char text[CLAIMS_MAX];
	const char *claims, *dot;
	size_t size, signature_size, length = strnlen(token, TOKEN_MAX);

	if (length == TOKEN_MAX || strncmp(token, header, sizeof header - 1) != 0)
		return false;
	claims = token + sizeof header - 1;
	dot = strchr(claims, '.');
	if (!dot || strlen(dot + 1) != SIGNATURE_TEXT)
		return false;
	*ret_signed = (size_t)(dot - token);
	return base64_read(claims, (size_t)(dot - claims), text, sizeof text, &size) &&
	       base64_read(dot + 1, SIGNATURE_TEXT, signature, crypto_sign_BYTES, &signature_size) &&
	       signature_size == crypto_sign_BYTES && claims_read(text, size, ret);
}

bool token_verify(const uint8_t key[static TOKEN_KEY], const char *token, struct token_claims *ret, struct error *err)
{
	uint8_t signature[crypto_sign_BYTES];
	struct token_claims claims;
	size_t size;

	if (!token_read(token, &claims, &size, signature))
		return error_set(err, ERR_UNAUTHENTICATED, "the token is malformed");
	if (crypto_sign_verify_detached(signature, (const uint8_t *)token, size, key) != 0)
		return error_set(err, ERR_UNAUTHENTICATED, "the token's signature doesn't fit");
	*ret = claims;
	return true;
}

bool token_peek(const char *token, struct token_claims *ret)
{
	uint8_t signature[crypto_sign_BYTES];
	struct token_claims claims;
	size_t size;

	if (!token_read(token, &claims, &size, signature))
		return false;
	*ret = claims;
	return true;
}

void token_digest(const void *data, size_t size, uint8_t ret[static TOKEN_DIGEST])
{
	crypto_hash_sha256(ret, data, size);
}

static_assert(TOKEN_TAG == crypto_shorthash_siphashx24_BYTES && TOKEN_TAG == crypto_shorthash_siphashx24_KEYBYTES,
              "a tag is as long as its hash and its key");

void token_tag_key(uint8_t ret[static TOKEN_TAG])
{
	randombytes_buf(ret, TOKEN_TAG);
}

void token_tag(const uint8_t key[static TOKEN_TAG], const char *token, uint8_t ret[static TOKEN_TAG])
{
	crypto_shorthash_siphashx24(ret, (const uint8_t *)token, strlen(token), key);
}
