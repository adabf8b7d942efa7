/* scram: what PostgreSQL stores in place of a password, so that the password itself is never told to it. */
#pragma once

#include "lib/base/error.h"

enum { SCRAM_VERIFIER = 256 }; /* bytes with the NUL */

/* "SCRAM-SHA-256$4096:…" for an ASCII password. The salt comes from the role's name and the password, which must be
 * long and random: the same inputs give the same text. */
bool scram_verifier(const char *role, const char *password, char ret[static SCRAM_VERIFIER],
                    struct error *err) _must_check_;
