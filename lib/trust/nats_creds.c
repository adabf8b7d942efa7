/* The credentials file of a NATS user: written, read, and compared with what it should say. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "lib/base/buf.h"

#include "nkey.h"

#define JWT_BEGIN "-----BEGIN NATS USER JWT-----\n"
#define JWT_END "\n------END NATS USER JWT------\n"
#define SEED_BEGIN "-----BEGIN USER NKEY SEED-----\n"
#define SEED_END "\n------END USER NKEY SEED------\n"

char *nats_creds(const char *jwt, const struct nkey *user)
{
	_cleanup_buf_ struct buf text = { 0 };

	buf_printf(&text, JWT_BEGIN "%s" JWT_END "\n" SEED_BEGIN "%s" SEED_END, jwt, nkey_seed(user));
	return buf_take(&text);
}

/* The text between two marks; malloc'd. */
static char *between(const char *text, const char *begin, const char *end)
{
	const char *start = strstr(text, begin), *stop;

	if (!start)
		return NULL;
	start += strlen(begin);
	stop = strstr(start, end);
	return stop ? strndup(start, (size_t)(stop - start)) : NULL;
}

bool nats_creds_read(const char *text, char **ret_jwt, struct nkey **ret_user, struct error *err)
{
	_cleanup_free_ char *jwt = between(text, JWT_BEGIN, JWT_END), *seed = between(text, SEED_BEGIN, SEED_END);
	bool done;

	if (!seed || !jwt)
		return error_set(err, ERR_INVALID, "not a file of NATS credentials");
	done = nkey_from_seed(seed, ret_user, err);
	OPENSSL_cleanse(seed, strlen(seed));
	if (done)
		*ret_jwt = TAKE_PTR(jwt);
	return done;
}

/* What a JWT says from its issuer on: name, subject, rights; malloc'd. */
static char *statement(const char *jwt)
{
	_cleanup_free_ char *encoded = NULL, *claims = NULL;
	const char *start = strchr(jwt, '.');
	size_t length = start ? strcspn(start + 1, ".") : 0, padded = (length + 3) / 4 * 4;
	char *from;

	encoded = calloc(1, padded + 1);
	claims = calloc(1, padded + 1);
	if (!encoded || !claims || length == 0)
		return NULL;
	memset(encoded, '=', padded);
	for (size_t i = 0; i < length; i++)
		encoded[i] = (char)(start[1 + i] == '-' ? '+' : start[1 + i] == '_' ? '/' : start[1 + i]);
	if (EVP_DecodeBlock((unsigned char *)claims, (unsigned char *)encoded, (int)padded) < 0)
		return NULL;
	from = strstr(claims, "\"iss\":");
	return from ? strdup(from) : NULL;
}

bool nats_jwt_same(const char *one, const char *other)
{
	_cleanup_free_ char *a = statement(one), *b = statement(other);

	return a && b && strcmp(a, b) == 0;
}
