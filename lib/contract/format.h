/* format: the strict formats of text. One function checks and normalises; no other place decides what a name is. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/error.h"

#include "stralix/options.pb-c.h"

/*
 * Checks text and gives its normalised form from the arena (or text itself). reason, static, says what is wrong in
 * words for people: "Enter a full domain such as shop.example." Never reads past the NUL. HOSTNAME: IDNA2008 with
 * libidn2 (non-transitional), at least two labels, no trailing dot kept, each label 1-63 octets of [a-z0-9-] without a
 * hyphen at either end, no all-numeric last label, 253 octets in all; wildcards refused.
 */
bool format_check(Stralix__Format format, const char *text, struct arena *arena, const char **ret, const char **reason);

/* A-label to U-label for people; a copy of the A-label when it can't be shown safely. From the arena. */
const char *format_display_domain(const char *domain, struct arena *arena);

bool format_utf8_valid(const void *data, size_t size); /* no NUL, no surrogates, no overlong forms */

/* The length of the valid sequence that data begins with, 1 to 4, and its code point; 0 when there is none. */
size_t format_utf8_next(const void *data, size_t size, uint32_t *ret);

/* Not a control character, nor what turns the direction of text around or hides in it. */
bool format_printable(uint32_t point);

const char *format_words(Stralix__Format format); /* what to enter, for people */
const char *format_name(Stralix__Format format);  /* "HOSTNAME"; "UNSET" when unknown */
size_t format_limit(Stralix__Format format);      /* most bytes of a field that gives no max_len */
