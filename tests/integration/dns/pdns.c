/* pdns: see pdns.h. */
#include "pdns.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { START_TRIES = 1000, TRY_NS = 10000000, ARGS_MAX = 16 };

#define KEY "a-key-of-a-test"

struct pdns {
	char dir[64], path[128];
	uint16_t dns, api;
	pid_t pid;
};

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

static struct sockaddr_in address(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		                     .sin_port = htons(port),
		                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* One that the kernel has just had free. */
static uint16_t choose_port(void)
{
	struct sockaddr_in at = address(0);
	socklen_t size = sizeof(at);
	_cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0 && bind(fd, (struct sockaddr *)&at, size) == 0 &&
	             getsockname(fd, (struct sockaddr *)&at, &size) == 0,
	     "choose a port");
	return ntohs(at.sin_port);
}

static bool answers(uint16_t port)
{
	struct sockaddr_in at = address(port);
	_cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0;
}

const char *pdns_file(struct pdns *pdns, const char *name, const char *text)
{
	FILE *file;

	snprintf(pdns->path, sizeof(pdns->path), "%s/%s", pdns->dir, name);
	file = fopen(pdns->path, "we");
	must(file && fputs(text, file) >= 0 && fclose(file) == 0, pdns->path);
	return pdns->path;
}

static void make_database(const struct pdns *pdns)
{
	_cleanup_buf_ struct buf schema = { 0 };
	const char *path = getenv("STRALIX_PDNS_SCHEMA");
	FILE *file = path ? fopen(path, "re") : NULL;
	char name[128], chunk[4096];
	sqlite3 *db;
	size_t n;

	must(file != NULL, "STRALIX_PDNS_SCHEMA");
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_add(&schema, chunk, n);
	fclose(file);
	snprintf(name, sizeof(name), "%s/zones.sqlite", pdns->dir);
	must(schema.size && sqlite3_open(name, &db) == SQLITE_OK &&
	             sqlite3_exec(db, schema.data, NULL, NULL, NULL) == SQLITE_OK && sqlite3_close(db) == SQLITE_OK,
	     "make a database");
}

static void make_config(struct pdns *pdns)
{
	_cleanup_buf_ struct buf text = { 0 };

	buf_printf(&text,
	           "launch=gsqlite3\ngsqlite3-database=%s/zones.sqlite\nsocket-dir=%s\nlocal-address=127.0.0.1\n"
	           "local-port=%u\nwebserver=yes\nwebserver-address=127.0.0.1\nwebserver-port=%u\napi=yes\n"
	           "api-key=" KEY "\ndaemon=no\nguardian=no\ncache-ttl=0\nquery-cache-ttl=0\nnegquery-cache-ttl=0\n"
	           "zone-cache-refresh-interval=0\n",
	           pdns->dir, pdns->dir, pdns->dns, pdns->api);
	must(!buf_failed(&text), "memory");
	pdns_file(pdns, "pdns.conf", text.data);
}

/* Starts a program with its output to out (-1: nowhere). */
static pid_t start(const char *program, const char *const args[], int out)
{
	char *copy[ARGS_MAX] = { NULL };
	pid_t pid;

	for (size_t i = 0; i + 1 < ARGS_MAX && args[i]; i++)
		must((copy[i] = strdup(args[i])) != NULL, "memory");
	pid = fork();
	must(pid >= 0, "fork");
	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(out < 0 ? null : out, 1);
		dup2(out < 0 ? null : out, 2);
		execvp(program, copy);
		_exit(127);
	}
	for (size_t i = 0; copy[i]; i++)
		free(copy[i]);
	return pid;
}

static int run(const char *program, const char *const args[], struct buf *out)
{
	int fds[2], status;
	char chunk[4096];
	ssize_t n;
	pid_t pid;

	must(pipe2(fds, O_CLOEXEC) == 0, "pipe");
	pid = start(program, args, fds[1]);
	close(fds[1]);
	while ((n = read(fds[0], chunk, sizeof(chunk))) > 0)
		buf_add(out, chunk, (size_t)n);
	close(fds[0]);
	must(waitpid(pid, &status, 0) == pid, "waitpid");
	buf_add(out, "", 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct pdns *pdns_new(void)
{
	struct pdns *pdns = calloc(1, sizeof(*pdns));
	const char *program = getenv("STRALIX_PDNS");
	char dir[128];

	must(pdns && program, "STRALIX_PDNS");
	snprintf(pdns->dir, sizeof(pdns->dir), "/tmp/stralix-pdns-XXXXXX");
	must(mkdtemp(pdns->dir) != NULL, "mkdtemp");
	pdns->dns = choose_port();
	pdns->api = choose_port();
	make_database(pdns);
	make_config(pdns);
	snprintf(dir, sizeof(dir), "--config-dir=%s", pdns->dir);
	pdns->pid = start(program, (const char *const[]){ program, dir, NULL }, -1);
	for (int i = 0; i < START_TRIES && !(answers(pdns->dns) && answers(pdns->api)); i++)
		nanosleep(&(struct timespec){ .tv_nsec = TRY_NS }, NULL);
	must(answers(pdns->dns) && answers(pdns->api), "start pdns_server");
	return pdns;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *at)
{
	(void)info;
	(void)type;
	(void)at;
	return remove(path);
}

void pdns_free(struct pdns *pdns)
{
	kill(pdns->pid, SIGKILL);
	waitpid(pdns->pid, NULL, 0);
	nftw(pdns->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	free(pdns);
}

uint16_t pdns_port(const struct pdns *pdns)
{
	return pdns->dns;
}

int pdns_api(struct pdns *pdns, const char *method, const char *path, const char *body, struct buf *out)
{
	char url[256], data[160] = "@/dev/null";

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/api/v1/servers/localhost%s", pdns->api, path);
	if (body)
		snprintf(data, sizeof(data), "@%s", pdns_file(pdns, "body.json", body));
	const char *const args[] = {
		"curl", "-sS", "--noproxy",      "*", "-X", method, "-H", "X-API-Key: " KEY, "--data-binary",
		data,   "-w",  "\n%{http_code}", url, NULL
	};
	must(run("curl", args, out) == 0, "curl");
	char *status = strrchr(out->data, '\n');
	must(status != NULL, "curl");
	*status = '\0';
	out->size = (size_t)(status - out->data);
	return atoi(status + 1);
}

int pdns_util(struct pdns *pdns, const char *const args[], struct buf *out)
{
	const char *all[ARGS_MAX] = { "pdnsutil" };
	char dir[128];
	size_t n = 2;

	snprintf(dir, sizeof(dir), "--config-dir=%s", pdns->dir);
	all[1] = dir;
	for (size_t i = 0; args[i] && n + 1 < ARGS_MAX; i++)
		all[n++] = args[i];
	return run("pdnsutil", all, out);
}
