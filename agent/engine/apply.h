/*
 * apply: carries out tasks of one kind as a transaction: stage, test, activate, verify, commit, or roll back. What
 * several tasks want is done as one generation; one that fails goes back alone. Used by one thread.
 */
#pragma once

#include "lib/base/arena.h"

#include "stralix/v1/node.pb-c.h"

#include "agent/engine/adapter.h"
#include "agent/engine/journal.h"
#include "agent/engine/kind.h"
#include "agent/engine/progress.h"
#include "agent/engine/tree.h"

struct apply;
struct keys;

/* All borrowed for as long as the apply lives. Reads the journal's objects. */
struct apply_options {
	struct adapter adapter;
	struct journal *journal;
	struct tree *tree;
	struct progress *progress;
	struct keys *keys; /* swept between batches; NULL: there are none */
	int64_t observe_s; /* how often apply_watch looks at the live files; 0: never */
};

bool apply_new(const struct apply_options *options, struct apply **ret, struct error *err) _must_check_;
void apply_free(struct apply *apply);
DEFINE_CLEANUP(struct apply *, apply_free)

/*
 * After a start: undoes what was cut off before it went live, has the daemon serve what the journal says, and renders
 * anew what other templates or settings made old. Tasks that were cut off are still unfinished in the journal: run
 * them afterwards.
 */
bool apply_recover(struct apply *apply, struct error *err) _must_check_;

/* Runs tasks of this kind to their end; each has an outcome in the journal afterwards. False only when the journal
 * itself failed: the tasks stay unfinished. */
bool apply_run(struct apply *apply, const struct task *tasks, size_t n, struct error *err) _must_check_;

/* Between batches: old generations go, the next test is prepared. */
void apply_idle(struct apply *apply);
void apply_watch(
	struct apply *apply); /* starts the daemon again when it has died; looks at the live files when it is time */

size_t apply_served(const struct apply *apply); /* objects that are served; any thread */

/* From any thread, what changes nothing. */

/* What an object's files would be with another desired state, and whether the daemon would take them. The answer is in
 * the arena. ERR_INVALID, ERR_AGENT_TOO_OLD. */
bool apply_plan(struct apply *apply, const char *id, const Stralix__V1__WebsiteState *site, struct arena *arena,
                Stralix__V1__PlanAnswer *answer, struct error *err) _must_check_;

/* Looks at the live files and tells of those of one object; id NULL: of all. ERR_UNAVAILABLE: a batch runs for too long
 * to wait for its end. */
bool apply_observe(struct apply *apply, const char *id, struct arena *arena, Stralix__V1__ObserveAnswer *answer,
                   struct error *err) _must_check_;

void apply_drift(struct apply *apply, struct kind_drift *ret);

struct kind apply_kind(struct apply *apply); /* as one of the engine's kinds */
