/* word: see word.h. */
#include "lib/dns/word.h"

#include <stdlib.h>
#include <string.h>

enum { ESCAPE_DIGITS = 3, BYTE_MOST = 255, SECONDS_DIGITS = 10 };

static const char blank_words[] = "A blank follows a quote's end.";

static bool refuse(const char **why, const char *words)
{
	*why = words;
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* How many bytes an escape takes after its backslash; 0: it is none. */
static size_t escape_size(const char *at)
{
	if (!*at || (unsigned char)*at < ' ' || *at == '\x7f')
		return 0;
	if (!is_digit(*at))
		return 1;
	for (size_t i = 0; i < ESCAPE_DIGITS; i++)
		if (!is_digit(at[i]))
			return 0;
	return (at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0') <= BYTE_MOST ? ESCAPE_DIGITS : 0;
}

/* To the end of the word that begins at; NULL: it has none. */
static const char *word_end(const char *at, struct dns_word *word, const char **why)
{
	bool quoted = word->quoted; /* at this place */

	for (const char *begin = at; *at; at++) {
		if (((unsigned char)*at < ' ' && *at != '\t') || *at == '\x7f')
			return refuse(why, "Control characters can't be used.") ? at : NULL;
		if (quoted ? *at == '"' && !word->inner : *at == ' ' || *at == '\t')
			return at;
		if (*at == '"' && (quoted || (at > begin && at[-1] == '=' && !word->inner))) {
			if (quoted && at[1] && at[1] != ' ' && at[1] != '\t')
				return refuse(why, blank_words) ? at : NULL;
			quoted = !quoted;
			word->inner = true;
			continue;
		}
		if (!quoted && strchr("\"();", *at))
			return refuse(why, "Put text with quotes, brackets or semicolons into quotes.") ? at : NULL;
		if (*at != '\\')
			continue;
		size_t size = escape_size(at + 1);
		if (!size)
			return refuse(why, "A backslash is followed by a character or by three digits up to 255.")
			               ? at
			               : NULL;
		word->escaped = true;
		at += size;
	}
	return !quoted || refuse(why, "A quote has no end.") ? at : NULL;
}

bool dns_words(const char *line, struct arena *arena, struct dns_word *ret, size_t most, size_t *n, const char **why)
{
	*n = 0;
	for (line += strspn(line, " \t"); *line; line += strspn(line, " \t")) {
		struct dns_word word = { .quoted = *line == '"' };
		const char *begin = line + word.quoted, *end = word_end(begin, &word, why);

		if (!end)
			return false;
		if (*n == most)
			return refuse(why, "There are too many parts.");
		word.text = arena_strndup(arena, begin, (size_t)(end - begin));
		if (!word.text)
			return refuse(why, "out of memory");
		ret[(*n)++] = word;
		line = end + word.quoted;
		if (word.quoted && *line && *line != ' ' && *line != '\t')
			return refuse(why, blank_words);
	}
	return true;
}

static char escaped_byte(const char *digits)
{
	return (char)((digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0'));
}

bool dns_word_decode(const char *text, struct buf *out)
{
	for (; *text; text++) {
		char c = *text;

		if (c == '\\') {
			size_t size = escape_size(text + 1);

			if (!size)
				return false;
			c = text[1];
			if (size > 1)
				c = escaped_byte(text + 1);
			text += size;
		}
		buf_putc(out, c);
	}
	return true;
}

bool dns_word_seconds(const char *text, uint32_t *ret)
{
	static const char units[] = "smhdw";
	static const uint32_t lengths[] = { 1, 60, 3600, 86400, 604800 };
	uint64_t sum = 0;
	bool first = true;

	do {
		size_t digits = strspn(text, "0123456789");
		const char *unit = text[digits] ? strchr(units, text[digits] | 0x20) : NULL;

		if (!digits || digits > SECONDS_DIGITS || (text[digits] && !unit) || (!unit && !first))
			return false;
		sum += strtoull(text, NULL, 10) * (unit ? lengths[unit - units] : 1);
		if (sum > INT32_MAX)
			return false;
		text += digits + (unit != NULL);
		first = false;
	} while (*text);
	*ret = (uint32_t)sum;
	return true;
}

void dns_word_quote(const char *bytes, size_t size, struct buf *out)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c < ' ' || c >= 0x7f)
			buf_printf(out, "\\%03u", c);
		else if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else
			buf_putc(out, (char)c);
	}
	buf_putc(out, '"');
}
