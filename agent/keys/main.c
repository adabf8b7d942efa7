/*
 * stralix-agent-keys: what needs OpenSSL and a private key, or a stranger's certificate: made, read and used where
 * nothing else is. The engine starts it in its sandbox (no rights, no network, the node's folder out of sight), asks on
 * descriptor 0 and ends it soon after. It opens no file: what it needs it is given, a connection to greet too.
 */

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "agent/keys/closed.h"
#include "agent/keys/keys.h"

enum { SECURE_HEAP = 1 << 20, SECURE_LEAST = 32 };

/* One message, and the descriptor that came with it (-1: none). */
static ssize_t receive(uint8_t *buffer, int *fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = { .iov_base = buffer, .iov_len = FRAME_SIZE };
	struct msghdr msg = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)
	};
	ssize_t size = recvmsg(0, &msg, MSG_CMSG_CLOEXEC);
	const struct cmsghdr *head = size > 0 ? CMSG_FIRSTHDR(&msg) : NULL;

	*fd = -1;
	if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
	    head->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(head), sizeof(int));
	return size;
}

static void answer(const struct frame *request, int fd, struct keys_reply *reply)
{
	reply->frame.word = KEYS_DONE;
	switch (request->word) {
	case KEYS_MAKE:
		keys_make(request, reply);
		break;
	case KEYS_SIGN:
		keys_sign(request, reply);
		break;
	case KEYS_READ:
	case KEYS_CHECK:
		keys_look(request, reply);
		break;
	case KEYS_GREET:
		keys_greet(request, fd, reply);
		break;
	default:
		keys_fail(reply, "nobody knows this word");
	}
}

/* False: the engine has gone, or says what it never says. */
static bool serve(uint8_t *buffer)
{
	struct keys_reply reply = { .frame.word = 0 };
	struct frame request;
	int fd;
	ssize_t size = receive(buffer, &fd);
	bool ok = size > 0 && frame_read(buffer, (size_t)size, &request);

	if (ok)
		answer(&request, fd, &reply);
	closep(&fd);
	if (size > 0)
		explicit_bzero(buffer, (size_t)size);
	if (ok) {
		size_t length = frame_write(&reply.frame, buffer);

		ok = length > 0 && send(0, buffer, length, MSG_NOSIGNAL) == (ssize_t)length;
		explicit_bzero(buffer, length);
	}
	keys_reply_done(&reply);
	return ok;
}

int main(void)
{
	static uint8_t buffer[FRAME_SIZE];
	const struct rlimit nothing = { 0, 0 };

	signal(SIGPIPE, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	/* What the libraries read, they read now: afterwards nothing is opened any more. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || setrlimit(RLIMIT_CORE, &nothing) < 0 ||
	    setrlimit(RLIMIT_FSIZE, &nothing) < 0 || CRYPTO_secure_malloc_init(SECURE_HEAP, SECURE_LEAST) < 1 ||
	    OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1 || !close_files()) {
		fprintf(stderr, "stralix-agent-keys: it can't shut itself in: %s\n", strerrordesc_np(errno));
		return 1;
	}
	while (serve(buffer))
		;
	_exit(0);
}
