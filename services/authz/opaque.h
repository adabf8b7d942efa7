/* opaque: tokens that say nothing: a prefix and 32 random bytes. Only their SHA-256 is kept. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	OPAQUE_TEXT = 47, /* bytes of one with its NUL */
	OPAQUE_DIGEST = 32,
};

enum opaque_kind { OPAQUE_NONE, OPAQUE_SESSION, OPAQUE_API };

/* A fresh one of a kind: "ss_…" or "st_…". */
void opaque_new(enum opaque_kind kind, char ret[static OPAQUE_TEXT]);

/* What a text is; OPAQUE_NONE when it can't be one of ours. */
enum opaque_kind opaque_kind(const char *token);

void opaque_digest(const char *token, uint8_t ret[static OPAQUE_DIGEST]);
