/* query: see query.h. */
#include "lib/dns/query.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "lib/base/clock.h"

enum {
	QUERY_MAX = 300,
	ANSWER_MAX = 65535,
	AGAIN_MS = 800,
	WAIT_MOST_MS = 600000,
	CLASS_IN = 1,
	FLAG_RD = 0x0100,
	LABEL_MAX = 63
};

struct query {
	uint8_t bytes[2 + QUERY_MAX]; /* with room for TCP's length before it */
	size_t size;                  /* without that */
	uint16_t id;
};

static void add_u16(struct query *query, uint16_t value)
{
	query->bytes[2 + query->size++] = (uint8_t)(value >> 8);
	query->bytes[2 + query->size++] = (uint8_t)value;
}

static bool add_name(struct query *query, const char *name)
{
	if (!*name)
		return false;
	while (*name && strcmp(name, ".") != 0) {
		size_t size = strcspn(name, ".");

		if (!size || size > LABEL_MAX || query->size + size + 6 > QUERY_MAX || name[size] != '.' ||
		    memchr(name, '\\', size))
			return false;
		query->bytes[2 + query->size++] = (uint8_t)size;
		memcpy(query->bytes + 2 + query->size, name, size);
		query->size += size;
		name += size + 1;
	}
	query->bytes[2 + query->size++] = 0;
	return true;
}

static bool make_query(struct query *query, const char *name, enum dns_type type, bool recurse, struct error *err)
{
	*query = (struct query){ 0 };
	if (getrandom(&query->id, sizeof(query->id), 0) != sizeof(query->id))
		return error_errno(err, errno, "getrandom");
	add_u16(query, query->id);
	add_u16(query, recurse ? FLAG_RD : 0);
	add_u16(query, 1);
	add_u16(query, 0);
	add_u16(query, 0);
	add_u16(query, 0);
	if (!add_name(query, name))
		return error_set(err, ERR_INVALID, "'%s' can't be asked for", name);
	add_u16(query, (uint16_t)type);
	add_u16(query, CLASS_IN);
	query->bytes[0] = (uint8_t)(query->size >> 8);
	query->bytes[1] = (uint8_t)query->size;
	return true;
}

static bool away(const char *address, struct error *err)
{
	char reason[128];

	return error_set(err, ERR_UNAVAILABLE, "%s: %s", address, strerror_r(errno, reason, sizeof(reason)));
}

/* Hands a descriptor over. */
static int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* A socket that only hears the server; -1: there is none, and err says why. */
static int open_socket(const char *address, uint16_t port, int kind, struct error *err)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	bool is_v4 = inet_pton(AF_INET, address, &v4.sin_addr) == 1;
	_cleanup_close_ int fd = -1;

	if (!is_v4 && inet_pton(AF_INET6, address, &v6.sin6_addr) != 1)
		return error_set(err, ERR_INVALID, "'%s' is no address", address) ? 0 : -1;
	fd = socket(is_v4 ? AF_INET : AF_INET6, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_errno(err, errno, "socket") ? 0 : -1;
	const struct sockaddr *to = is_v4 ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6;
	if (connect(fd, to, is_v4 ? sizeof(v4) : sizeof(v6)) < 0 && errno != EINPROGRESS)
		return away(address, err) ? 0 : -1;
	return take_fd(&fd);
}

/* Waits for events until then. False: the time is over. */
static bool wait_for(int fd, short events, int64_t until_ms)
{
	for (;;) {
		struct pollfd poll_fd = { .fd = fd, .events = events };
		int64_t left = until_ms - clock_monotonic_ms();
		int n = left > 0 ? poll(&poll_fd, 1, (int)left) : 0;

		if (n > 0)
			return true;
		if (n == 0 || errno != EINTR)
			return false;
	}
}

static bool late(const char *address, struct error *err)
{
	return error_set(err, ERR_TIMEOUT, "%s didn't answer in time", address);
}

/* Asks again until there is an answer to this question: what isn't one is ignored, like any stranger's packet. */
static bool ask_udp(const char *address, uint16_t port, const struct query *query, const char *name, enum dns_type type,
                    int64_t deadline_ms, uint8_t *bytes, struct arena *arena, struct dns_answer *ret, struct error *err)
{
	_cleanup_close_ int fd = open_socket(address, port, SOCK_DGRAM, err);

	if (fd < 0)
		return false;
	while (clock_monotonic_ms() < deadline_ms) {
		int64_t again = clock_monotonic_ms() + AGAIN_MS;
		int64_t until = again < deadline_ms ? again : deadline_ms;

		if (send(fd, query->bytes + 2, query->size, MSG_NOSIGNAL) < 0)
			return away(address, err);
		while (wait_for(fd, POLLIN, until)) {
			ssize_t size = recv(fd, bytes, ANSWER_MAX, 0);

			if (size < 0 && errno != EAGAIN && errno != EINTR)
				return away(address, err);
			enum dns_reading reading = size <= 0 ? DNS_READING_FOREIGN
			                                     : dns_answer_read(bytes, (size_t)size, query->id, name,
			                                                       type, arena, ret, err);
			if (reading != DNS_READING_FOREIGN)
				return reading == DNS_READING_GOOD;
		}
	}
	return late(address, err);
}

/* Exactly size bytes in or out. */
static bool move_all(int fd, bool out, uint8_t *bytes, size_t size, const char *address, int64_t deadline_ms,
                     struct error *err)
{
	while (size) {
		if (!wait_for(fd, out ? POLLOUT : POLLIN, deadline_ms))
			return late(address, err);
		ssize_t n = out ? send(fd, bytes, size, MSG_NOSIGNAL) : recv(fd, bytes, size, 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n < 0)
			return away(address, err);
		if (n == 0)
			return error_set(err, ERR_BAD_REPLY, "%s cut its answer off", address);
		bytes += n;
		size -= (size_t)n;
	}
	return true;
}

static bool ask_tcp(const char *address, uint16_t port, struct query *query, const char *name, enum dns_type type,
                    int64_t deadline_ms, uint8_t *bytes, struct arena *arena, struct dns_answer *ret, struct error *err)
{
	_cleanup_close_ int fd = open_socket(address, port, SOCK_STREAM, err);
	uint8_t length[2];

	if (fd < 0 || !move_all(fd, true, query->bytes, query->size + 2, address, deadline_ms, err) ||
	    !move_all(fd, false, length, sizeof(length), address, deadline_ms, err))
		return false;
	size_t size = (size_t)length[0] << 8 | length[1];
	if (!move_all(fd, false, bytes, size, address, deadline_ms, err))
		return false;
	enum dns_reading reading = dns_answer_read(bytes, size, query->id, name, type, arena, ret, err);
	if (reading == DNS_READING_FOREIGN)
		return error_set(err, ERR_BAD_REPLY, "%s answered another question", address);
	if (reading == DNS_READING_GOOD && ret->cut)
		return error_set(err, ERR_BAD_REPLY, "%s cut its answer off", address);
	return reading == DNS_READING_GOOD;
}

bool dns_ask(const char *address, uint16_t port, const char *name, enum dns_type type, bool recurse,
             int64_t deadline_ms, struct arena *arena, struct dns_answer *ret, struct error *err)
{
	_cleanup_free_ uint8_t *bytes = malloc(ANSWER_MAX);
	int64_t left = deadline_ms - clock_unix_ms();
	struct query query;

	/* From here on by the clock that nobody sets. */
	deadline_ms = clock_monotonic_ms() + (left < WAIT_MOST_MS ? left : WAIT_MOST_MS);
	if (!bytes)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!make_query(&query, name, type, recurse, err) ||
	    !ask_udp(address, port, &query, name, type, deadline_ms, bytes, arena, ret, err))
		return false;
	return !ret->cut || ask_tcp(address, port, &query, name, type, deadline_ms, bytes, arena, ret, err);
}

bool dns_serial_after(uint32_t b, uint32_t a)
{
	return b != a && b - a < UINT32_C(0x80000000);
}

bool dns_ask_serial(const char *address, uint16_t port, const char *zone, int64_t deadline_ms, uint32_t *ret,
                    struct error *err)
{
	enum { ARENA_MAX = 1 << 16 };
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	struct dns_answer answer;
	const char *name = arena ? arena_printf(arena, "%s.", zone) : NULL;

	if (!name)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!dns_ask(address, port, name, DNS_SOA, false, deadline_ms, arena, &answer, err))
		return false;
	for (size_t i = 0; i < answer.n && answer.authoritative && !answer.rcode; i++) {
		const char *at = answer.records[i].data;

		if (answer.records[i].type != DNS_SOA || strcmp(answer.records[i].name, name) != 0)
			continue;
		for (unsigned member = 0; member < 2; member++)
			at = strchr(at, ' ') + 1; /* read_soa wrote seven */
		*ret = (uint32_t)strtoul(at, NULL, 10);
		return true;
	}
	return error_set(err, ERR_NOT_FOUND, "%s isn't authoritative for '%s'", address, zone);
}
