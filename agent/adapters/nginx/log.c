/* log: a website's own access log, and its part of the error log that all share. */

#include "lib/base/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/clock.h"
#include "lib/token/token.h"

#include "agent/adapters/nginx/internal.h"
#include "agent/engine/file.h"

enum { TEND_MS = 10000, SHARED = 4 };

/* In the error log a website goes by a name that only this node can know: whoever asks for anything can put any other
 * name into a line. */
void nginx_marker(const struct nginx *nginx, const char *id, char ret[static NGINX_MARKER])
{
	uint8_t digest[TOKEN_DIGEST];
	char text[128];

	snprintf(text, sizeof(text), "%s server %s", nginx->secret, id);
	token_digest(text, strlen(text), digest);
	ret[0] = 's';
	for (unsigned i = 0; i < 16; i++)
		snprintf(ret + 1 + (size_t)2 * i, 3, "%02x", digest[i]);
}

bool nginx_log(void *self, const char *id, bool errors, struct adapter_log *ret, struct error *err)
{
	const struct nginx *nginx = self;
	int size;

	*ret = (struct adapter_log){ .owner = (uid_t)nginx->settings->web_uid };
	if (errors) {
		nginx_marker(nginx, id, ret->marker);
		size = snprintf(ret->path, sizeof(ret->path), "%s", nginx->error_log);
	} else {
		size = snprintf(ret->path, sizeof(ret->path), "%slog/site/%s.log", nginx->dir, id);
	}
	return (size_t)size < sizeof(ret->path) || error_set(err, ERR_INTERNAL, "the path of a log is too long");
}

/* The workers make the files of websites by themselves. */
bool nginx_log_place(const struct nginx *nginx, struct error *err)
{
	uid_t uid = geteuid() == 0 ? (uid_t)nginx->settings->web_uid : (uid_t)-1;

	return file_mkdir_at(nginx->root, "log", (struct file_owner){ (uid_t)-1, nginx->web_gid, 0750 }, err) &&
	       file_mkdir_at(nginx->root, "log/site", (struct file_owner){ uid, nginx->web_gid, 0700 }, err);
}

/* What is above its bound gets the name of the older part, whose own content goes. */
static bool rotate(int folder, const char *name, int64_t bound)
{
	char older[300];
	struct stat file;

	if (fstatat(folder, name, &file, AT_SYMLINK_NOFOLLOW) < 0 || file.st_size <= bound)
		return false;
	snprintf(older, sizeof(older), "%s.1", name);
	return renameat(folder, name, folder, older) == 0;
}

static void rotate_sites(struct nginx *nginx, struct error *err)
{
	int folder = file_open_dir(nginx->root, "log/site", err);
	DIR *list = folder < 0 ? NULL : fdopendir(folder);

	if (!list) {
		closep(&folder);
		return;
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this thread's */
	for (const struct dirent *entry; (entry = readdir(list));) {
		const char *dot = strrchr(entry->d_name, '.');

		if (dot && strcmp(dot, ".log") == 0)
			rotate(folder, entry->d_name, nginx->settings->log_bytes);
	}
	closedir(list);
}

/* These stay open in nginx until it is told. */
static void rotate_shared(struct nginx *nginx, struct error *err)
{
	int64_t bound = SHARED * nginx->settings->log_bytes;
	pid_t master;

	_cleanup_close_ int folder = file_open_dir(nginx->root, "log", err);
	if (folder < 0)
		return;
	bool access = rotate(folder, "access.log", bound), errors = rotate(folder, "nginx-error.log", bound);
	if (errors)
		nginx->log_before = 0;
	if ((access || errors) && (master = nginx_running(nginx)) > 0)
		kill(master, SIGUSR1);
}

void nginx_log_tend(void *self)
{
	struct nginx *nginx = self;
	int64_t now = clock_monotonic_ms();
	struct error err = { 0 };

	if (now - nginx->tended_ms < TEND_MS)
		return;
	nginx->tended_ms = now;
	rotate_sites(nginx, &err);
	rotate_shared(nginx, &err);
	if (err.code != ERR_NONE)
		log_failure(LOG_WARN_, &err, "rotating logs");
}

bool nginx_log_purge(const struct nginx *nginx, const struct object *site, struct error *err)
{
	static const char *const ends[] = { "log", "log.1" };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		char name[96];

		snprintf(name, sizeof(name), "log/site/%s.%s", site->id, ends[i]);
		if (unlinkat(nginx->root, name, 0) < 0 && errno != ENOENT)
			return error_errno(err, errno, "delete a log");
	}
	return true;
}
