/* seen: the token ids that questions came with, each good once. In memory: a question that is asked again after a
 * restart changes nothing, and a full disk has to be told of. Used by one thread. */
#pragma once

#include <stdint.h>

#include "lib/base/error.h"
#include "lib/base/uuid.h"

enum { SEEN_ROOM = 16384 };

struct seen;

struct seen *seen_new(void); /* NULL: no memory */
void seen_free(struct seen *seen);
DEFINE_CLEANUP(struct seen *, seen_free)

/* forget_s: when the token is no good any more, in Unix seconds like now_s. ERR_UNAUTHENTICATED: it was used before.
 * ERR_UNAVAILABLE: there is no room for it until older ones are forgotten. */
bool seen_add(struct seen *seen, const struct uuid *jti, int64_t forget_s, int64_t now_s,
              struct error *err) _must_check_;
