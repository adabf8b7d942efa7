/*
 * calls: carries out tasks of a kind whose daemon is told by calls (stralix-agent-caller) instead of by files. Each
 * task is a change of its own: stage, activate, verify, commit, or back. A call says the whole object, so that it may
 * be made again: what was cut off is done once more after the next start, and ends wholly new.
 */
#pragma once

#include "agent/engine/caller.h"
#include "agent/engine/journal.h"
#include "agent/engine/kind.h"
#include "agent/engine/progress.h"

/* What was opened of an object's sealed parts, in their order; calls wipes and frees it. */
struct calls_secrets {
	struct buf *list;
	size_t n;
};

/* The engine's half of an adapter; what speaks to the daemon is in agent/caller/ops.h. Every member is required. */
struct calls_ops {
	const char *kind, *capability, *daemon;

	/* As in kind.h: any thread. */
	bool (*read)(void *self, struct object *object, struct error *err);
	/* The packed desired state of a plan's question, into desired. ERR_INVALID. */
	bool (*planned)(const Stralix__V1__PlanQuestion *wanted, struct object *object, struct error *err);
	/* Opens what is sealed to this node in an object that was read. */
	bool (*open)(void *self, const struct object *object, struct calls_secrets *ret, struct error *err);
	/* Of the worker: starts the daemon where it is this engine's to start and isn't there. */
	void (*tend)(void *self);
};

/* All borrowed for as long as the calls live. Reads the journal's objects. */
struct calls_options {
	const struct calls_ops *ops;
	void *self;
	struct caller *caller;
	struct journal *journal;
	struct progress *progress;
	int64_t observe_s; /* how often all objects are held against the daemon; 0: only when somebody asks */
};

struct calls;
bool calls_new(const struct calls_options *options, struct calls **ret, struct error *err) _must_check_;
void calls_free(struct calls *calls);
DEFINE_CLEANUP(struct calls *, calls_free)

struct kind calls_kind(struct calls *calls); /* as one of the engine's kinds */
