/* ping: asks a pool by FastCGI whether it answers, as nginx would ask for a page. */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/clock.h"

#include "agent/adapters/php/internal.h"

enum {
	DEADLINE_MS = 5000, /* of all pools of a master */
	ANSWER = 1024,
	BEGIN_REQUEST = 1,
	PARAMS = 4,
	STDIN = 5,
	RESPONDER = 1,
};

static void record(struct buf *out, unsigned type, const char *body, size_t size)
{
	const char header[] = { 1, (char)type, 0, 1, (char)(size >> 8), (char)size, 0, 0 };

	buf_add(out, header, sizeof(header));
	buf_add(out, body, size);
}

static void parameter(struct buf *out, const char *name, const char *value)
{
	buf_putc(out, (char)strlen(name));
	buf_putc(out, (char)strlen(value));
	buf_puts(out, name);
	buf_puts(out, value);
}

static void request(struct buf *out)
{
	static const char begin[] = { 0, RESPONDER, 0, 0, 0, 0, 0, 0 };
	static const char path[] = "/.stralix/ping";
	_cleanup_buf_ struct buf parameters = { 0 };

	parameter(&parameters, "REQUEST_METHOD", "GET");
	parameter(&parameters, "SCRIPT_NAME", path);
	parameter(&parameters, "SCRIPT_FILENAME", path);
	record(out, BEGIN_REQUEST, begin, sizeof(begin));
	record(out, PARAMS, parameters.data, parameters.size);
	record(out, PARAMS, "", 0);
	record(out, STDIN, "", 0);
}

/* Connects and asks; -1: it can't be. */
static int ask(const char *path, const struct buf *text)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	bool fits = snprintf(address.sun_path, sizeof(address.sun_path), "%s", path) < (int)sizeof(address.sun_path);
	if (fd >= 0 && fits && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    send(fd, text->data, text->size, MSG_NOSIGNAL) == (ssize_t)text->size)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool answers_pong(int fd, int64_t deadline_ms)
{
	char answer[ANSWER];
	size_t size = 0;

	while (size < sizeof(answer)) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		int64_t left = deadline_ms - clock_monotonic_ms();

		if (left <= 0 || poll(&ready, 1, (int)left) <= 0)
			return false;
		ssize_t got = recv(fd, answer + size, sizeof(answer) - size, 0);
		if (got <= 0)
			break;
		size += (size_t)got;
	}
	return memmem(answer, size, "pong", 4) != NULL;
}

void php_ping(const struct php *php, const char *master, char *const *ids, size_t n, bool *answers)
{
	int64_t deadline = clock_monotonic_ms() + DEADLINE_MS;
	int fds[PHP_SHARD_POOLS];
	_cleanup_buf_ struct buf text = { 0 };
	char path[PATH_MAX];

	request(&text);
	for (size_t begin = 0; begin < n; begin += PHP_SHARD_POOLS) {
		size_t count = n - begin < PHP_SHARD_POOLS ? n - begin : PHP_SHARD_POOLS;

		for (size_t i = 0; i < count; i++) { /* all are asked before the first is heard */
			snprintf(path, sizeof(path), "%.4000s/%s/%s.sock", php->run_path, master, ids[begin + i]);
			fds[i] = ask(path, &text);
		}
		for (size_t i = 0; i < count; i++) {
			answers[begin + i] = fds[i] >= 0 && answers_pong(fds[i], deadline);
			if (fds[i] >= 0)
				close(fds[i]);
		}
	}
}
