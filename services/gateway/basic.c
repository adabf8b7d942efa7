/* basic: see basic.h. */
#include "basic.h"

#include <string.h>

#include "lib/base/base64.h"

enum { DECODED = 768 };

bool basic_password(const char *text, char *ret, size_t size)
{
	char decoded[DECODED];
	size_t n = base64_decode(text, decoded, sizeof(decoded));
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
