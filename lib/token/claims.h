/* claims: the one spelling of a token's claims, for token.c alone. */
#pragma once

#include "token.h"

enum { CLAIMS_MAX = 3072 }; /* bytes of the claims as JSON, with a NUL */

/* Writes the claims that are there, in order. ERR_INVALID for a value outside its alphabet, ERR_TOO_LARGE. */
bool claims_write(const struct token_claims *claims, char out[static CLAIMS_MAX], size_t *ret_size,
                  struct error *err) _must_check_;

/* Accepts exactly what claims_write makes; *ret is only good on success. */
bool claims_read(const char *text, size_t size, struct token_claims *ret) _must_check_;
