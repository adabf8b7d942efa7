/* Whole files: temporary, synced, renamed. */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool write_all(int fd, const char *data, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = write(fd, data + done, size - done);

		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* Makes the rename itself durable. */
static bool sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *folder = slash == path ? strdup("/")
	                              : slash       ? strndup(path, (size_t)(slash - path))
	                                            : strdup(".");
	_cleanup_close_ int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	return fd >= 0 && fsync(fd) == 0;
}

bool store_write(const char *path, const void *data, size_t size, mode_t mode, struct error *err)
{
	_cleanup_free_ char *temporary = NULL;
	_cleanup_close_ int fd = -1;
	int number;

	if (asprintf(&temporary, "%s.XXXXXX", path) < 0) {
		temporary = NULL;
		return error_set(err, ERR_INTERNAL, "write %s: out of memory", path);
	}
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, errno, "write %s", path);
	if (write_all(fd, data, size) && fchmod(fd, mode) == 0 && fsync(fd) == 0 && rename(temporary, path) == 0)
		return sync_folder(path) || error_errno(err, errno, "write %s", path);
	number = errno;
	unlink(temporary);
	return error_errno(err, number, "write %s", path);
}

static bool read_all(int fd, char *data, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = read(fd, data + done, size - done);

		if (n == 0 || (n < 0 && errno != EINTR))
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

bool store_read(const char *path, size_t max, char **ret, size_t *ret_size, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
	_cleanup_free_ char *data = NULL;
	struct stat st;
	size_t size;

	if (fd < 0 && errno == ENOENT)
		return error_set(err, ERR_NOT_FOUND, "%s isn't there", path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "open %s", path);
	if (!S_ISREG(st.st_mode) || st.st_size < 0 || (size_t)st.st_size > max)
		return error_set(err, ERR_INTERNAL, "%s isn't a plain file of at most %zu bytes", path, max);
	size = (size_t)st.st_size;
	data = calloc(1, size + 1);
	if (!data || !read_all(fd, data, size))
		return error_errno(err, data ? errno : ENOMEM, "read %s", path);
	if (ret_size)
		*ret_size = size;
	*ret = TAKE_PTR(data);
	return true;
}
