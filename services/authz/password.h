/* password: argon2id with m = 19 MiB, t = 2; at most two at a time, because memory is m times the parallel ones. */
#pragma once

#include "lib/base/error.h"

enum { PASSWORD_HASH = 128 };

/* Refuses the most common ones and the e-mail address itself, with a violation on field; the length is the
 * contract's. */
bool password_acceptable(const char *password, const char *email, const char *field, struct error *err) _must_check_;

struct hasher;
bool hasher_new(struct hasher **ret, struct error *err) _must_check_;
void hasher_free(struct hasher *hasher);
DEFINE_CLEANUP(struct hasher *, hasher_free)

/* Both wait for one of the two places until timeout_ms is over: ERR_UNAVAILABLE. */
bool hasher_hash(struct hasher *hasher, const char *password, int timeout_ms, char ret[static PASSWORD_HASH],
                 struct error *err) _must_check_;

/* hash NULL: takes the same time and says no. */
bool hasher_verify(struct hasher *hasher, const char *hash, const char *password, int timeout_ms, bool *ret,
                   struct error *err) _must_check_;
