/* sign: the signer's one answer: a frame in, a frame out. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/error.h"
#include "lib/token/token.h"

#include "stralix/v1/signer.pb-c.h"

enum { SIGN_FRAME_MAX = 16 * 1024 };

/*
 * Answers a hostile frame: unpacked, validated by the contract, signed as an identity token or a pulse of authz with
 * iat now_s, and ends as lib/token/pulse.h says. Whatever is wrong with it is said in reply->error; a ref that can't be
 * read is 0. Only running out of memory fails.
 */
bool sign_answer(const struct token_key *key, int64_t now_s, const void *frame, size_t size, struct arena *arena,
                 Stralix__V1__SignerReply *reply, struct error *err) _must_check_;
