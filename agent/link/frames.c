/* frames: packing, sending, receiving; what comes from the engine is checked like anything else. */

#include "agent/link/frames.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "lib/contract/contract.h"

#include "stralix/v1/engine.contract.h"

bool frames_send(int fd, const Stralix__V1__LinkFrame *frame, struct error *err)
{
	size_t size = protobuf_c_message_get_packed_size(&frame->base);
	_cleanup_free_ uint8_t *packed = size <= FRAMES_MAX ? malloc(size > 0 ? size : 1) : NULL;

	if (!packed)
		return error_set(err, ERR_TOO_LARGE, "a frame of %zu bytes", size);
	protobuf_c_message_pack(&frame->base, packed);
	while (send(fd, packed, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN || errno == ENOBUFS)
			return error_set(err, ERR_UNAVAILABLE, "the engine is busy");
		return error_errno(err, errno, "send to the engine");
	}
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
	return true;
}

bool frames_send_committed(int fd, uint64_t ref, struct error *err)
{
	Stralix__V1__LinkFrame frame;
	Stralix__V1__Committed committed;

	stralix__v1__link_frame__init(&frame);
	stralix__v1__committed__init(&committed);
	committed.ref = ref;
	frame.body_case = STRALIX__V1__LINK_FRAME__BODY_COMMITTED;
	frame.committed = &committed;
	return frames_send(fd, &frame, err);
}

bool frames_send_heartbeat_due(int fd, struct error *err)
{
	Stralix__V1__LinkFrame frame;
	Stralix__V1__HeartbeatDue due;

	stralix__v1__link_frame__init(&frame);
	stralix__v1__heartbeat_due__init(&due);
	frame.body_case = STRALIX__V1__LINK_FRAME__BODY_HEARTBEAT;
	frame.heartbeat = &due;
	return frames_send(fd, &frame, err);
}

bool frames_send_connected(int fd, struct error *err)
{
	Stralix__V1__LinkFrame frame;
	Stralix__V1__Connected connected;

	stralix__v1__link_frame__init(&frame);
	stralix__v1__connected__init(&connected);
	frame.body_case = STRALIX__V1__LINK_FRAME__BODY_CONNECTED;
	frame.connected = &connected;
	return frames_send(fd, &frame, err);
}

static bool unpack(const void *data, size_t size, struct arena *arena, Stralix__V1__EngineFrame **ret,
                   struct error *err)
{
	ProtobufCMessage *message;

	if (!contract_unpack(&stralix__v1__engine_frame__descriptor, data, size, FRAMES_MAX, arena, &message, err) ||
	    !contract_validate(&stralix__v1__engine_frame__rules, message, arena, err))
		return false;
	*ret = (Stralix__V1__EngineFrame *)message;
	return true;
}

bool frames_receive(int fd, int timeout_ms, struct arena *arena, Stralix__V1__EngineFrame **ret, bool *closed,
                    struct error *err)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	struct msghdr msg = { .msg_iovlen = 1 };
	struct iovec part = { .iov_len = FRAMES_MAX };

	*ret = NULL;
	*closed = false;
	if (poll(&ready, 1, timeout_ms) <= 0)
		return true;
	_cleanup_free_ uint8_t *buffer = malloc(FRAMES_MAX);
	if (!buffer)
		return error_set(err, ERR_INTERNAL, "out of memory");
	part.iov_base = buffer;
	msg.msg_iov = &part;
	ssize_t size = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (size < 0 && errno != ECONNRESET)
		return error_errno(err, errno, "receive from the engine");
	*closed = size <= 0;
	if (*closed)
		return true;
	if (msg.msg_flags & MSG_TRUNC)
		error_set(err, ERR_TOO_LARGE, "a frame above %d bytes", FRAMES_MAX);
	else if (!unpack(buffer, (size_t)size, arena, ret, err))
		*ret = NULL;
	return true;
}
