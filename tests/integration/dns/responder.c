/* responder: see responder.h. One thread, both sockets. */
#include "responder.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MESSAGE_MAX = 512, HEADER = 12, QR = 0x80, AA = 0x04, TC = 0x02, POLL_MS = 10000 };

struct responder {
	enum manner manner;
	int udp, tcp, stop;
	uint16_t port;
	atomic_uint asked;
	pthread_t thread;
};

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

/* A question of size bytes as its answer: one A record, which names itself by a pointer. */
static size_t answer(uint8_t *message, size_t size, uint8_t flags, uint8_t rcode)
{
	static const uint8_t record[] = { 0xC0, 0x0C, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1 };

	message[2] = QR | flags;
	message[3] = rcode;
	if (flags & TC)
		return size;
	message[7] = 1;
	memcpy(message + size, record, sizeof(record));
	return size + sizeof(record);
}

static void send_to(struct responder *responder, const struct sockaddr_in *to, const uint8_t *message, size_t size)
{
	must(sendto(responder->udp, message, size, 0, (const struct sockaddr *)to, sizeof(*to)) == (ssize_t)size,
	     "sendto");
}

/* What no client takes for its answer. */
static void be_strange(struct responder *responder, const struct sockaddr_in *to, const uint8_t *question, size_t size)
{
	uint8_t message[MESSAGE_MAX];

	send_to(responder, to, (const uint8_t *)"x", 1);
	send_to(responder, to, question, 0);
	send_to(responder, to, question, size); /* the question itself */
	memcpy(message, question, size);
	message[0] ^= 0x55;
	send_to(responder, to, message, answer(message, size, AA, 0));
	memcpy(message, question, size);
	message[HEADER + 1] ^= 1;
	send_to(responder, to, message, answer(message, size, AA, 0));
	memcpy(message, question, size);
	message[size - 3] ^= 1; /* of another type */
	send_to(responder, to, message, answer(message, size, AA, 0));
}

static void serve_udp(struct responder *responder)
{
	uint8_t message[MESSAGE_MAX];
	struct sockaddr_in from;
	socklen_t from_size = sizeof(from);
	ssize_t got = recvfrom(responder->udp, message, 300, 0, (struct sockaddr *)&from, &from_size);
	unsigned asked = atomic_fetch_add(&responder->asked, 1) + 1;
	enum manner manner = responder->manner;

	must(got > HEADER, "recvfrom");
	size_t size = (size_t)got;
	if (manner == SILENT || (manner == LATE && asked < 3))
		return;
	if (manner == STRANGE)
		be_strange(responder, &from, message, size);
	if (manner >= CUT && manner <= CUT_FOREIGN) {
		size = answer(message, size, AA | TC, 0);
	} else if (manner == REFUSED) {
		message[5] = 0; /* no question */
		message[2] = QR;
		message[3] = 5;
		size = HEADER;
	} else {
		size = answer(message, size, AA, 0);
	}
	if (manner == NONSENSE)
		size -= 2;
	send_to(responder, &from, message, size);
}

static void serve_tcp(struct responder *responder)
{
	uint8_t message[2 + MESSAGE_MAX];
	_cleanup_close_ int fd = accept4(responder->tcp, NULL, NULL, SOCK_CLOEXEC);
	enum manner manner = responder->manner;

	must(fd >= 0, "accept");
	if (manner == CUT_AWAY)
		return;
	must(recv(fd, message, 2, MSG_WAITALL) == 2, "recv");
	size_t size = (size_t)message[0] << 8 | message[1];
	must(size < 300 && recv(fd, message + 2, size, MSG_WAITALL) == (ssize_t)size, "recv");
	if (manner == CUT_SILENT) { /* until the client has enough of it */
		must(recv(fd, message, 1, 0) <= 0, "recv");
		return;
	}
	if (manner == CUT_FOREIGN)
		message[2] ^= 1;
	size = answer(message + 2, size, manner == CUT_TWICE ? AA | TC : AA, 0);
	size_t said = manner == CUT_SHORT ? size + 1 : size;
	message[0] = (uint8_t)(said >> 8);
	message[1] = (uint8_t)said;
	/* In pieces, as a network may bring it. */
	for (size_t at = 0; at < size + 2; at++)
		must(send(fd, message + at, 1, MSG_NOSIGNAL) == 1, "send");
}

static void *run(void *state)
{
	struct responder *responder = state;

	for (;;) {
		struct pollfd fds[] = { { .fd = responder->stop, .events = POLLIN },
			                { .fd = responder->udp, .events = POLLIN },
			                { .fd = responder->tcp, .events = POLLIN } };

		if (poll(fds, 3, POLL_MS) < 0 && errno != EINTR)
			must(false, "poll");
		if (fds[0].revents)
			return NULL;
		if (fds[1].revents)
			serve_udp(responder);
		if (fds[2].revents)
			serve_tcp(responder);
	}
}

/* Both sockets on one port: the kernel chooses TCP's, and UDP's may be taken; then again. */
static bool bind_both(struct responder *responder)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);

	responder->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	responder->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	must(responder->tcp >= 0 && responder->udp >= 0 && bind(responder->tcp, (struct sockaddr *)&at, size) == 0 &&
	             getsockname(responder->tcp, (struct sockaddr *)&at, &size) == 0 && listen(responder->tcp, 8) == 0,
	     "listen");
	responder->port = ntohs(at.sin_port);
	if (bind(responder->udp, (struct sockaddr *)&at, size) == 0)
		return true;
	close(responder->tcp);
	close(responder->udp);
	return false;
}

struct responder *responder_new(enum manner manner)
{
	struct responder *responder = calloc(1, sizeof(*responder));

	must(responder != NULL, "memory");
	responder->manner = manner;
	responder->stop = eventfd(0, EFD_CLOEXEC);
	must(responder->stop >= 0, "eventfd");
	while (!bind_both(responder))
		;
	must(pthread_create(&responder->thread, NULL, run, responder) == 0, "thread");
	return responder;
}

void responder_free(struct responder *responder)
{
	must(eventfd_write(responder->stop, 1) == 0, "stop");
	pthread_join(responder->thread, NULL);
	close(responder->udp);
	close(responder->tcp);
	close(responder->stop);
	free(responder);
}

uint16_t responder_port(const struct responder *responder)
{
	return responder->port;
}

unsigned responder_asked(struct responder *responder)
{
	return atomic_load(&responder->asked);
}
