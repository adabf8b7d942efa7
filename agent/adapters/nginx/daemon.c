/* daemon: nginx itself. It is started detached, with nothing of the engine's open, and told to reload by a signal. */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/base/clock.h"

#include "agent/adapters/nginx/internal.h"
#include "agent/engine/file.h"

enum { START_DEADLINE_MS = 20000, WORDS_MAX = 16384 };

/* A pid file may be older than the machine's last start: the process has to say that it is this nginx. */
pid_t nginx_running(const struct nginx *nginx)
{
	_cleanup_buf_ struct buf text = { 0 }, title = { 0 };
	char path[64];
	long pid;

	if (!file_read(nginx->pid_file, 64, &text, NULL) || !text.data)
		return 0;
	pid = strtol(text.data, NULL, 10);
	if (pid <= 1)
		return 0;
	snprintf(path, sizeof(path), "/proc/%ld/cmdline", pid);
	if (!file_read(path, WORDS_MAX, &title, NULL) || !title.data)
		return 0;
	bool ours = strncmp(title.data, "nginx: master process", 21) == 0 && strstr(title.data, nginx->conf);
	return ours ? (pid_t)pid : 0;
}

static void pause_ms(unsigned ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = (long)ms * 1000000L }, NULL);
}

static bool wait_child(pid_t pid, int *status, struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + START_DEADLINE_MS;

	for (;;) {
		pid_t got = waitpid(pid, status, WNOHANG);

		if (got == pid)
			return true;
		if (got < 0 && errno != EINTR)
			return error_errno(err, errno, "wait for nginx");
		if (clock_monotonic_ms() > deadline)
			break;
		pause_ms(1);
	}
	kill(pid, SIGKILL);
	waitpid(pid, status, 0);
	return error_set(err, ERR_TIMEOUT, "nginx didn't start in time");
}

/* The workers' account has a number and needs no name on this machine, but nginx asks for one: it sees account files of
 * its own, in a mount namespace of its own. */
static bool show_accounts(const struct nginx *nginx)
{
	return !nginx->private_accounts ||
	       (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0 &&
	        mount(nginx->passwd, "/etc/passwd", NULL, MS_BIND, NULL) == 0 &&
	        mount(nginx->group, "/etc/group", NULL, MS_BIND, NULL) == 0);
}

/* In the child of a process with threads: system calls only. */
static void become(const struct nginx *nginx, const char *const *argv, int words)
{
	static const char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL };
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (null < 0 || dup2(words, STDERR_FILENO) < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 || close_range(3, ~0U, 0) < 0 || !show_accounts(nginx))
		return;
	umask(0022);
	execve(argv[0], (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)environment);
}

static bool spawn(const struct nginx *nginx, const char *const *argv, int words, pid_t *pid, struct error *err)
{
	*pid = fork();
	if (*pid == 0) {
		static const char why[] = "can't be run\n";

		become(nginx, argv, words);
		_exit(write(STDERR_FILENO, why, sizeof(why) - 1) < 0 ? 126 : 127);
	}
	return *pid > 0 || error_errno(err, errno, "run %s", argv[0]);
}

/* Runs nginx until it exits or has detached. What it says goes into a file, not a pipe: a daemon that inherits a pipe
 * never lets its reader see the end. */
static bool run(const struct nginx *nginx, const char *const *argv, struct buf *words, bool *success, struct error *err)
{
	_cleanup_close_ int fd = openat(nginx->root, "run/nginx.words", O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
	char text[4096];
	ssize_t size;
	pid_t pid;
	int status;

	if (fd < 0)
		return error_errno(err, errno, "make a file for nginx's words");
	if (!spawn(nginx, argv, fd, &pid, err) || !wait_child(pid, &status, err))
		return false;
	*success = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	size = pread(fd, text, sizeof(text), 0);
	if (size > 0)
		buf_add(words, text, (size_t)size);
	return true;
}

bool nginx_read_version(struct nginx *nginx, struct error *err)
{
	const char *const argv[] = { nginx->settings->nginx_binary, "-v", NULL };
	_cleanup_buf_ struct buf words = { 0 };
	bool success;

	if (!run(nginx, argv, &words, &success, err))
		return false;
	const char *version = words.data ? strstr(words.data, "nginx/") : NULL;
	if (!success || !version)
		return error_set(err, ERR_INTERNAL, "%s -v says no version", nginx->settings->nginx_binary);
	version += strlen("nginx/");
	snprintf(nginx->version, sizeof(nginx->version), "%.*s", (int)strcspn(version, " \n"), version);
	return true;
}

static bool start(struct nginx *nginx, struct error *err)
{
	const char *const argv[] = {
		nginx->settings->nginx_binary, "-p", nginx->dir, "-e", nginx->error_log, "-c", nginx->conf, NULL
	};
	_cleanup_buf_ struct buf words = { 0 };
	bool success;

	if (!run(nginx, argv, &words, &success, err))
		return false;
	return success || error_set(err, ERR_VERIFY_FAILED, "nginx doesn't start: %s", words.data ? words.data : "");
}

bool nginx_reload(struct nginx *nginx, struct error *err)
{
	pid_t master = nginx_running(nginx);
	struct stat log;

	nginx->log_before = stat(nginx->error_log, &log) == 0 ? log.st_size : 0;
	nginx->settled = false;
	nginx_note_workers(nginx, master);
	return (master > 0 && kill(master, SIGHUP) == 0) || start(nginx, err);
}

void nginx_complaints(const struct nginx *nginx, struct buf *out)
{
	_cleanup_close_ int fd = open(nginx->error_log, O_RDONLY | O_CLOEXEC);
	char text[4096];
	ssize_t size = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, nginx->log_before);

	if (size <= 0)
		return;
	text[size] = '\0';
	for (char *rest = NULL, *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strstr(line, "[emerg]"))
			buf_printf(out, "%s%s", out->size > 0 ? "\n" : "", line);
}
