/* base64: see base64.h. */
#include "lib/base/base64.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const char *base64(const void *data, size_t size, struct arena *arena)
{
	char *ret = arena_alloc(arena, (size + 2) / 3 * 4 + 1), *to = ret;
	const uint8_t *bytes = data;

	for (size_t i = 0; ret && i < size; i += 3) {
		uint32_t three = (uint32_t)bytes[i] << 16 | (i + 1 < size ? (uint32_t)bytes[i + 1] << 8 : 0) |
		                 (i + 2 < size ? bytes[i + 2] : 0);

		*to++ = digits[three >> 18];
		*to++ = digits[three >> 12 & 63];
		*to++ = (char)(i + 1 < size ? digits[three >> 6 & 63] : '=');
		*to++ = (char)(i + 2 < size ? digits[three & 63] : '=');
	}
	return ret;
}

size_t base64_size(const char *text)
{
	size_t n = strspn(text, digits), pads = strspn(text + n, "=");
	unsigned rest = pads == 2 ? 15 : pads == 1 ? 3 : 0;

	if (!n || text[n + pads] || (n + pads) % 4 || pads > 2)
		return 0;
	if ((unsigned)(strchr(digits, text[n - 1]) - digits) & rest)
		return 0;
	return (n + pads) / 4 * 3 - pads;
}
