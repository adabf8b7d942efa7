/* Base32 with one spelling for each value. */
#include "base32.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void base32_encode(const uint8_t *bytes, size_t size, char *out)
{
	unsigned held = 0, bits = 0;

	for (size_t i = 0; i < size; i++) {
		held = (held << 8 | bytes[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5)
			*out++ = alphabet[held >> (bits - 5) & 31];
	}
	if (bits > 0)
		*out++ = alphabet[held << (5 - bits) & 31];
	*out = '\0';
}

size_t base32_decode(const char *text, uint8_t *ret, size_t max)
{
	unsigned held = 0, bits = 0;
	size_t size = 0;

	for (; *text != '\0'; text++) {
		const char *digit = strchr(alphabet, *text);

		if (!digit)
			return 0;
		held = (held << 5 | (unsigned)(digit - alphabet)) & 0xfff;
		bits += 5;
		if (bits < 8)
			continue;
		if (size == max)
			return 0;
		bits -= 8;
		ret[size++] = (uint8_t)(held >> bits & 0xff);
	}
	return bits < 5 && (held & ((1U << bits) - 1)) == 0 ? size : 0;
}
