/* verify: asks nginx on the loopback what it serves, again and again until it is what should be. */

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "lib/base/clock.h"

#include "agent/adapters/nginx/internal.h"

enum {
	GENERATION_DEADLINE_MS = 10000,
	SITES_DEADLINE_MS = 3000, /* after the generation was seen: what isn't there by then never comes */
	QUIET_MS = 200,           /* old workers may answer for 100 ms after the first new answer, */
	SETTLED_MS = 20,          /* unless they were seen to have stopped */
	PROBE_MS = 500,
	ANSWER = 1024,
};

static bool ready(int fd, short events, int64_t deadline_ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };
	int64_t left = deadline_ms - clock_monotonic_ms();

	return left > 0 && poll(&poll_fd, 1, (int)left) == 1;
}

static bool exchange(int fd, const char *request, char answer[static ANSWER], int64_t deadline_ms)
{
	size_t size = 0;

	if (!ready(fd, POLLOUT, deadline_ms) || send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		return false;
	while (size < ANSWER - 1 && ready(fd, POLLIN, deadline_ms)) {
		ssize_t got = recv(fd, answer + size, ANSWER - 1 - size, 0);

		if (got <= 0)
			break;
		size += (size_t)got;
	}
	answer[size] = '\0';
	return size > 0;
}

/* The body of the private location under this host name; empty when there is no such answer. */
static void probe(const struct nginx *nginx, const char *host, char body[static ANSWER])
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
		                             .sin_port = htons((uint16_t)nginx->settings->http_port),
		                             .sin_addr = { htonl(INADDR_LOOPBACK) } };
	_cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char request[512], answer[ANSWER];

	body[0] = '\0';
	snprintf(request, sizeof(request), "GET /.well-known/stralix/%s HTTP/1.0\r\nHost: %s\r\n\r\n", nginx->secret,
	         host);
	if (fd < 0 || (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 && errno != EINPROGRESS) ||
	    !exchange(fd, request, answer, clock_monotonic_ms() + PROBE_MS))
		return;
	const char *text = strstr(answer, "\r\n\r\n");
	if (text && strncmp(answer, "HTTP/1.1 200", 12) == 0)
		snprintf(body, ANSWER, "%s", text + 4);
}

uint64_t nginx_serving(const struct nginx *nginx)
{
	char body[ANSWER];

	probe(nginx, "127.0.0.1", body);
	return strncmp(body, "node ", 5) == 0 ? strtoull(body + 5, NULL, 10) : 0;
}

static void pause_us(long us)
{
	nanosleep(&(struct timespec){ .tv_nsec = us * 1000L }, NULL);
}

bool nginx_await_generation(struct nginx *nginx, uint64_t generation, struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + GENERATION_DEADLINE_MS;
	_cleanup_buf_ struct buf words = { 0 };
	char wanted[64], body[ANSWER];

	snprintf(wanted, sizeof(wanted), "node %" PRIu64 " ", generation);
	do {
		/* An address can't be a website's name, so this is the default server. */
		probe(nginx, "127.0.0.1", body);
		if (strncmp(body, wanted, strlen(wanted)) == 0) {
			nginx_settle(nginx, (pid_t)strtol(body + strlen(wanted), NULL, 10));
			return true;
		}
		pause_us(1000);
		nginx_complaints(nginx, &words);
	} while (words.size == 0 && clock_monotonic_ms() < deadline);
	return error_set(err, ERR_VERIFY_FAILED, "nginx doesn't serve generation %" PRIu64 "%s%s", generation,
	                 words.size > 0 ? ": " : "", words.size > 0 ? words.data : "");
}

/* A check while it is looked at. */
struct watch {
	bool served, gone;   /* what is still to be seen */
	bool secured;        /* that its certificate is shown, likewise */
	struct arena *arena; /* of tls; NULL: it has none */
	struct nginx_tls tls;
	struct error why;    /* why it isn't shown */
	int64_t last_old_ms; /* when an answer of the old state was seen last */
	char said[ANSWER];
};

static void look(const struct nginx *nginx, const struct adapter_check *check, struct watch *watch)
{
	char wanted[128], body[ANSWER];

	if (watch->served) {
		snprintf(wanted, sizeof(wanted), "site %s %" PRIu32 ".%" PRIu64, check->object->id,
		         check->object->generation.epoch, check->object->generation.n);
		probe(nginx, check->object->name, watch->said);
		watch->served = strcmp(watch->said, wanted) != 0;
	}
	if (watch->secured && !watch->served && watch->tls.n > 0)
		watch->secured = !nginx_tls_answers(nginx, &watch->tls, &watch->why);
	if (watch->gone) {
		snprintf(wanted, sizeof(wanted), "site %s ", check->object->id);
		probe(nginx, check->gone, body);
		if (strncmp(body, wanted, strlen(wanted)) == 0)
			watch->last_old_ms = clock_monotonic_ms();
		watch->gone = clock_monotonic_ms() - watch->last_old_ms < (nginx->settled ? SETTLED_MS : QUIET_MS);
	}
}

/* One look at each that isn't settled; how many are left. */
static size_t look_at_all(const struct nginx *nginx, const struct adapter_check *checks, struct watch *watches,
                          size_t n)
{
	size_t left = 0;

	for (size_t i = 0; i < n; i++) {
		look(nginx, &checks[i], &watches[i]);
		left += watches[i].served || watches[i].gone || watches[i].secured;
	}
	return left;
}

static void judge(struct adapter_check *check, const struct watch *watch)
{
	check->ok = !watch->served && !watch->gone && !watch->secured;
	if (watch->served)
		error_set(&check->why, ERR_VERIFY_FAILED, "nginx doesn't serve %s: it says '%.200s'",
		          check->object->name, watch->said);
	else if (watch->gone)
		error_set(&check->why, ERR_VERIFY_FAILED, "nginx still serves %s", check->gone);
	else if (watch->secured)
		check->why = watch->why;
}

/* What has to be shown of an object with a certificate. */
static void want_certificate(const struct nginx *nginx, const struct object *site, struct watch *watch)
{
	Stralix__V1__WebsiteState *state;

	if (!site->served || !site->key[0])
		return;
	watch->secured = true;
	watch->arena = arena_new(NGINX_ARENA);
	if (!watch->arena)
		error_set(&watch->why, ERR_INTERNAL, "out of memory");
	else if (nginx_unpack_site(site, watch->arena, &state, &watch->why) &&
	         nginx_tls_read(nginx, site, state, watch->arena, &watch->tls, &watch->why) && watch->tls.n == 0)
		error_set(&watch->why, ERR_VERIFY_FAILED, "the certificate of %s is for none of its names", site->name);
}

void nginx_await_sites(struct nginx *nginx, struct adapter_check *checks, size_t n)
{
	int64_t now = clock_monotonic_ms(), deadline = now + SITES_DEADLINE_MS;
	struct watch *watches = calloc(n + 1, sizeof(*watches));

	for (size_t i = 0; i < n; i++) {
		if (!watches) {
			error_set(&checks[i].why, ERR_INTERNAL, "out of memory");
			continue;
		}
		watches[i] = (struct watch){ .served = checks[i].object->served,
			                     .gone = checks[i].gone != NULL,
			                     .last_old_ms = now };
		want_certificate(nginx, checks[i].object, &watches[i]);
	}
	for (long us = 1000; watches && look_at_all(nginx, checks, watches, n) > 0; us = us < 5000 ? us + 500 : us) {
		if (clock_monotonic_ms() >= deadline)
			break;
		pause_us(us);
	}
	for (size_t i = 0; watches && i < n; i++)
		judge(&checks[i], &watches[i]);
	for (size_t i = 0; watches && i < n; i++)
		arena_free(watches[i].arena);
	free(watches);
}
