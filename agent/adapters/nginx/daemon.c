/* daemon: nginx itself. It is started detached, with nothing of the engine's open, and told to reload by a signal. */

#include "agent/engine/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>

#include "agent/adapters/nginx/internal.h"
#include "agent/engine/file.h"

enum { WORDS_MAX = 16384 };

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

/* The workers' account has a number and needs no name on this machine, but nginx asks for one: it sees account files of
 * its own, in a mount namespace of its own. */
static bool show_accounts(const void *arg)
{
	const struct nginx *nginx = arg;

	return !nginx->private_accounts ||
	       (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0 &&
	        mount(nginx->passwd, "/etc/passwd", NULL, MS_BIND, NULL) == 0 &&
	        mount(nginx->group, "/etc/group", NULL, MS_BIND, NULL) == 0);
}

static bool run(const struct nginx *nginx, const char *const *argv, struct buf *words, bool *success, struct error *err)
{
	_cleanup_close_ int fd = openat(nginx->root, "run/nginx.words", O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
	const struct daemon_start start = { .argv = argv, .words = fd, .enter = show_accounts, .arg = nginx };

	if (fd < 0)
		return error_errno(err, errno, "make a file for nginx's words");
	return daemon_run(&start, words, success, err);
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
	struct timespec now;
	struct stat log;

	nginx->log_before = stat(nginx->error_log, &log) == 0 ? log.st_size : 0;
	nginx->settled = false;
	clock_gettime(CLOCK_BOOTTIME, &now);
	nginx->reload_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
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
