/* daemon: see daemon.h. */

#include "agent/engine/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"

enum { START_DEADLINE_MS = 20000, WORDS_MAX = 4096 };

static bool wait_child(const struct daemon_start *start, pid_t pid, int *status, struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + START_DEADLINE_MS;

	for (;;) {
		pid_t got = waitpid(pid, status, WNOHANG);

		if (got == pid)
			return true;
		if (got < 0 && errno != EINTR)
			return error_errno(err, errno, "wait for %s", start->argv[0]);
		if (clock_monotonic_ms() > deadline)
			break;
		nanosleep(&(struct timespec){ .tv_nsec = 1000000L }, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, status, 0);
	return error_set(err, ERR_TIMEOUT, "%s didn't start in time", start->argv[0]);
}

/* In the child of a process with threads: system calls only. */
static void become(const struct daemon_start *start)
{
	static const char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL };
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (null < 0 || dup2(start->words, STDERR_FILENO) < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 || close_range(3, ~0U, 0) < 0 || (start->enter && !start->enter(start->arg)))
		return;
	umask(0022);
	execve(start->argv[0], (char *const *)(uintptr_t)start->argv, (char *const *)(uintptr_t)environment);
}

bool daemon_run(const struct daemon_start *start, struct buf *words, bool *success, struct error *err)
{
	char text[WORDS_MAX];
	pid_t pid = fork();
	ssize_t size;
	int status;

	if (pid == 0) {
		static const char why[] = "can't be run\n";

		become(start);
		_exit(write(STDERR_FILENO, why, sizeof(why) - 1) < 0 ? 126 : 127);
	}
	if (pid < 0)
		return error_errno(err, errno, "run %s", start->argv[0]);
	if (!wait_child(start, pid, &status, err))
		return false;
	*success = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	size = pread(start->words, text, sizeof(text), 0);
	if (size > 0)
		buf_add(words, text, (size_t)size);
	return true;
}
