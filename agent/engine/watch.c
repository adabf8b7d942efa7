/* watch: inotify. */

#include "agent/engine/watch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>

int watch_open(struct error *err)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (fd < 0)
		error_errno(err, errno, "watch files");
	return fd;
}

int watch_add(int watches, const char *path)
{
	char folder[PATH_MAX];
	int watch = inotify_add_watch(watches, path, IN_MODIFY | IN_MOVE_SELF | IN_DELETE_SELF | IN_DONT_FOLLOW);
	const char *slash = strrchr(path, '/');

	if (watch >= 0 || errno != ENOENT || !slash)
		return watch;
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
	return inotify_add_watch(watches, folder, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW);
}

void watch_drop(int watches, int watch)
{
	inotify_rm_watch(watches, watch);
}

void watch_read(int watches, void (*fn)(void *arg, int watch), void *arg)
{
	union {
		struct inotify_event event;
		char bytes[16384];
	} buffer;
	ssize_t size;

	while ((size = read(watches, &buffer, sizeof(buffer))) > 0)
		for (ssize_t at = 0; at < size;) {
			struct inotify_event event;

			memcpy(&event, buffer.bytes + at, sizeof(event));
			fn(arg, event.mask & IN_Q_OVERFLOW ? -1 : event.wd);
			at += (ssize_t)(sizeof(event) + event.len);
		}
}
