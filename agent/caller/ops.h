/*
 * ops: how one kind of resource becomes calls to a daemon. All of it runs in stralix-agent-caller, which has no rights
 * and sees nothing of the node but what it is told. An object is always told whole, so that a call that is made twice
 * is made once, and one request to the daemon is one change: all of it or nothing.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/error.h"

#include "stralix/v1/caller.pb-c.h"

/* One call while it is carried out. */
struct call {
	const Stralix__V1__CallState *state;
	int64_t deadline_ms;           /* monotonic */
	struct arena *arena;           /* lives until the reply is sent */
	Stralix__V1__CallReply *reply; /* touched has to be set before the daemon is told to change something */
};

/* Every member is required. self is what open made. Errors are the daemon's own words where there are any. */
struct call_ops {
	const char *kind;

	bool (*open)(const Stralix__V1__CallDaemon *daemon, void **self, struct error *err);
	void (*close)(void *self);

	bool (*apply)(void *self, struct call *call, struct error *err);
	/* Waits until the daemon's own answers say so, or the deadline: ERR_VERIFY_FAILED. */
	bool (*verify)(void *self, struct call *call, struct error *err);
	bool (*remove)(void *self, struct call *call, struct error *err); /* what isn't there is fine */
	bool (*health)(void *self, struct call *call, struct error *err); /* the reply's version */
	/* The reply's differences, by call_differs. */
	bool (*plan)(void *self, struct call *call, struct error *err);
	bool (*observe)(void *self, struct call *call, struct error *err);
};

/* Adds one to the reply, which is bounded. A text of NULL: it isn't there; it isn't wanted. False: no memory. */
bool call_differs(struct call *call, const char *name, const char *has, const char *wants);

extern const struct call_ops *const call_kinds[]; /* ends with NULL */
