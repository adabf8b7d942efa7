/*
 * caller: the engine's end of stralix-agent-caller, which makes the calls to daemons. It is started when it is needed,
 * and anew when it has ended or doesn't answer in time. Any thread; one call at a time.
 */
#pragma once

#include <sys/types.h>

#include "lib/base/arena.h"
#include "lib/base/error.h"

#include "stralix/v1/caller.pb-c.h"

struct caller;

/* uid 0: the engine's own. daemon: whom to call, told to each that is started. All is copied. */
struct caller_options {
	const char *program;
	uid_t uid;
	const Stralix__V1__CallDaemon *daemon;
};
bool caller_new(const struct caller_options *options, struct caller **ret, struct error *err) _must_check_;
void caller_free(struct caller *caller);
DEFINE_CLEANUP(struct caller *, caller_free)

/* Fills in ref. The reply lies in the arena. False: there is none, and what was asked may have been done or not:
 * ERR_UNAVAILABLE, ERR_TIMEOUT. A reply with a code is one. */
bool caller_ask(struct caller *caller, Stralix__V1__CallRequest *request, struct arena *arena,
                Stralix__V1__CallReply **ret, struct error *err) _must_check_;
