/* Where names point, and what they are aliases for, asked of a resolver of our own that says what a test wants. */
#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/web/preflight.h"

enum { MESSAGE = 512, ARENA_MAX = 1 << 20, A = 1, NS = 2, CNAME = 5, AWAY = 2 };

/* What is said of a name; NULL data: nothing, in an answer that is no longer than its question. */
struct said {
	const char *name;
	unsigned type;
	const char *data;
	unsigned rcode;
};

struct resolver {
	const struct said *said; /* ends with a name of NULL */
	int fd;
	pthread_t thread;
	char address[32];
};

/* "a.b." as it stands in a message; its size. */
static size_t write_name(const char *name, uint8_t *to)
{
	size_t n = 0;

	while (*name) {
		size_t label = strcspn(name, ".");

		to[n++] = (uint8_t)label;
		memcpy(to + n, name, label);
		n += label;
		name += label + 1;
	}
	to[n++] = 0;
	return n;
}

static size_t read_name(const uint8_t *at, char ret[static MESSAGE])
{
	size_t n = 0;

	while (at[n]) {
		memcpy(ret + n, at + n + 1, at[n]);
		ret[n + at[n]] = '.';
		n += at[n] + 1U;
	}
	ret[n] = '\0';
	return n + 1;
}

static size_t add_record(const struct said *said, uint8_t *to)
{
	const uint8_t head[] = { 0xc0, 12, 0, (uint8_t)said->type, 0, 1, 0, 0, 0, 60, 0, 4 };
	size_t size = 4;

	memcpy(to, head, sizeof(head));
	if (said->type == A)
		assert_int_equal(inet_pton(AF_INET, said->data, to + sizeof(head)), 1);
	else
		size = write_name(said->data, to + sizeof(head));
	to[sizeof(head) - 1] = (uint8_t)size;
	return sizeof(head) + size;
}

static size_t answer(const struct said *said, uint8_t *message)
{
	char name[MESSAGE];
	size_t size = 12 + read_name(message + 12, name) + 4;

	message[2] = 0x81;
	message[3] = 0x80;
	memset(message + 6, 0, 6);
	for (; said->name; said++) {
		if (strcmp(said->name, name) != 0 || said->type != message[size - 3])
			continue;
		message[3] = (uint8_t)(0x80 | said->rcode);
		if (said->data) {
			message[7]++;
			size += add_record(said, message + size);
			break;
		}
	}
	return size;
}

static void *run(void *arg)
{
	struct resolver *resolver = arg;
	struct sockaddr_in from;
	uint8_t message[MESSAGE];

	for (;;) {
		socklen_t length = sizeof(from);
		ssize_t n = recvfrom(resolver->fd, message, MESSAGE, 0, (struct sockaddr *)&from, &length);

		if (n <= 12) /* the end */
			return NULL;
		sendto(resolver->fd, message, answer(resolver->said, message), 0, (struct sockaddr *)&from, length);
	}
}

static void begin(struct resolver *resolver, const struct said *said)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(at);

	resolver->said = said;
	resolver->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(resolver->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(resolver->fd, (struct sockaddr *)&at, &length), 0);
	snprintf(resolver->address, sizeof(resolver->address), "127.0.0.1:%u", ntohs(at.sin_port));
	assert_int_equal(pthread_create(&resolver->thread, NULL, run, resolver), 0);
}

static void end(struct resolver *resolver)
{
	shutdown(resolver->fd, SHUT_RDWR);
	pthread_join(resolver->thread, NULL);
	close(resolver->fd);
}

/* An answer without anything in it was taken for none, and the resolver for one that is away. */
static void what_an_answer_does_not_hold_is_known_not_to_be_there(void **state)
{
	static const struct said said[] = { { "nowhere.example.", A, NULL, 0 },
		                            { "unknown.example.", A, NULL, 3 },
		                            { "broken.example.", A, NULL, 2 },
		                            { 0 } };
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	struct preflight preflight;
	struct resolver resolver;
	struct error err = { 0 };

	(void)state;
	begin(&resolver, said);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(preflight_ask(resolver.address, said[i].name, "192.0.2.1", arena, &preflight, &err));
		assert_false(preflight.ready);
		assert_non_null(strstr(preflight.message, i == 2 ? "can't be asked now" : "doesn't point anywhere"));
	}
	end(&resolver);
}

static void an_alias_is_followed_to_its_end_and_not_in_circles(void **state)
{
	static const struct said said[] = { { "_acme-challenge.shop.example.", CNAME, "One.Zone.example.", 0 },
		                            { "one.zone.example.", CNAME, "two.zone.example.", 0 },
		                            { "round.example.", CNAME, "about.example.", 0 },
		                            { "about.example.", CNAME, "round.example.", 0 },
		                            { "broken.example.", CNAME, NULL, 2 },
		                            { 0 } };
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	struct resolver resolver;
	struct error err = { 0 };
	const char *end_of;
	bool away;

	(void)state;
	begin(&resolver, said);
	assert_true(preflight_alias(resolver.address, "_acme-challenge.shop.example.", arena, &end_of, &away, &err));
	assert_string_equal(end_of, "two.zone.example.");
	assert_true(preflight_alias(resolver.address, "none.example.", arena, &end_of, &away, &err));
	assert_string_equal(end_of, "none.example.");
	assert_true(preflight_alias(resolver.address, "round.example.", arena, &end_of, &away, &err));
	assert_false(away);
	assert_true(preflight_alias(resolver.address, "broken.example.", arena, &end_of, &away, &err));
	assert_true(away);
	end(&resolver);
}

static void the_servers_of_a_zone_are_named(void **state)
{
	static const struct said said[] = { { "shop.example.", NS, "NS1.panel.example.", 0 },
		                            { "empty.example.", NS, NULL, 3 },
		                            { 0 } };
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	const char *servers[PREFLIGHT_ADDRESSES];
	struct resolver resolver;
	struct error err = { 0 };
	unsigned n = 9;
	bool away;

	(void)state;
	begin(&resolver, said);
	assert_true(preflight_servers(resolver.address, "shop.example", arena, servers, &n, &away, &err));
	assert_int_equal(n, 1);
	assert_string_equal(servers[0], "ns1.panel.example.");
	assert_true(preflight_servers(resolver.address, "empty.example", arena, servers, &n, &away, &err));
	assert_int_equal(n, 0);
	assert_false(away);
	end(&resolver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_an_answer_does_not_hold_is_known_not_to_be_there),
		cmocka_unit_test(an_alias_is_followed_to_its_end_and_not_in_circles),
		cmocka_unit_test(the_servers_of_a_zone_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
