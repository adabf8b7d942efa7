/*
 * docroot: srv/<id> belongs to root, so that its owner can't put a link in the place of `public`; public belongs to the
 * site's uid, and nginx reads it by its group. What lies in public is the customer's: it is reached by descriptors that
 * never follow a link, and deleted as the customer.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "agent/adapters/nginx/internal.h"
#include "agent/engine/file.h"

enum { DEPTH_MAX = 32, NAME = 64 };

static uid_t uid_of(const struct object *site)
{
	return geteuid() == 0 ? site->uid : (uid_t)-1;
}

/* public with its welcome page, complete, below a name that nothing else uses. */
static bool make_public(struct nginx *nginx, int dir, const struct object *site, struct error *err)
{
	const struct file_owner folder = { uid_of(site), nginx->web_gid, 02750 };
	const struct file_owner file = { uid_of(site), nginx->web_gid, 0640 };
	_cleanup_buf_ struct buf page = { 0 };

	if (!nginx_render_welcome(nginx, site->name, &page, err) || !file_mkdir_at(dir, "public", folder, err))
		return false;
	_cleanup_close_ int public = file_open_dir(dir, "public", err);
	return public >= 0 && file_write_at(public, "index.html", page.data, page.size, file, err);
}

struct file_owner nginx_folder_owner(const struct nginx *nginx, const struct object *site, bool public)
{
	return public ? (struct file_owner){ uid_of(site), geteuid() == 0 ? nginx->web_gid : (gid_t)-1, 02750 }
	              : (struct file_owner){ geteuid(), (gid_t)-1, 0711 };
}

/* The folders as they were made; what is in them is the customer's and stays as it is. */
static bool mend(struct nginx *nginx, int srv, const struct object *site, struct error *err)
{
	struct stat st;

	if (!file_mkdir_at(srv, site->id, nginx_folder_owner(nginx, site, false), err))
		return false;
	_cleanup_close_ int dir = file_open_dir(srv, site->id, err);
	if (dir < 0)
		return false;
	if (fstatat(dir, "public", &st, AT_SYMLINK_NOFOLLOW) == 0)
		return file_mkdir_at(dir, "public", nginx_folder_owner(nginx, site, true), err);
	return make_public(nginx, dir, site, err);
}

bool nginx_place_docroot(struct nginx *nginx, const struct object *site, struct error *err)
{
	const struct file_owner folder = { (uid_t)-1, (gid_t)-1, 0711 };
	char fresh[NAME];
	struct stat st;

	_cleanup_close_ int srv = file_open_dir(nginx->root, "srv", err);
	if (srv < 0)
		return false;
	if (fstatat(srv, site->id, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return mend(nginx, srv, site, err) || error_wrap(err, "make the folder of %s", site->name);
	snprintf(fresh, sizeof(fresh), ".new-%s", site->id);
	if (!file_remove_tree(srv, fresh, err) || !file_mkdir_at(srv, fresh, folder, err))
		return error_wrap(err, "make the folder of %s", site->name);
	_cleanup_close_ int dir = file_open_dir(srv, fresh, err);
	if (dir < 0 || !make_public(nginx, dir, site, err))
		return error_wrap(err, "make the folder of %s", site->name);
	return renameat2(srv, fresh, srv, site->id, RENAME_NOREPLACE) == 0 || errno == EEXIST ||
	       error_errno(err, errno, "make the folder of %s", site->name);
}

static int open_beneath(int dir, const char *name)
{
	struct open_how how = { .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW,
		                .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV };

	return (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));
}

/* One part of a path below dir; -1 and err when it can't be had. */
static int open_part(struct nginx *nginx, int dir, const char *name, const struct object *site, struct error *err)
{
	bool made = mkdirat(dir, name, 0700) == 0;
	int fd = made || errno == EEXIST ? open_beneath(dir, name) : -1;

	if (fd < 0) {
		if (errno == ENOTDIR || errno == ELOOP || errno == ENOENT)
			error_field(err, "settings.documentRoot", "folder", "There is a file or a link named %s.",
			            name);
		else
			error_errno(err, errno, "make folder %s", name);
		return -1;
	}
	if (made && (fchown(fd, uid_of(site), nginx->web_gid) < 0 || fchmod(fd, 02750) < 0)) {
		error_errno(err, errno, "make folder %s", name);
		close(fd);
		return -1;
	}
	return fd;
}

bool nginx_place_folder(struct nginx *nginx, const struct object *site, const char *path, struct error *err)
{
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "srv/%s", site->id);
	_cleanup_close_ int top = open_beneath(nginx->root, name);
	_cleanup_close_ int dir = top < 0 ? -1 : open_beneath(top, "public");
	if (dir < 0)
		return error_errno(err, errno, "open the folder of %s", site->name);
	while (*path) {
		size_t size = strcspn(path, "/");
		int inner;

		snprintf(name, sizeof(name), "%.*s", (int)size, path);
		inner = open_part(nginx, dir, name, site, err);
		if (inner < 0)
			return false;
		close(dir);
		dir = inner;
		path += size + (path[size] == '/');
	}
	return true;
}

/* How deep a walk is, and where folders that are too deep are moved up to. */
struct walk {
	int top;
	unsigned moved; /* folders moved up: another walk is needed */
	int failed;     /* errno of the first thing that couldn't be deleted; 0: none */
};

static void note(struct walk *walk)
{
	if (walk->failed == 0 && errno != ENOENT)
		walk->failed = errno;
}

static void empty(struct walk *walk, int dir, unsigned depth);

static void delete_folder(struct walk *walk, int dir, const char *name, unsigned depth)
{
	char up[NAME];

	if (depth >= DEPTH_MAX) {
		/* Descriptors are finite and a tree's depth isn't: a deep part becomes a shallow one. */
		snprintf(up, sizeof(up), ".stralix-%d-%u", (int)getpid(), walk->moved++);
		if (renameat2(dir, name, walk->top, up, RENAME_NOREPLACE) < 0)
			note(walk);
		return;
	}
	int inner = open_beneath(dir, name);
	if (inner < 0) {
		note(walk);
		return;
	}
	empty(walk, inner, depth + 1);
	if (unlinkat(dir, name, AT_REMOVEDIR) < 0)
		note(walk);
}

/* Deletes what is in the folder, as far as it goes; takes dir over. */
static void empty(struct walk *walk, int dir, unsigned depth)
{
	DIR *list = fdopendir(dir);
	struct dirent *entry;

	if (!list) {
		note(walk);
		close(dir);
		return;
	}
	while ((entry = readdir(list))) { /* NOLINT(concurrency-mt-unsafe): one reader a stream */
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    unlinkat(dir, entry->d_name, 0) == 0)
			continue;
		if (errno == EISDIR)
			delete_folder(walk, dir, entry->d_name, depth);
		else
			note(walk);
	}
	closedir(list);
}

/* 0, or the errno of what is in the way. */
static int empty_tree(int top)
{
	struct walk walk = { .top = top };

	do {
		walk.moved = 0;
		walk.failed = 0;
		int dir = fcntl(top, F_DUPFD_CLOEXEC, 3);
		if (dir < 0)
			return errno;
		lseek(dir, 0, SEEK_SET);
		empty(&walk, dir, 0);
	} while (walk.moved > 0 && walk.failed == 0);
	return walk.failed;
}

/* In a child, as the site's own uid: what it may not delete it leaves. */
static void empty_as_owner(int top, uid_t uid)
{
	pid_t pid = fork();

	if (pid == 0) {
		/* The raw calls: glibc's would want the engine's other threads to follow. */
		if (syscall(SYS_setgroups, (size_t)0, NULL) < 0 || syscall(SYS_setresgid, uid, uid, uid) < 0 ||
		    syscall(SYS_setresuid, uid, uid, uid) < 0)
			_exit(1);
		_exit(empty_tree(top) == 0 ? 0 : 1);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

bool nginx_place_tmp(struct nginx *nginx, const struct object *site, struct error *err)
{
	const struct file_owner owner = { uid_of(site), (gid_t)uid_of(site), 0700 };
	char name[NAME];

	snprintf(name, sizeof(name), "srv/%s", site->id);
	_cleanup_close_ int dir = open_beneath(nginx->root, name);
	if (dir < 0)
		return error_errno(err, errno, "open the folder of %s", site->name);
	return file_mkdir_at(dir, "tmp", owner, err);
}

/* Empties one of a site's own folders, as far as it is there. */
static bool purge_folder(int dir, const char *name, const struct object *site, struct error *err)
{
	_cleanup_close_ int folder = open_beneath(dir, name);
	if (folder < 0)
		return errno == ENOENT || error_errno(err, errno, "open the folder of %s", site->id);
	if (geteuid() == 0 && site->uid > 0)
		empty_as_owner(folder, site->uid);
	/* What is left, say folders of another owner, goes by the same walk as root. */
	int failed = empty_tree(folder);
	return failed == 0 || error_errno(err, failed, "delete the files of %s", site->id);
}

bool nginx_purge_docroot(struct nginx *nginx, const struct object *site, struct error *err)
{
	_cleanup_close_ int srv = file_open_dir(nginx->root, "srv", err);
	if (srv < 0)
		return false;
	_cleanup_close_ int dir = open_beneath(srv, site->id);
	if (dir < 0 && errno == ENOENT)
		return true;
	if (dir < 0)
		return error_errno(err, errno, "open the folder of %s", site->id);
	if (!purge_folder(dir, "public", site, err) || !purge_folder(dir, "tmp", site, err))
		return false;
	return file_remove_tree(srv, site->id, err);
}
