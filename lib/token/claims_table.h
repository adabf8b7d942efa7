/* claims_table: which claims there are, for their writer and their reader. */
#pragma once

#include "claims.h"

enum claim_kind {
	CLAIM_VALUE,  /* [A-Za-z0-9_.:@/+-]+ */
	CLAIM_TEXT,   /* UTF-8 without control bytes, spelled in base64url */
	CLAIM_LIST,   /* of values, at least one */
	CLAIM_DIGEST, /* 32 bytes, spelled in base64url */
	CLAIM_TIME,   /* Unix seconds; always there */
	CLAIM_MOMENT, /* Unix seconds; 0 is an absent claim */
};

struct claim {
	const char *name;
	enum claim_kind kind;
	size_t offset, size; /* in struct token_claims; of a list: size of a member */
	size_t count;        /* offset of a list's count, of a digest's flag */
	size_t most;         /* of a list: members */
};

enum { CLAIMS = 18 };
extern const struct claim claim_table[CLAIMS]; /* in alphabetical order */

#define CLAIM_TIME_MAX INT64_C(253402300799) /* the end of the year 9999 */

/* Whether text is 1 to size - 1 characters of the alphabet. */
bool claim_is_value(const char *text, size_t size);

/* Whether bytes are valid UTF-8 without control characters. */
bool claim_is_text(const void *bytes, size_t size);
