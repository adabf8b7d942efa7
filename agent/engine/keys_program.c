/* keys_program: the conversation with stralix-agent-keys. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "agent/engine/keys_internal.h"

enum { PATIENCE_MS = 10000, END_MS = 2000 };

void keys_end(struct keys *keys)
{
	_cleanup_buf_ struct buf words = { 0 };
	struct error why = { 0 };
	int status;

	if (!keys->running)
		return;
	keys->running = false;
	shutdown(sandbox_socket(keys->sandbox), SHUT_RDWR);
	if (!sandbox_wait(keys->sandbox, clock_monotonic_ms() + END_MS, &words, &status, &why))
		log_failure(LOG_WARN_, &why, "ending stralix-agent-keys");
	else if (status != 0 && status != 128 + SIGKILL) /* as the sandbox ends with who started it */
		log_warn("stralix-agent-keys ended with status %d: %s", status, words.data ? words.data : "");
}

void keys_forget(struct keys *keys)
{
	sodium_memzero(keys->buffer, FRAME_SIZE);
	sodium_memzero(keys->secret, KEYS_SECRET);
	keys->secret_size = 0;
}

static bool start(struct keys *keys, struct error *err)
{
	const char *const argv[] = { keys->program, NULL };
	int room = 2 * FRAME_SIZE;

	keys->used = true;
	if (keys->running)
		return true;
	if (!sandbox_start(keys->sandbox, argv, err))
		return false;
	if (setsockopt(sandbox_socket(keys->sandbox), SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) < 0)
		setsockopt(sandbox_socket(keys->sandbox), SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	keys->running = true;
	return true;
}

static bool send_request(struct keys *keys, size_t size, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec part = { .iov_base = keys->buffer, .iov_len = size };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };

	if (fd >= 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = sizeof(control.bytes);
		struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(head), &fd, sizeof(int));
	}
	return sendmsg(sandbox_socket(keys->sandbox), &msg, MSG_NOSIGNAL) == (ssize_t)size;
}

static bool receive_reply(struct keys *keys, struct frame *reply)
{
	struct pollfd ready = { .fd = sandbox_socket(keys->sandbox), .events = POLLIN };
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	int left, n;
	ssize_t size;

	do {
		left = (int)(deadline - clock_monotonic_ms());
		n = left > 0 ? poll(&ready, 1, left) : 0;
	} while (n < 0 && errno == EINTR);
	if (n != 1)
		return false;
	size = recv(ready.fd, keys->buffer, FRAME_SIZE, MSG_DONTWAIT);
	return size > 0 && frame_read(keys->buffer, (size_t)size, reply);
}

static bool judge(const struct frame *reply, struct error *err)
{
	const char *words = reply->n > 0 ? (const char *)reply->part[0] : "";

	if (reply->word == KEYS_DONE)
		return true;
	return reply->word == KEYS_REFUSED ? error_field(err, "certificate", "good", "%s", words)
	                                   : error_set(err, ERR_UNAVAILABLE, "stralix-agent-keys: %s", words);
}

bool keys_ask(struct keys *keys, const struct frame *request, int fd, struct frame *reply, struct error *err)
{
	size_t size;

	if (!start(keys, err))
		return error_wrap(err, "start stralix-agent-keys");
	size = frame_write(request, keys->buffer);
	if (size == 0)
		return error_set(err, ERR_TOO_LARGE, "the certificate is too large");
	if (send_request(keys, size, fd) && receive_reply(keys, reply))
		return judge(reply, err);
	keys_end(keys);
	return error_set(err, ERR_UNAVAILABLE, "stralix-agent-keys doesn't answer");
}
