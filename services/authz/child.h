/* child: starts the signer beside authz and gives up what root may do; before any thread. */
#pragma once

#include "lib/base/error.h"

struct child {
	const char *path, *config; /* of stralix-signer */
	uid_t uid;                 /* and gid; 0: stay who we are */
};

/*
 * Forks and executes the signer with its end of a socketpair as AUTHZ_SIGNER_FD, an empty environment and no other
 * descriptor but the standard ones; ours becomes AUTHZ_SIGNER_FD here. As root with a uid the child gets that uid, no
 * capabilities and a network namespace of its own. A signer that can't be executed shows as a closed socket.
 */
bool child_start(const struct child *child, struct error *err) _must_check_;

/* uid, gid, no groups, no capabilities, no new privileges. uid 0, or not root: only no new privileges. */
bool privileges_drop(uid_t uid, struct error *err) _must_check_;
