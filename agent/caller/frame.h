/* frame: messages between the engine and stralix-agent-caller: four bytes of size, the highest first, and so many more.
 */
#pragma once

#include "lib/base/buf.h"
#include "lib/base/error.h"

enum { CALL_FRAME = 1 << 20 };

/* Until deadline_ms (monotonic; 0: without one). ERR_TIMEOUT, ERR_UNAVAILABLE: the other one has gone. */
bool call_frame_send(int fd, const void *data, size_t size, int64_t deadline_ms, struct error *err) _must_check_;
/* Appends one. *closed: the other one has gone, between two frames. ERR_TOO_LARGE above CALL_FRAME. */
bool call_frame_receive(int fd, int64_t deadline_ms, struct buf *out, bool *closed, struct error *err) _must_check_;
