/* The strict reader of base64url. */
#include "base64.h"

#include <sodium.h>

static bool in_alphabet(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool base64_read(const char *text, size_t length, void *ret, size_t max, size_t *ret_size)
{
	/* libsodium 1.0.18 takes bytes from 0x80 on for an 'A'. */
	for (size_t i = 0; i < length; i++)
		if (!in_alphabet(text[i]))
			return false;
	return sodium_base642bin(ret, max, text, length, NULL, ret_size, NULL,
	                         sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
}
