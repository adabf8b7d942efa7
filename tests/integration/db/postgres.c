/* postgres: initdb, pg_ctl and psql, started without a shell. */

#include "postgres.h"

#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

struct postgres {
	char folder[64], data[80], log[80], options[160], conninfo[256];
	uid_t uid;
	gid_t gid;
	bool running;
};

__attribute__((noreturn)) static void fail(const char *what)
{
	perror(what);
	abort();
}

static void become(const struct postgres *postgres)
{
	if (geteuid() != 0)
		return;
	if (setgroups(0, NULL) != 0 || setgid(postgres->gid) != 0 || setuid(postgres->uid) != 0)
		_exit(126);
}

/* The last lines of a file, for whoever reads the test's output. */
static void show_end(const char *path)
{
	char text[2048];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t size = lseek(fd, 0, SEEK_END);
	ssize_t n = pread(fd, text, sizeof(text), size > (off_t)sizeof(text) ? size - (off_t)sizeof(text) : 0);

	if (n > 0)
		fprintf(stderr, "%.*s\n", (int)n, text);
	close(fd);
}

/* argv[0] is a name in STRALIX_PG_BIN. */
static void run(const struct postgres *postgres, char *const argv[])
{
	const char *folder = getenv("STRALIX_PG_BIN");
	char path[512];
	int status;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/%s", folder ? folder : "/usr/lib/postgresql/15/bin", argv[0]);
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		int out = open(postgres->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

		become(postgres);
		if (chdir(postgres->folder) != 0)
			_exit(126);
		dup2(out, STDOUT_FILENO);
		dup2(out, STDERR_FILENO);
		execv(path, argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "%s failed (status %d):\n", path, status);
		show_end(postgres->log);
		abort();
	}
}

#define RUN(postgres, ...) run(postgres, (char *const[]){ __VA_ARGS__, NULL })
#define ARG(text) ((char *)(uintptr_t)(text))

struct postgres *postgres_new(void)
{
	struct postgres *postgres = calloc(1, sizeof(*postgres));
	const struct passwd *user = getpwnam("postgres"); /* NOLINT(concurrency-mt-unsafe): before any thread */

	if (!postgres)
		fail("postgres_new");
	strcpy(postgres->folder, "/tmp/stralix-pg.XXXXXX");
	if (!mkdtemp(postgres->folder))
		fail(postgres->folder);
	if (geteuid() == 0) {
		if (!user)
			fail("user postgres");
		postgres->uid = user->pw_uid;
		postgres->gid = user->pw_gid;
		if (chown(postgres->folder, postgres->uid, postgres->gid) != 0)
			fail("chown");
	}
	if (chmod(postgres->folder, 0755) != 0)
		fail("chmod");
	snprintf(postgres->data, sizeof(postgres->data), "%s/data", postgres->folder);
	snprintf(postgres->log, sizeof(postgres->log), "%s.log", postgres->folder);
	snprintf(postgres->options, sizeof(postgres->options), "-k %s -c listen_addresses= -c fsync=off",
	         postgres->folder);
	close(open(postgres->log, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	if (geteuid() == 0 && chown(postgres->log, postgres->uid, postgres->gid) != 0)
		fail("chown");
	RUN(postgres, ARG("initdb"), ARG("-D"), postgres->data, ARG("-U"), ARG("postgres"), ARG("-A"), ARG("trust"),
	    ARG("-E"), ARG("UTF8"), ARG("--locale=C.UTF-8"), ARG("--no-sync"));
	postgres_start(postgres);
	return postgres;
}

void postgres_start(struct postgres *postgres)
{
	RUN(postgres, ARG("pg_ctl"), ARG("-D"), postgres->data, ARG("-w"), ARG("-t"), ARG("180"), ARG("-l"),
	    postgres->log, ARG("-o"), postgres->options, ARG("start"));
	postgres->running = true;
}

void postgres_stop(struct postgres *postgres)
{
	RUN(postgres, ARG("pg_ctl"), ARG("-D"), postgres->data, ARG("-w"), ARG("-m"), ARG("fast"), ARG("stop"));
	postgres->running = false;
}

void postgres_psql(struct postgres *postgres, const char *sql)
{
	RUN(postgres, ARG("psql"), ARG("-X"), ARG("-q"), ARG("-v"), ARG("ON_ERROR_STOP=1"), ARG("-h"), postgres->folder,
	    ARG("-U"), ARG("postgres"), ARG("-c"), ARG(sql));
}

const char *postgres_conninfo(struct postgres *postgres, const char *user)
{
	snprintf(postgres->conninfo, sizeof(postgres->conninfo), "host=%s user=%s dbname=postgres", postgres->folder,
	         user);
	return postgres->conninfo;
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *ftw)
{
	(void)stat;
	(void)kind;
	(void)ftw;
	return remove(path);
}

void postgres_free(struct postgres *postgres)
{
	if (!postgres)
		return;
	if (postgres->running)
		postgres_stop(postgres);
	nftw(postgres->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	unlink(postgres->log);
	free(postgres);
}
