/* base64: see base64.h. */
#include "lib/base/base64.h"

#include <stdint.h>
#include <string.h>

enum { DIGIT_BITS = 6, BYTE_BITS = 8, BYTE = 0xff };

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_put(struct buf *buf, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i += 3) {
		size_t left = size - i;
		uint32_t group = (uint32_t)bytes[i] << 16;

		group |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
		group |= left > 2 ? bytes[i + 2] : 0;
		buf_putc(buf, digits[group >> 18]);
		buf_putc(buf, digits[group >> 12 & 63]);
		buf_putc(buf, (char)(left > 1 ? digits[group >> 6 & 63] : '='));
		buf_putc(buf, (char)(left > 2 ? digits[group & 63] : '='));
	}
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

size_t base64_decode(const char *text, void *ret, size_t max)
{
	size_t length = strspn(text, digits), size = 0;
	uint8_t *out = ret;
	uint32_t bits = 0;
	unsigned n = 0;

	if (text[length] && strcmp(text + length, "=") != 0 && strcmp(text + length, "==") != 0)
		return 0;
	for (size_t i = 0; i < length; i++) {
		bits = bits << DIGIT_BITS | (uint32_t)(strchr(digits, text[i]) - digits);
		n += DIGIT_BITS;
		if (n < BYTE_BITS)
			continue;
		if (size == max)
			return 0;
		n -= BYTE_BITS;
		out[size++] = (uint8_t)(bits >> n & BYTE);
	}
	return size;
}
