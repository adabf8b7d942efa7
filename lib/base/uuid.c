/* uuid: version 7, from the clock and the kernel's randomness. */

#include "lib/base/uuid.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lib/base/clock.h"

enum { TIME_BYTES = 6, VERSION_7 = 0x70, VARIANT = 0x80 };

struct uuid uuid_v7(void)
{
	struct uuid id;
	uint64_t now = (uint64_t)clock_unix_ms();
	ssize_t got;

	do
		got = getrandom(id.bytes + TIME_BYTES, sizeof(id.bytes) - TIME_BYTES, 0);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)(sizeof(id.bytes) - TIME_BYTES))
		abort();
	for (int i = 0; i < TIME_BYTES; i++)
		id.bytes[i] = (uint8_t)(now >> (8 * (TIME_BYTES - 1 - i)));
	id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0F) | VERSION_7);
	id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3F) | VARIANT);
	return id;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool uuid_parse(const char *text, struct uuid *ret)
{
	struct uuid id;
	size_t at = 0;

	for (size_t i = 0; i < sizeof(id.bytes); i++) {
		int high, low;

		if ((i == 4 || i == 6 || i == 8 || i == 10) && text[at++] != '-')
			return false;
		if ((high = digit(text[at])) < 0 || (low = digit(text[at + 1])) < 0)
			return false;
		id.bytes[i] = (uint8_t)(high << 4 | low);
		at += 2;
	}
	if (text[at])
		return false;
	*ret = id;
	return true;
}

char *uuid_format(const struct uuid *id, char buffer[static UUID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	char *out = buffer;

	for (size_t i = 0; i < sizeof(id->bytes); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = digits[id->bytes[i] >> 4];
		*out++ = digits[id->bytes[i] & 0x0F];
	}
	*out = '\0';
	return buffer;
}

bool uuid_equal(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool uuid_is_nil(const struct uuid *id)
{
	static const struct uuid nil;

	return uuid_equal(id, &nil);
}
