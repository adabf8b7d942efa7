/* Blocking sockets with a deadline. */

#include "client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clock.h"

enum { PATIENCE_MS = 20000, REQUEST_MAX = 8192 };

int client_connect(unsigned port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		                       .sin_port = htons((uint16_t)port),
		                       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		perror("connect");
		abort();
	}
	return fd;
}

/* A server that refuses early closes while we write: that is no fault of the test. */
void client_send(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t n = send(fd, text, size, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		text += n;
		size -= (size_t)n;
	}
}

/* False at the end or after the deadline. */
static bool read_some(int fd, struct answer *answer, int64_t until)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	int64_t left = until - clock_monotonic_ms();
	ssize_t n;

	if (left <= 0 || poll(&wait, 1, (int)left) <= 0)
		return false;
	n = recv(fd, answer->text + answer->size, CLIENT_MAX - 1 - answer->size, 0);
	if (n <= 0)
		return false;
	answer->size += (size_t)n;
	answer->text[answer->size] = '\0';
	return true;
}

bool client_wait(int fd, struct answer *answer, const char *wanted, int timeout_ms)
{
	int64_t until = clock_monotonic_ms() + timeout_ms;

	while (!strstr(answer->text, wanted))
		if (!read_some(fd, answer, until))
			return false;
	return true;
}

static void parse(struct answer *answer)
{
	const char *end = strstr(answer->text, "\r\n\r\n");

	answer->body = end ? end + 4 : "";
	if (strncmp(answer->text, "HTTP/1.1 ", 9) == 0)
		answer->status = (int)strtol(answer->text + 9, NULL, 10);
}

static void ask_raw(unsigned port, const char *text, size_t size, bool end, struct answer *ret)
{
	int64_t until = clock_monotonic_ms() + PATIENCE_MS;
	int fd = client_connect(port);

	memset(ret, 0, sizeof(*ret));
	client_send(fd, text, size);
	if (end)
		shutdown(fd, SHUT_WR);
	while (read_some(fd, ret, until))
		continue;
	close(fd);
	parse(ret);
}

void client_raw(unsigned port, const char *text, size_t size, struct answer *ret)
{
	ask_raw(port, text, size, false, ret);
}

void client_fragment(unsigned port, const char *text, size_t size, struct answer *ret)
{
	ask_raw(port, text, size, true, ret);
}

void client_ask(unsigned port, const char *method, const char *target, const char *headers, const char *body,
                struct answer *ret)
{
	char request[REQUEST_MAX], length[80] = "";

	if (body)
		snprintf(length, sizeof(length), "Content-Type: application/json\r\nContent-Length: %zu\r\n",
		         strlen(body));
	snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\nHost: panel.example\r\nConnection: close\r\n%s%s\r\n%s",
	         method, target, headers, length, body ? body : "");
	client_raw(port, request, strlen(request), ret);
}

bool client_header(const struct answer *answer, const char *name, char *buffer, size_t size)
{
	size_t length = strlen(name);

	for (const char *line = answer->text; line && line < answer->body; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
			const char *value = line + length + 1 + strspn(line + length + 1, " ");

			snprintf(buffer, size, "%.*s", (int)strcspn(value, "\r\n"), value);
			return true;
		}
	}
	return false;
}
