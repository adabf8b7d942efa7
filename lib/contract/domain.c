/* domain: U-labels to A-labels and back (IDNA2008, RFC 5890). */
#include "domain.h"

#include <idn2.h>
#include <string.h>

#include "lib/contract/format.h"

enum { DOMAIN_MAX = 253, LABEL_MAX = 63, INPUT_MAX = 1024 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_label(const char *label, size_t size)
{
	if (!size || size > LABEL_MAX || label[0] == '-' || label[size - 1] == '-')
		return false;
	for (size_t i = 0; i < size; i++)
		if (!(label[i] >= 'a' && label[i] <= 'z') && !is_digit(label[i]) && label[i] != '-')
			return false;
	/* Two hyphens there mark an encoding; xn-- is the only one. */
	return size < 4 || memcmp(label + 2, "--", 2) != 0 || !memcmp(label, "xn", 2);
}

static bool all_digits(const char *label)
{
	while (is_digit(*label))
		label++;
	return !*label;
}

/* At least two labels, the last one not a number: 127.0.0.1 is no name. */
static bool is_domain(const char *name)
{
	const char *label = name;
	unsigned labels = 0;

	if (strlen(name) > DOMAIN_MAX)
		return false;
	for (;;) {
		size_t size = strcspn(label, ".");

		if (!is_label(label, size))
			return false;
		labels++;
		if (!label[size])
			break;
		label += size + 1;
	}
	return labels >= 2 && !all_digits(label);
}

const char *domain_normalise(const char *text, struct arena *arena)
{
	/* Not IDN2_USE_STD3_ASCII_RULES: libidn2 2.3 then drops what it doesn't allow, "a_b" becomes "ab". */
	const int flags = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL;
	size_t size = strlen(text);
	char *ascii = NULL, *copy, *ret = NULL;

	if (!size || size > INPUT_MAX || !format_utf8_valid(text, size))
		return NULL;
	copy = arena_strdup(arena, text);
	if (!copy)
		return NULL;
	if (copy[size - 1] == '.')
		copy[size - 1] = '\0';
	if (idn2_to_ascii_8z(copy, &ascii, flags) != IDN2_OK)
		return NULL;
	if (is_domain(ascii))
		ret = arena_strdup(arena, ascii);
	idn2_free(ascii);
	return ret;
}

static bool is_latin(uint32_t point)
{
	return (point >= 'a' && point <= 'z') || (point >= 0xC0 && point < 0x250) ||
	       (point >= 0x1E00 && point < 0x1F00);
}

static bool is_neutral(uint32_t point)
{
	return point == '-' || (point >= '0' && point <= '9');
}

/* Cyrillic and Greek letters that look like Latin ones. */
static bool is_lookalike(uint32_t point)
{
	static const uint32_t letters[] = { 0x430, 0x435, 0x43E, 0x440, 0x441, 0x443, 0x445, 0x455, 0x456, 0x458,
		                            0x4BB, 0x4CF, 0x501, 0x51B, 0x51D, 0x3BF, 0x3BD, 0x3C1, 0x3B9 };

	for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
		if (letters[i] == point)
			return true;
	return false;
}

/* A label may mislead when it mixes Latin with another script, or is written in lookalikes only. */
static bool is_safe_label(const char *label, size_t size)
{
	bool latin = false, other = false, distinct = false;
	uint32_t point;
	size_t step;

	for (; size; label += step, size -= step) {
		step = format_utf8_next(label, size, &point);
		if (!step)
			return false;
		if (is_neutral(point))
			continue;
		latin = latin || is_latin(point);
		other = other || !is_latin(point);
		distinct = distinct || !is_lookalike(point);
	}
	return !(latin && other) && (!other || distinct);
}

static bool is_safe(const char *name)
{
	for (;;) {
		size_t size = strcspn(name, ".");

		if (!is_safe_label(name, size))
			return false;
		if (!name[size])
			return true;
		name += size + 1;
	}
}

const char *format_display_domain(const char *domain, struct arena *arena)
{
	char *text = NULL;
	const char *ret;

	if (!strstr(domain, "xn--") || idn2_to_unicode_8z8z(domain, &text, IDN2_NONTRANSITIONAL) != IDN2_OK)
		return arena_strdup(arena, domain);
	ret = arena_strdup(arena, is_safe(text) ? text : domain);
	idn2_free(text);
	return ret;
}
