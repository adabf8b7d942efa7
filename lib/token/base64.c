/* The strict reader of base64url: RFC 4648, section 5, without padding. (libsodium 1.0.18 takes bytes from 0x80 on for
 * an 'A', and its reader takes the same time for all bytes, which tokens, read at every call, don't need.) */
#include "base64.h"

#include <stdint.h>

/* The value of each digit and one; 0: none. */
static const uint8_t digits[256] = {
	['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
	['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
	['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
	['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
	['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
	['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
	['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
	['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['-'] = 63, ['_'] = 64,
};

bool base64_read(const char *text, size_t length, void *ret, size_t max, size_t *ret_size)
{
	uint8_t *out = ret;
	uint32_t bits = 0;
	unsigned n_bits = 0;
	size_t size = 0;

	if (length % 4 == 1 || length / 4 * 3 + length % 4 * 3 / 4 > max)
		return false;
	for (size_t i = 0; i < length; i++) {
		uint8_t digit = digits[(uint8_t)text[i]];

		if (!digit)
			return false;
		bits = bits << 6 | (digit - 1U);
		n_bits += 6;
		if (n_bits < 8)
			continue;
		n_bits -= 8;
		out[size++] = (uint8_t)(bits >> n_bits);
		bits &= (1U << n_bits) - 1;
	}
	*ret_size = size;
	return bits == 0;
}
