/* encode: see encode.h. */
#include "encode.h"

#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void encode_base64url(struct buf *to, const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint32_t bits = 0;
	unsigned n = 0;

	for (size_t i = 0; i < size; i++) {
		bits = bits << 8 | bytes[i];
		for (n += 8; n >= 6; n -= 6)
			buf_putc(to, letters[bits >> (n - 6) & 63]);
	}
	if (n > 0)
		buf_putc(to, letters[bits << (6 - n) & 63]);
}

bool decode_base64url(struct buf *to, const char *text)
{
	uint32_t bits = 0;
	unsigned n = 0;

	if (strlen(text) % 4 == 1)
		return false;
	for (; *text; text++) {
		const char *at = strchr(letters, *text);

		if (!at)
			return false;
		bits = bits << 6 | (uint32_t)(at - letters);
		n += 6;
		if (n >= 8) {
			n -= 8;
			buf_putc(to, (char)(bits >> n & 255));
		}
	}
	return !buf_failed(to);
}
