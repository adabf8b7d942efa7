/* harness: see the header. Here: what the node serves, and what lies on its disk. */

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "harness.h"
#include "harness_internal.h"

static int connect_to(const struct harness *harness, bool v6)
{
	const struct sockaddr_in four = { .sin_family = AF_INET,
		                          .sin_port = htons(harness->http_port),
		                          .sin_addr = { htonl(INADDR_LOOPBACK) } };
	const struct sockaddr_in6 six = { .sin6_family = AF_INET6,
		                          .sin6_port = htons(harness->http_port),
		                          .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int failed = v6 ? connect(fd, (const struct sockaddr *)&six, sizeof(six))
	                : connect(fd, (const struct sockaddr *)&four, sizeof(four));

	if (failed == 0)
		return fd;
	close(fd);
	return -1;
}

int harness_get(const struct harness *harness, const char *host, const char *path, bool v6, struct buf *answer)
{
	_cleanup_close_ int fd = connect_to(harness, v6);
	char request[512], chunk[4096];
	ssize_t got;

	if (fd < 0)
		return 0;
	snprintf(request, sizeof(request), "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n", path, host);
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		return 0;
	while ((got = recv(fd, chunk, sizeof(chunk), 0)) > 0)
		buf_add(answer, chunk, (size_t)got);
	return answer->size > 12 ? (int)strtol(answer->data + 9, NULL, 10) : 0;
}

bool harness_serves(const struct harness *harness, const char *domain)
{
	_cleanup_buf_ struct buf answer = { 0 };

	return harness_get(harness, domain, "/", false, &answer) == 200 && strstr(answer.data, domain);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_folder(const char *path, struct buf *all)
{
	char *names[256];
	struct dirent *entry;
	unsigned n = 0;
	DIR *dir = opendir(path);

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && n < ARRAY_SIZE(names))
			names[n++] = strdup(entry->d_name);
	closedir(dir);
	qsort(names, n, sizeof(names[0]), by_name);
	for (unsigned i = 0; i < n; i++) {
		char inner[4096];
		struct stat st;

		snprintf(inner, sizeof(inner), "%s/%s", path, names[i]);
		assert_int_equal(lstat(inner, &st), 0);
		buf_printf(all, "%s %o\n", inner, st.st_mode);
		if (S_ISDIR(st.st_mode))
			add_folder(inner, all);
		else
			harness_read(inner, all);
		free(names[i]);
	}
}

void harness_live_hash(const struct harness *harness, char ret[static 65])
{
	_cleanup_buf_ struct buf all = { 0 };
	char path[2 * HARNESS_PATH], target[64] = "";
	uint8_t digest[TOKEN_DIGEST];

	snprintf(path, sizeof(path), "%s/nginx/live", harness->node);
	assert_true(readlink(path, target, sizeof(target) - 1) > 0);
	buf_printf(&all, "%s\n", target);
	add_folder(path, &all);
	token_digest(all.data, all.size, digest);
	for (unsigned i = 0; i < sizeof(digest); i++)
		snprintf(&ret[2 * i], 3, "%02x", digest[i]);
}
