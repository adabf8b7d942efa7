/* word: the words of presentation format (RFC 1035 §5.1): bare or in quotes, with \X and \DDD. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/buf.h"

struct dns_word {
	const char *text; /* as it stands, without the quotes, NUL-terminated */
	bool quoted;
	bool escaped; /* there is a backslash in it */
	bool inner;   /* bare, with quotes behind a "=", which stand in text: alpn="h2,h3" (RFC 9460 §2.1) */
};

static inline char dns_lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

/* The words of one line. Refuses comments, parentheses, controls and what has no end. At most most of them. */
bool dns_words(const char *line, struct arena *arena, struct dns_word *ret, size_t most, size_t *n, const char **why);

/* The bytes that a word means, appended. False: a bad escape. */
bool dns_word_decode(const char *text, struct buf *out);

/* Seconds, or units as zone files have them: 3600, 1h30m. Up to 2^31-1 (RFC 2181 §8). */
bool dns_word_seconds(const char *text, uint32_t *ret);

/* Bytes as one word in quotes, appended. */
void dns_word_quote(const char *bytes, size_t size, struct buf *out);
