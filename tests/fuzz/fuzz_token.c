/* Fuzz target of the token reader: what it accepts, the writer spells in the same bytes. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/token/claims.h"
#include "lib/token/limit.h"
#include "lib/token/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a token says that it is limited to has one spelling too. */
static void look_at_limits(const struct token_claims *claims)
{
	char text[LIMIT_TEXT];
	struct limit limit;

	for (unsigned i = 0; i < claims->n_rec; i++) {
		if (!limit_read(claims->rec[i], &limit))
			continue;
		limit_write(&limit, text);
		if (strcmp(text, claims->rec[i]) != 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[TOKEN_KEY] = { 1 };
	struct token_claims claims;
	char text[CLAIMS_MAX], *token = malloc(size + 1);
	size_t length;

	if (!token)
		return 0;
	memcpy(token, data, size);
	token[size] = '\0';
	if (token_verify(key, token, &claims, NULL))
		abort(); /* nobody has that key */
	if (claims_read(token, size, &claims)) {
		if (!claims_write(&claims, text, &length, NULL) || length != size || memcmp(text, token, size) != 0)
			abort();
		look_at_limits(&claims);
	}
	if (token_peek(token, &claims) && strnlen(token, TOKEN_MAX) == TOKEN_MAX)
		abort();
	free(token);
	return 0;
}
