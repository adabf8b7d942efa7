/* engine: what the loop and its handlers share. All of it is used by the loop's thread alone, but for what says so. */
#pragma once

#include "lib/base/arena.h"
#include "lib/token/token.h"

#include "stralix/v1/engine.pb-c.h"

#include "agent/engine/asking.h"
#include "agent/engine/journal.h"
#include "agent/engine/kind.h"
#include "agent/engine/outcome.h"
#include "agent/engine/progress.h"
#include "agent/engine/seen.h"
#include "agent/engine/worker.h"

enum { ENGINE_FRAME = 384 * 1024, ENGINE_CONTRACT = 1, ENGINE_SKEW_S = 150, ENGINE_KINDS = 2 };

/* Who carries out the tasks of one kind, and what is told of it meanwhile. */
struct line {
	struct progress *progress;
	struct worker *worker;
	uint64_t progress_version; /* last reported */
	int64_t progress_ms;       /* when */
};

struct engine {
	const char *node_id, *dir, *keyring_path;
	struct keyring *keyring;
	int64_t keyring_seen_ms;         /* when its file was looked at */
	struct kind kinds[ENGINE_KINDS]; /* what this node does */
	struct line lines[ENGINE_KINDS]; /* of each */
	size_t n_kinds;
	const char *const *php_versions; /* that this node runs; ends with NULL */
	char seal_key[44];               /* what secrets for this node are sealed to */
	struct journal *journal;
	struct outcome_signer *signer;
	struct verb_node node; /* of asking */
	struct asking *asking;
	struct seen *seen;
	int link, wake; /* the socketpair; the eventfd of workers and asking */
};

/* The place of a kind in both lists; n_kinds: this node doesn't do it. */
size_t engine_kind(const struct engine *engine, const char *name);

/* Runs until the link's end closes (true) or the socketpair fails. */
bool engine_loop(struct engine *engine, struct error *err) _must_check_;

/* Whether a frame's token is tasks' for this node, action and payload, and of this time. ERR_UNAUTHENTICATED,
 * ERR_CLOCK_SKEW: believed but for its time. */
bool engine_admit(const struct engine *engine, const Stralix__V1__CommandFrame *frame, struct token_claims *claims,
                  struct error *err) _must_check_;

/* Checks a question and hands it on to asking; appends the packed Report that refuses it, or nothing. */
bool engine_ask(struct engine *engine, const Stralix__V1__CommandFrame *frame, struct arena *arena, struct buf *report,
                struct error *err) _must_check_;
/* Appends the packed Report that answers it. */
bool engine_answered(struct engine *engine, const struct asked *asked, struct buf *report,
                     struct error *err) _must_check_;

/* Checks a command and takes it in; appends the packed Report that answers it. */
bool engine_command(struct engine *engine, const Stralix__V1__CommandFrame *frame, struct arena *arena,
                    struct buf *report, struct error *err) _must_check_;

/* Appends a packed Report with a Heartbeat. */
bool engine_heartbeat(struct engine *engine, struct buf *report, struct error *err) _must_check_;
