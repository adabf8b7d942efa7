/* nats: starts and ends a nats-server. */
#include "nats.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum { START_TRIES = 500, TRY_NS = 10000000 };

struct nats_server {
	char dir[64], url[64], port[8];
	pid_t pid;
};

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

static struct sockaddr_in address(const char *port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		                     .sin_port = htons((uint16_t)atoi(port)),
		                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* One that the kernel has just had free. */
static void choose_port(char port[static 8])
{
	struct sockaddr_in at = address("0");
	socklen_t size = sizeof(at);
	_cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0 && bind(fd, (struct sockaddr *)&at, size) == 0 &&
	             getsockname(fd, (struct sockaddr *)&at, &size) == 0,
	     "choose a port");
	snprintf(port, 8, "%u", ntohs(at.sin_port));
}

static bool answers(const char *port)
{
	struct sockaddr_in at = address(port);
	_cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0;
}

void nats_server_start(struct nats_server *server)
{
	server->pid = fork();
	must(server->pid >= 0, "fork");
	if (!server->pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 1);
		dup2(null, 2);
		execlp("nats-server", "nats-server", "-a", "127.0.0.1", "-p", server->port, "-js", "-sd", server->dir,
		       (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < START_TRIES && !answers(server->port); i++)
		nanosleep(&(struct timespec){ .tv_nsec = TRY_NS }, NULL);
	must(answers(server->port), "start nats-server");
}

struct nats_server *nats_server_new(void)
{
	struct nats_server *server = calloc(1, sizeof(*server));

	must(server != NULL, "memory");
	snprintf(server->dir, sizeof(server->dir), "/tmp/stralix-nats-XXXXXX");
	must(mkdtemp(server->dir) != NULL, "mkdtemp");
	choose_port(server->port);
	snprintf(server->url, sizeof(server->url), "nats://127.0.0.1:%s", server->port);
	nats_server_start(server);
	return server;
}

void nats_server_kill(struct nats_server *server)
{
	if (server->pid <= 0)
		return;
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
	server->pid = 0;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *at)
{
	(void)info;
	(void)type;
	(void)at;
	return remove(path);
}

void nats_server_free(struct nats_server *server)
{
	nats_server_kill(server);
	nftw(server->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	free(server);
}

const char *nats_server_url(const struct nats_server *server)
{
	return server->url;
}
