/* Installations for tests: made in this process, served by a real nats-server. */
#include "installation.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"

#include "cli/command.h"

enum { START_MS = 10000, STEP_US = 10000 };

__attribute__((noreturn)) static void give_up(const char *what)
{
	fprintf(stderr, "%s\n", what);
	abort();
}

static struct sockaddr_in loopback(unsigned port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		                     .sin_port = htons((uint16_t)port),
		                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

unsigned test_free_port(void)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = loopback(0);
	socklen_t size = sizeof address;

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		give_up("no free port");
	return ntohs(address.sin_port);
}

static const struct command *find(const char *name)
{
	static const struct command *const all[] = { &init_command, &node_init_command, &sre_context_command };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	give_up(name);
}

bool test_command(const char *name, char *const *argv, char **out)
{
	const struct command *command = find(name);
	_cleanup_free_ void *settings = calloc(1, command->settings_size);
	_cleanup_free_ char *said = NULL;
	struct error err = { 0 };
	size_t size = 0;
	FILE *file = open_memstream(&said, &size);
	int argc = 0;
	bool done;

	while (argv[argc])
		argc++;
	done = settings && file && options_parse(command, argc, argv, settings, &err) &&
	       command->run(settings, file, &err);
	if (file)
		fclose(file);
	if (!done)
		fprintf(stderr, "# %s: %s\n", name, err.message);
	if (out)
		*out = TAKE_PTR(said);
	return done;
}

static void make_node(struct test_installation *installation, const char *id)
{
	char name[16];

	snprintf(name, sizeof name, "%s", id);
	if (!test_command("node init",
	                  (char *[]){ (char[]){ "--dir" }, installation->dir, (char[]){ "--id" }, name,
	                              (char[]){ "--address" }, (char[]){ "127.0.0.1" }, (char[]){ "--capability" },
	                              (char[]){ "website" }, NULL },
	                  NULL))
		give_up("stralixctl node init");
}

void test_installation_make(struct test_installation *ret)
{
	unsigned port = test_free_port();

	*ret = (struct test_installation){ 0 };
	snprintf(ret->dir, sizeof ret->dir, "/tmp/stralix-test-XXXXXX");
	if (!mkdtemp(ret->dir))
		give_up("mkdtemp");
	snprintf(ret->port, sizeof ret->port, "%u", port);
	snprintf(ret->url, sizeof ret->url, "tls://127.0.0.1:%u", port);
	if (!test_command("init",
	                  (char *[]){ (char[]){ "--dir" }, ret->dir, (char[]){ "--nats-port" }, ret->port, NULL },
	                  NULL))
		give_up("stralixctl init");
	make_node(ret, "n1");
	make_node(ret, "n2");
}

static bool answers(unsigned port)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = loopback(port);

	return fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
}

__attribute__((noreturn)) static void become_server(const struct test_installation *installation)
{
	char config[128], log[128];
	int fd;

	snprintf(config, sizeof config, "%s/nats/server.conf", installation->dir);
	snprintf(log, sizeof log, "%s/nats.log", installation->dir);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fd >= 0 && dup2(fd, STDERR_FILENO) >= 0)
		execlp("nats-server", "nats-server", "-c", config, NULL);
	_exit(127);
}

void test_installation_start(struct test_installation *installation)
{
	int64_t deadline = clock_monotonic_ms() + START_MS;

	installation->server = fork();
	if (installation->server == 0)
		become_server(installation);
	while (!answers((unsigned)strtoul(installation->port, NULL, 10))) {
		if (clock_monotonic_ms() > deadline || waitpid(installation->server, NULL, WNOHANG) != 0)
			give_up("nats-server doesn't start");
		usleep(STEP_US);
	}
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st, (void)kind, (void)walk;
	return remove(path);
}

void test_installation_stop(struct test_installation *installation)
{
	if (installation->server > 0) {
		kill(installation->server, SIGTERM);
		waitpid(installation->server, NULL, 0);
	}
	installation->server = 0;
}

void test_installation_drop(struct test_installation *installation)
{
	test_installation_stop(installation);
	nftw(installation->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
