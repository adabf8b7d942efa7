/* engine: what the loop and its handlers share. All of it is used by the loop's thread alone, but for what says so. */
#pragma once

#include "lib/base/arena.h"
#include "lib/token/token.h"

#include "stralix/v1/engine.pb-c.h"

#include "agent/engine/adapter.h"
#include "agent/engine/apply.h"
#include "agent/engine/journal.h"
#include "agent/engine/outcome.h"
#include "agent/engine/progress.h"
#include "agent/engine/worker.h"

enum { ENGINE_FRAME = 384 * 1024, ENGINE_CONTRACT = 1 };

struct engine {
	const char *node_id, *dir, *keyring_path;
	struct keyring *keyring;
	int64_t keyring_seen_ms; /* when its file was looked at */
	struct adapter adapter;
	struct journal *journal;
	struct outcome_signer *signer;
	struct progress *progress;
	struct apply *apply;
	struct worker *worker;
	int link, wake;            /* the socketpair; the worker's eventfd */
	uint64_t progress_version; /* last reported */
	int64_t progress_ms;       /* when */
};

/* Runs until the link's end closes (true) or the socketpair fails. */
bool engine_loop(struct engine *engine, struct error *err) _must_check_;

/* Checks a command and takes it in; appends the packed Report that answers it. */
bool engine_command(struct engine *engine, const Stralix__V1__CommandFrame *frame, struct arena *arena,
                    struct buf *report, struct error *err) _must_check_;

/* Appends a packed Report with a Heartbeat. */
bool engine_heartbeat(struct engine *engine, struct buf *report, struct error *err) _must_check_;
