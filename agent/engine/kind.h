/*
 * kind: one kind of resources, whichever way its tasks are carried out: as files that a daemon reads (apply.h) or as
 * calls to a daemon (calls.h). Admission, tokens, journal, reports and questions are the same for all. Each kind has a
 * worker of its own, so that none waits for another one's daemon.
 */
#pragma once

#include "lib/base/arena.h"

#include "stralix/v1/node.pb-c.h"

#include "agent/engine/adapter.h"
#include "agent/engine/model.h"

/* What the last look found that isn't as the journal says. */
struct kind_drift {
	unsigned files, resources, adopted;
	int64_t at_ms; /* 0: nobody has looked yet */
};

struct kind_ops {
	/* Of the worker alone. After a start; tasks that were cut off are run afterwards. */
	bool (*recover)(void *self, struct error *err);
	/* Runs tasks to their end; each has an outcome in the journal afterwards. False only when the journal itself
	 * failed: the tasks stay unfinished. */
	bool (*run)(void *self, const struct task *tasks, size_t n, struct error *err);
	void (*idle)(void *self);  /* after a batch */
	void (*watch)(void *self); /* every second without one */

	/* Of any thread. */

	/* Reads desired: served, name and what else the kind needs. ERR_INVALID, ERR_AGENT_TOO_OLD; the id must be the
	 * object's. */
	bool (*read)(void *self, struct object *object, struct error *err);
	size_t (*served)(const void *self); /* objects */
	void (*health)(void *self, struct adapter_health *ret);
	void (*drift)(void *self, struct kind_drift *ret);
	/* What would change, and whether the daemon would take it. The answer is in the arena. */
	bool (*plan)(void *self, const char *id, const Stralix__V1__PlanQuestion *wanted, struct arena *arena,
	             Stralix__V1__PlanAnswer *answer, struct error *err);
	/* Looks, and adds what it finds of one object to the answer; id NULL: of all. */
	bool (*observe)(void *self, const char *id, struct arena *arena, Stralix__V1__ObserveAnswer *answer,
	                struct error *err);
	/* Where an object's own log is: see adapter.h. NULL: it has none. */
	bool (*log)(void *self, const char *id, bool errors, char *ret, size_t size, struct error *err);
};

struct kind {
	const char *name; /* "website" */
	const char *also; /* a further one whose tasks go the same way: orders about the node's files; NULL: none */
	const char *capability; /* that a node with it has */
	bool keys;              /* its objects have certificates: csr may be asked */
	const struct kind_ops *ops;
	void *self;
};

bool kind_is(const struct kind *kind, const char *name); /* name or also */
