/* utf8: reads UTF-8 strictly (RFC 3629). */
#include <string.h>

#include "lib/contract/format.h"

/* The bits of the first byte, and how many bytes follow; false for a byte that can't come first. */
static bool lead(uint8_t byte, uint32_t *ret, size_t *more)
{
	if (byte < 0x80)
		*ret = byte, *more = 0;
	else if (byte >= 0xC2 && byte < 0xE0)
		*ret = byte & 0x1FU, *more = 1;
	else if (byte >= 0xE0 && byte < 0xF0)
		*ret = byte & 0x0FU, *more = 2;
	else if (byte >= 0xF0 && byte < 0xF5)
		*ret = byte & 0x07U, *more = 3;
	else
		return false;
	return true;
}

size_t format_utf8_next(const void *data, size_t size, uint32_t *ret)
{
	static const uint32_t least[] = { 1, 0x80, 0x800, 0x10000 };
	const uint8_t *bytes = data;
	uint32_t point = 0;
	size_t more = 0;

	if (!size || !lead(bytes[0], &point, &more) || more >= size)
		return 0;
	for (size_t i = 1; i <= more; i++) {
		if ((bytes[i] & 0xC0) != 0x80)
			return 0;
		point = point << 6 | (bytes[i] & 0x3FU);
	}
	if (point < least[more] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
		return 0;
	*ret = point;
	return more + 1;
}

/* Eight bytes of plain ASCII without a NUL, which is what most texts are; else 0. */
static size_t ascii_run(const uint8_t *at, size_t size)
{
	static const uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
	uint64_t word;

	if (size < sizeof(word))
		return 0;
	memcpy(&word, at, sizeof(word));
	return (word & highs) || ((word - ones) & ~word & highs) ? 0 : sizeof(word);
}

bool format_utf8_valid(const void *data, size_t size)
{
	const uint8_t *at = data;
	uint32_t point;
	size_t step;

	for (; size; at += step, size -= step) {
		step = ascii_run(at, size);
		if (step)
			continue;
		step = format_utf8_next(at, size, &point);
		if (!step)
			return false;
	}
	return true;
}
