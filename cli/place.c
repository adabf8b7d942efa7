/* The run directory: folders, files and their owners. */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "lib/trust/store.h"

enum { ROOT_MAX = 200, FILE_MAX = 1 << 20 };

static bool is_plain_path(const char *path)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-";
	size_t length = strlen(path);

	return path[0] == '/' && length > 1 && length <= ROOT_MAX && strspn(path, alphabet) == length;
}

bool place_open(const char *root, long uid_base, FILE *out, struct place *ret, struct error *err)
{
	int lock;

	if (!is_plain_path(root))
		return error_set(err, ERR_INVALID,
		                 "--dir must be an absolute path of at most %d letters, digits and /._-", ROOT_MAX);
	if (mkdir(root, 0755) < 0 && errno != EEXIST)
		return error_errno(err, errno, "make %s", root);
	lock = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0)
		return error_errno(err, errno, "hold %s", root);
	if (flock(lock, LOCK_EX) < 0) {
		error_errno(err, errno, "hold %s", root);
		close(lock);
		return false;
	}
	*ret = (struct place){ .root = root, .uid_base = uid_base, .out = out, .lock = lock };
	return true;
}

void place_close(struct place *place)
{
	if (place->root)
		close(place->lock);
}

struct path place_path(const struct place *place, const char *format, ...)
{
	struct path path;
	va_list args;
	int used = snprintf(path.text, sizeof path.text, "%s/", place->root);

	va_start(args, format);
	vsnprintf(path.text + used, sizeof path.text - (size_t)used, format, args);
	va_end(args);
	return path;
}

uid_t place_uid(const struct place *place, unsigned offset)
{
	if (place->uid_base == 0 || geteuid() != 0)
		return geteuid();
	return offset == 0 ? 0 : (uid_t)place->uid_base + offset;
}

bool place_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

void place_note(const struct place *place, const char *path)
{
	fprintf(place->out, "%s\n", path);
}

/* The group has the same number. */
static bool give(const struct place *place, int fd, unsigned owner)
{
	uid_t uid = place_uid(place, owner);

	return geteuid() != 0 || fchown(fd, uid, uid) == 0;
}

bool place_folder(const struct place *place, const char *path, mode_t mode, unsigned owner, struct error *err)
{
	_cleanup_close_ int fd = -1;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return error_errno(err, errno, "make %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || !give(place, fd, owner) || fchmod(fd, mode) < 0)
		return error_errno(err, errno, "make %s", path);
	return true;
}

bool place_own(const struct place *place, const char *path, unsigned owner, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "give away %s", path);
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		return error_set(err, ERR_CONFLICT, "%s isn't a plain file with one name", path);
	return give(place, fd, owner) || error_errno(err, errno, "give away %s", path);
}

static bool says(const char *path, const char *text)
{
	_cleanup_free_ char *now = NULL;

	return store_read(path, FILE_MAX, &now, NULL, NULL) && strcmp(now, text) == 0;
}

bool place_write(const struct place *place, const char *path, const char *text, mode_t mode, unsigned owner,
                 struct error *err)
{
	if (!says(path, text)) {
		if (!store_write(path, text, strlen(text), mode, err))
			return false;
		place_note(place, path);
	}
	return place_own(place, path, owner, err);
}
