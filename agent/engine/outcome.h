/* outcome: what is said about a task, packed and signed. The signer is used by the loop alone. */
#pragma once

#include "lib/base/buf.h"
#include "lib/token/token.h"

#include "stralix/v1/node.pb-c.h"

#include "agent/engine/journal.h"

/* All borrowed; NULL: none. */
struct outcome {
	const char *task_id, *resource_id;
	struct generation generation;
	uint32_t attempt;
	Stralix__V1__Outcome__State state;
	const char *code, *message;
	const struct steps *steps;
};

/* Appends the packed Outcome, without seq and time: these are put in when it is signed. */
bool outcome_pack(const struct outcome *outcome, struct buf *out, struct error *err) _must_check_;

struct outcome_signer;

/* key and journal are borrowed for as long as the signer lives. */
bool outcome_signer_new(const char *node_id, const struct token_key *key, struct journal *journal,
                        struct outcome_signer **ret, struct error *err) _must_check_;
void outcome_signer_free(struct outcome_signer *signer);
DEFINE_CLEANUP(struct outcome_signer *, outcome_signer_free)

/* Appends a packed Report of a packed outcome, brought up to date: attempt, the next seq, the node's time. */
bool outcome_sign(struct outcome_signer *signer, const void *packed, size_t size, uint32_t attempt, struct buf *out,
                  struct error *err) _must_check_;

/* Appends a packed Report of any packed message, as it is; sub: the token's subject. */
bool outcome_sign_bytes(struct outcome_signer *signer, const char *sub, const void *packed, size_t size,
                        struct buf *out, struct error *err) _must_check_;
