/*
 * journal: what the node has applied, what it was asked for, which tokens it has seen and which outcomes the panel
 * hasn't confirmed. SQLite in WAL mode; a commit survives kill -9 at once and a power cut after journal_sync. All
 * functions may be called from any thread.
 */
#pragma once

#include "lib/base/buf.h"

#include "agent/engine/adopted.h"
#include "agent/engine/model.h"

struct journal;

/* Makes the file when it is absent (mode 0600). */
bool journal_open(const char *path, struct journal **ret, struct error *err) _must_check_;
void journal_free(struct journal *journal);
DEFINE_CLEANUP(struct journal *, journal_free)

/* Forces all commits so far to the disk. ERR_DISK. */
bool journal_sync(struct journal *journal, struct error *err) _must_check_;

/* What belongs to the node as a whole. */
struct journal_node {
	uint64_t generation; /* committed; 0: none yet */
	uint64_t staged;     /* the highest ever begun */
	uint64_t seq;        /* of reports */
	char secret[33];     /* names the private locations; made once */
	char rendered[65];   /* hash of what the files were rendered with */
};
bool journal_node(struct journal *journal, struct journal_node *ret, struct error *err) _must_check_;

/* A command that passed its token check. */
struct journal_command {
	struct task task; /* borrowed */
	const char *jti;
	int64_t expires_s; /* Unix seconds, of the token */
};

enum journal_state {
	JOURNAL_ACCEPTED = 1, /* the numbers are those of Outcome.State */
	JOURNAL_RUNNING = 2,
	JOURNAL_SUCCESS = 3,
	JOURNAL_FAILED = 4,
	JOURNAL_SUPERSEDED = 5,
};

/*
 * Takes a command in, or says what is known of it. *state: of the task now; *fresh: it is to be run. outcome gets the
 * stored, packed outcome of a finished task. A jti seen with another task is ERR_UNAUTHENTICATED, a task id with other
 * content ERR_CONFLICT; both leave nothing behind.
 */
bool journal_accept(struct journal *journal, const struct journal_command *command, enum journal_state *state,
                    bool *fresh, struct buf *outcome, struct error *err) _must_check_;

/* Whose tasks or objects are meant: those of one kind, and of a further one (NULL: none). */
struct journal_kinds {
	const char *name, *also;
};

/* Tasks of these that aren't finished, oldest first; free each with task_done and the array with free. */
bool journal_unfinished(struct journal *journal, const struct journal_kinds *kinds, struct task **ret, size_t *n,
                        struct error *err) _must_check_;

/* All objects of these, tombstones too; object_done each and free. served, name, uid are not filled in. */
bool journal_objects(struct journal *journal, const struct journal_kinds *kinds, struct object **ret, size_t *n,
                     struct error *err) _must_check_;

/* A generation begins with these tasks: they are running from now on. 0: there is none, they are done by calls. */
bool journal_stage(struct journal *journal, uint64_t generation, const struct task *const *tasks, size_t n,
                   struct error *err) _must_check_;

/* How a task ended. object: what is applied by it, NULL when nothing is. outcome: packed. */
struct journal_ending {
	const struct task *task;
	enum journal_state state;
	const struct object *object;
	const void *outcome;
	size_t outcome_size;
};

/* What a generation is. */
struct journal_generation {
	uint64_t number; /* 0: the one that is live stays it; nothing else counts then */
	const char *rendered;
	const struct adopted_use *uses; /* the adopted files that it was made with: fresh ones come, dropped ones go */
	size_t n_uses;
};

/* In one transaction: the generation that is live now, the objects, the outcomes and their reports. */
bool journal_commit(struct journal *journal, const struct journal_generation *generation,
                    const struct journal_ending *endings, size_t n, struct error *err) _must_check_;

/* All adopted files, for adopted_done. */
bool journal_adopted(struct journal *journal, struct adopted *ret, struct error *err) _must_check_;

/* A report that the panel hasn't confirmed. */
struct journal_report {
	uint64_t id;
	char task_id[UUID_TEXT];
	uint32_t attempt;
	unsigned tries;
	uint8_t *outcome; /* packed; the caller's to free */
	size_t outcome_size;
};

/* The next report due at now_ms (monotonic ms of this process; after a start all are due). *found false: none, and
 * *next_ms is when the next will be (0: never). */
bool journal_report_due(struct journal *journal, int64_t now_ms, struct journal_report *ret, bool *found,
                        int64_t *next_ms, struct error *err) _must_check_;
bool journal_report_sent(struct journal *journal, uint64_t id, int64_t next_ms, struct error *err) _must_check_;
bool journal_report_committed(struct journal *journal, uint64_t id, struct error *err) _must_check_;
bool journal_reports_now(struct journal *journal, struct error *err) _must_check_; /* all are due at once */

/* Numbers reserved for reports, so that they rise over restarts too. */
bool journal_reserve_seq(struct journal *journal, uint64_t least, uint64_t count, uint64_t *first,
                         struct error *err) _must_check_;

/* In which shard of its PHP version a website's pool stands. */
struct journal_pool {
	char id[UUID_TEXT], version[8];
	unsigned shard;
};
bool journal_pools(struct journal *journal, struct journal_pool **ret, size_t *n, struct error *err) _must_check_;
bool journal_pool_set(struct journal *journal, const struct journal_pool *pool, struct error *err) _must_check_;
bool journal_pool_forget(struct journal *journal, const struct journal_pool *pool, struct error *err) _must_check_;

/* Forgets tokens that have expired and tasks that ended long ago and are confirmed. */
bool journal_prune(struct journal *journal, struct error *err) _must_check_;
