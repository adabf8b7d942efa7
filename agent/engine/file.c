/* file: everything goes by directory descriptor; a new file gets its name only when it is complete. */

#include "agent/engine/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static bool read_all(int fd, const char *path, size_t max, struct buf *out, struct error *err)
{
	char chunk[16384];
	ssize_t got;

	while ((got = read(fd, chunk, sizeof(chunk))) > 0) {
		if (out->size + (size_t)got > max)
			return error_set(err, ERR_TOO_LARGE, "%s is larger than %zu bytes", path, max);
		buf_add(out, chunk, (size_t)got);
	}
	if (got < 0)
		return error_errno(err, errno, "read %s", path);
	return !buf_failed(out) || error_set(err, ERR_INTERNAL, "out of memory");
}

bool file_read(const char *path, size_t max, struct buf *out, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? error_errno(err, errno, "open %s", path) : read_all(fd, path, max, out, err);
}

/* -1: it isn't there (*there false), or no regular file. */
static int open_beneath(int dirfd, const char *path, bool *there, struct error *err)
{
	struct open_how how = { .flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW,
		                .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
	int fd = (int)syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
	struct stat st;

	*there = fd >= 0 || errno != ENOENT;
	if (*there && (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		error_set(err, ERR_CONFLICT, "%s is no file", path);
		closep(&fd);
		return -1;
	}
	return fd;
}

bool file_digest(int dirfd, const char *path, size_t *ret_size, uint8_t ret[static 32], bool *there, struct error *err)
{
	_cleanup_close_ int fd = open_beneath(dirfd, path, there, err);
	crypto_hash_sha256_state state;
	uint8_t chunk[4096];
	ssize_t got;

	if (fd < 0)
		return !*there;
	*ret_size = 0;
	crypto_hash_sha256_init(&state);
	while ((got = read(fd, chunk, sizeof(chunk))) > 0) {
		crypto_hash_sha256_update(&state, chunk, (size_t)got);
		*ret_size += (size_t)got;
	}
	crypto_hash_sha256_final(&state, ret);
	sodium_memzero(chunk, sizeof(chunk));
	sodium_memzero(&state, sizeof(state));
	return got == 0 || error_errno(err, errno, "read %s", path);
}

bool file_read_beneath(int dirfd, const char *path, size_t max, struct buf *out, bool *there, struct error *err)
{
	_cleanup_close_ int fd = open_beneath(dirfd, path, there, err);

	return fd < 0 ? !*there : read_all(fd, path, max, out, err);
}

static bool write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t put = write(fd, data, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		data += put;
		size -= (size_t)put;
	}
	return true;
}

static bool own(int fd, struct file_owner owner)
{
	if ((owner.uid != (uid_t)-1 || owner.gid != (gid_t)-1) && geteuid() == 0 &&
	    fchown(fd, owner.uid, owner.gid) < 0)
		return false;
	return fchmod(fd, owner.mode) == 0;
}

bool file_write_at(int dirfd, const char *name, const void *data, size_t size, struct file_owner owner,
                   struct error *err)
{
	char fresh[300];

	snprintf(fresh, sizeof(fresh), ".%s.new", name);
	unlinkat(dirfd, fresh, 0);
	_cleanup_close_ int fd = openat(dirfd, fresh, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0 || !write_all(fd, data, size) || !own(fd, owner))
		return error_errno(err, errno, "write %s", name);
	if (renameat2(dirfd, fresh, dirfd, name, RENAME_NOREPLACE) < 0)
		return error_errno(err, errno, "name %s", name);
	return true;
}

bool file_mkdir_at(int dirfd, const char *name, struct file_owner owner, struct error *err)
{
	if (mkdirat(dirfd, name, 0700) < 0 && errno != EEXIST)
		return error_errno(err, errno, "make folder %s", name);
	_cleanup_close_ int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || !own(fd, owner))
		return error_errno(err, errno, "make folder %s", name);
	return true;
}

int file_open_dir(int dirfd, const char *name, struct error *err)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		error_errno(err, errno, "open folder %s", name);
	return fd;
}

/* Deletes what is in the folder; takes over fd. */
static bool empty(int fd, struct error *err)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	bool ok = true;

	if (!dir) {
		close(fd);
		return error_errno(err, errno, "read a folder");
	}
	while (ok && (entry = readdir(dir))) { /* NOLINT(concurrency-mt-unsafe): one reader a stream */
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, entry->d_name, 0) == 0)
			continue;
		ok = errno == EISDIR ? file_remove_tree(fd, entry->d_name, err)
		                     : error_errno(err, errno, "delete %s", entry->d_name);
	}
	closedir(dir);
	return ok;
}

bool file_remove_tree(int dirfd, const char *name, struct error *err)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return true;
	if (fd < 0)
		return error_errno(err, errno, "open %s", name);
	if (!empty(fd, err))
		return false;
	if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return error_errno(err, errno, "delete %s", name);
	return true;
}
