/* frame: see frame.h. */

#include "agent/caller/frame.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "lib/base/clock.h"

static bool wait_for(int fd, short events, int64_t deadline_ms, struct error *err)
{
	struct pollfd ready = { .fd = fd, .events = events };
	int n;

	do {
		int64_t left = deadline_ms ? deadline_ms - clock_monotonic_ms() : -1;

		if (deadline_ms && left <= 0)
			return error_set(err, ERR_TIMEOUT, "no answer in time");
		n = poll(&ready, 1, (int)left);
	} while (n == 0 || (n < 0 && errno == EINTR));
	return n > 0 || error_errno(err, errno, "wait for a frame");
}

static bool send_all(int fd, const uint8_t *data, size_t size, int64_t deadline_ms, struct error *err)
{
	while (size > 0) {
		ssize_t sent = send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
			if (!wait_for(fd, POLLOUT, deadline_ms, err))
				return false;
			continue;
		}
		if (sent < 0)
			return error_set(err, ERR_UNAVAILABLE, "send a frame: %s", strerrordesc_np(errno));
		data += sent;
		size -= (size_t)sent;
	}
	return true;
}

bool call_frame_send(int fd, const void *data, size_t size, int64_t deadline_ms, struct error *err)
{
	const uint8_t head[] = { (uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size };

	if (size > CALL_FRAME)
		return error_set(err, ERR_TOO_LARGE, "a frame of %zu bytes", size);
	return send_all(fd, head, sizeof(head), deadline_ms, err) && send_all(fd, data, size, deadline_ms, err);
}

/* *got: less than size when the other one has gone. */
static bool receive_all(int fd, uint8_t *data, size_t size, int64_t deadline_ms, size_t *got, struct error *err)
{
	for (*got = 0; *got < size;) {
		ssize_t n = recv(fd, data + *got, size - *got, MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			if (!wait_for(fd, POLLIN, deadline_ms, err))
				return false;
			continue;
		}
		if (n < 0 && errno != ECONNRESET)
			return error_errno(err, errno, "receive a frame");
		if (n <= 0)
			return true;
		*got += (size_t)n;
	}
	return true;
}

bool call_frame_receive(int fd, int64_t deadline_ms, struct buf *out, bool *closed, struct error *err)
{
	uint8_t head[4];
	size_t got, size;
	char *room;

	*closed = false;
	if (!receive_all(fd, head, sizeof(head), deadline_ms, &got, err))
		return false;
	*closed = got == 0;
	if (*closed)
		return true;
	size = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	if (got < sizeof(head) || size > CALL_FRAME)
		return error_set(err, got < sizeof(head) ? ERR_UNAVAILABLE : ERR_TOO_LARGE, "a frame of %zu bytes",
		                 size);
	room = buf_room(out, size + 1);
	if (!room)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!receive_all(fd, (uint8_t *)room, size, deadline_ms, &got, err))
		return false;
	if (got < size)
		return error_set(err, ERR_UNAVAILABLE, "a frame was cut off");
	out->size += size;
	return true;
}
