/* Which claims there are, in the order in which a token spells them. */
#include "claims_table.h"

#include <string.h>

#define VALUE(field)                                                                                                   \
	{                                                                                                              \
#field, CLAIM_VALUE, offsetof(struct token_claims, field), TOKEN_VALUE, 0, 0                           \
	}
#define TIME(field)                                                                                                    \
	{                                                                                                              \
#field, CLAIM_TIME, offsetof(struct token_claims, field), sizeof(int64_t), 0, 0                        \
	}
#define MOMENT(field)                                                                                                  \
	{                                                                                                              \
#field, CLAIM_MOMENT, offsetof(struct token_claims, field), sizeof(int64_t), 0, 0                      \
	}
#define LIST(field)                                                                                                    \
	{                                                                                                              \
#field, CLAIM_LIST, offsetof(struct token_claims, field),                                              \
			sizeof(((struct token_claims *)0)->field[0]), offsetof(struct token_claims, n_##field),        \
			ARRAY_SIZE(((struct token_claims *)0)->field)                                                  \
	}

const struct claim claim_table[CLAIMS] = {
	VALUE(act),
	VALUE(aud),
	{ "dig", CLAIM_DIGEST, offsetof(struct token_claims, dig), TOKEN_DIGEST, offsetof(struct token_claims, has_dig),
	  0 },
	TIME(exp),
	MOMENT(ext),
	TIME(iat),
	VALUE(iss),
	VALUE(jti),
	{ "name", CLAIM_TEXT, offsetof(struct token_claims, name), sizeof(((struct token_claims *)0)->name), 0, 0 },
	VALUE(org),
	LIST(orgs),
	LIST(rec),
	LIST(rev),
	VALUE(rid),
	VALUE(role),
	LIST(scp),
	VALUE(sid),
	VALUE(sub),
};

bool claim_is_value(const char *text, size_t size)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:@/+-";
	size_t length = strnlen(text, size);

	return length > 0 && length < size && strspn(text, alphabet) == length;
}

/* Length of the sequence that starts with byte, 0 for none, and the least code point that may be spelled so. */
static size_t utf8_length(uint8_t byte, uint32_t *ret_least)
{
	if (byte < 0x80)
		return *ret_least = 0, 1;
	if (byte >= 0xc2 && byte < 0xe0)
		return *ret_least = 0x80, 2;
	if (byte >= 0xe0 && byte < 0xf0)
		return *ret_least = 0x800, 3;
	if (byte >= 0xf0 && byte < 0xf5)
		return *ret_least = 0x10000, 4;
	return 0;
}

static bool is_printable(uint32_t point)
{
	return point >= 0x20 && (point < 0x7f || point > 0x9f) && (point < 0xd800 || point > 0xdfff) &&
	       point <= 0x10ffff;
}

bool claim_is_text(const void *bytes, size_t size)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < size;) {
		uint32_t least = 0, point;
		size_t length = utf8_length(p[i], &least);

		if (length == 0 || length > size - i)
			return false;
		point = length == 1 ? p[i] : p[i] & (0xffU >> (length + 1));
		for (size_t k = 1; k < length; k++) {
			if ((p[i + k] & 0xc0) != 0x80)
				return false;
			point = point << 6 | (p[i + k] & 0x3fU);
		}
		if (point < least || !is_printable(point))
			return false;
		i += length;
	}
	return true;
}
