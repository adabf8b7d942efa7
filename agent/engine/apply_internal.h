/* apply_internal: what the transaction's files share. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "agent/engine/apply.h"
#include "agent/engine/change.h"
#include "agent/engine/observe.h"

struct apply {
	struct apply_options use;
	pthread_mutex_t busy;       /* held while a batch runs, and while files are looked at */
	pthread_mutex_t memory;     /* of objects and adopted, for who isn't the worker; taken after busy */
	pthread_mutex_t plan;       /* one plan at a time */
	struct adopted adopted;     /* as committed */
	uint64_t adopted_version;   /* another one with each change of it */
	struct adopted_round round; /* of the generation that was staged last */
	struct observer *observer;
	struct kind_drift drift; /* under memory */
	int64_t sweep_ms;        /* when keys are swept next, monotonic */
	int64_t observe_ms;      /* when the worker looks next, monotonic */
	struct object *objects;  /* as committed, tombstones too */
	size_t n;
	uint64_t committed; /* generation; 0: none */
	uint64_t highest;   /* number ever used */
	char rendered[65];  /* what the committed generation was rendered with */
	char fingerprint[65];
	atomic_size_t served;
};

struct object *apply_find(const struct apply *apply, const char *id); /* NULL when unknown */

/* Puts what a change brought about into memory; the journal has it already. */
bool apply_remember(struct apply *apply, const struct object *object, struct error *err) _must_check_;

/* Writes a whole generation: committed objects, with the open changes in place of what they change. A change that
 * can't be rendered fails alone; false is for all. staging: none yet. */
bool apply_stage(struct apply *apply, uint64_t generation, struct change *changes, size_t n, struct staging *staging,
                 struct error *err) _must_check_;

/* Has the daemon test a generation, and syncs the disk meanwhile when asked to. */
bool apply_test(struct apply *apply, uint64_t generation, bool sync, struct buf *words, bool *passed,
                struct error *err) _must_check_;

/* After the whole was refused: fails those changes that are refused alone too. False: there is none. */
bool apply_quarantine(struct apply *apply, struct change *changes, size_t n, const char *words);

/* Has the adapter start what the open changes need beside the daemon, in the newest generation; asks whether the daemon
 * does what they want. Fails those where it says no; false: why is for all. */
bool apply_prepare_objects(struct apply *apply, struct change *changes, size_t n, struct error *why) _must_check_;
bool apply_verify_objects(struct apply *apply, struct change *changes, size_t n, struct error *why) _must_check_;

/* Links back to the committed generation when another is live. */
bool apply_roll_back(struct apply *apply, struct error *err) _must_check_;

/* Fills in what an order about files says. Its failures are the change's own. */
bool apply_read_order(struct apply *apply, struct change *change, struct error *why) _must_check_;
/* Begins the round: which adopted files the generation has that these changes make. */
bool apply_begin_round(struct apply *apply, const struct change *changes, size_t n, struct error *err) _must_check_;
/* A step for each adopted file that the panel's own rendering has replaced. */
void apply_tell_dropped(const struct apply *apply, struct change *changes, size_t n);
/* Puts the round's adopted files into memory; the journal has them already. */
bool apply_remember_round(struct apply *apply, struct error *err) _must_check_;

void apply_observe_due(struct apply *apply); /* the worker's look, when it is time */

/* Every hour. */
void apply_sweep_keys(struct apply *apply);
