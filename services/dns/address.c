/* address: see address.h. */
#include "address.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/base/cleanup.h"

enum { BYTES = 16, OCTET = 8 };

/* Blocks of the registries for special purposes (RFC 6890) that nobody is reached at from everywhere. */
struct block {
	int family;
	uint8_t prefix[BYTES];
	unsigned bits;
};

static const struct block blocks[] = {
	{ AF_INET, { 0 }, 8 },
	{ AF_INET, { 10 }, 8 },
	{ AF_INET, { 100, 64 }, 10 },
	{ AF_INET, { 127 }, 8 },
	{ AF_INET, { 169, 254 }, 16 },
	{ AF_INET, { 172, 16 }, 12 },
	{ AF_INET, { 192, 0, 0 }, 24 },
	{ AF_INET, { 192, 0, 2 }, 24 },
	{ AF_INET, { 192, 168 }, 16 },
	{ AF_INET, { 198, 18 }, 15 },
	{ AF_INET, { 198, 51, 100 }, 24 },
	{ AF_INET, { 203, 0, 113 }, 24 },
	{ AF_INET, { 224 }, 3 },
	{ AF_INET6, { 0x20, 0x01, 0x0d, 0xb8 }, 32 },
	{ AF_INET6, { 0x20, 0x02 }, 16 },
	{ AF_INET6, { 0x3f, 0xff }, 20 },
};

bool address_is_ipv6(const char *text)
{
	return strchr(text, ':') != NULL;
}

static bool is_in(const uint8_t bytes[static BYTES], const struct block *block)
{
	size_t whole = block->bits / OCTET;
	unsigned rest = block->bits % OCTET;

	return memcmp(bytes, block->prefix, whole) == 0 &&
	       (!rest || bytes[whole] >> (OCTET - rest) == block->prefix[whole] >> (OCTET - rest));
}

bool address_is_global(const char *text)
{
	int family = address_is_ipv6(text) ? AF_INET6 : AF_INET;
	uint8_t bytes[BYTES] = { 0 };

	if (inet_pton(family, text, bytes) != 1)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++)
		if (blocks[i].family == family && is_in(bytes, &blocks[i]))
			return false;
	return family == AF_INET || bytes[0] >> 5 == 1;
}
