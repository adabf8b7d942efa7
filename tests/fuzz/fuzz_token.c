/* Fuzz target of the token reader: what it accepts, the writer spells in the same bytes. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/token/claims.h"
#include "lib/token/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	if (claims_read(token, size, &claims))
		if (!claims_write(&claims, text, &length, NULL) || length != size || memcmp(text, token, size) != 0)
			abort();
	if (token_peek(token, &claims) && strnlen(token, TOKEN_MAX) == TOKEN_MAX)
		abort();
	free(token);
	return 0;
}
