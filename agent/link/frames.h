/* frames: the socketpair to the engine: one packed frame a message. Sending is safe from any thread. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/error.h"

#include "stralix/v1/engine.pb-c.h"

enum { FRAMES_MAX = 384 * 1024 };

/* ERR_UNAVAILABLE when the engine takes none now, ERR_TOO_LARGE. */
bool frames_send(int fd, const Stralix__V1__LinkFrame *frame, struct error *err) _must_check_;
bool frames_send_committed(int fd, uint64_t ref, struct error *err) _must_check_;
bool frames_send_heartbeat_due(int fd, struct error *err) _must_check_;
bool frames_send_connected(int fd, struct error *err) _must_check_;

/* Waits at most timeout_ms for a frame; it lives in the arena. *ret NULL: none came, or one that is refused (err says
 * why then, its code is not ERR_NONE). *closed: the engine has gone. False: the socketpair is no use any more. */
bool frames_receive(int fd, int timeout_ms, struct arena *arena, Stralix__V1__EngineFrame **ret, bool *closed,
                    struct error *err) _must_check_;
