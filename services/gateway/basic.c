/* basic: see basic.h. */
#include "basic.h"

#include <stdint.h>
#include <string.h>

enum { DECODED = 768, DIGIT_BITS = 6, BYTE_BITS = 8, BYTE = 0xff };

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Base64 (RFC 4648 §4), with its padding or without, into at most max bytes; the size, or 0 for what is none. */
static size_t decode(const char *text, char *out, size_t max)
{
	size_t length = strspn(text, digits), size = 0;
	uint32_t bits = 0;
	unsigned n = 0;

	if (strcmp(text + length, "==") != 0 && strcmp(text + length, "=") != 0 && text[length])
		return 0;
	for (size_t i = 0; i < length; i++) {
		bits = bits << DIGIT_BITS | (uint32_t)(strchr(digits, text[i]) - digits);
		n += DIGIT_BITS;
		if (n < BYTE_BITS)
			continue;
		if (size == max)
			return 0;
		n -= BYTE_BITS;
		out[size++] = (char)(bits >> n & BYTE);
	}
	return size;
}

bool basic_password(const char *text, char *ret, size_t size)
{
	char decoded[DECODED];
	size_t n = decode(text, decoded, sizeof(decoded));
	const char *colon = memchr(decoded, ':', n);
	size_t length = colon ? n - (size_t)(colon + 1 - decoded) : 0;
	bool good = length > 0 && length < size && !memchr(colon, '\0', length + 1);

	if (good) {
		memcpy(ret, colon + 1, length);
		ret[length] = '\0';
	}
	explicit_bzero(decoded, sizeof(decoded));
	return good;
}
