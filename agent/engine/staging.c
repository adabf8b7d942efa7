/* staging: see staging.h. */

#include "agent/engine/staging.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/token/token.h"

enum { PATH_SIZE = 96, CHUNK = 65536 };

struct staged_file {
	char path[PATH_SIZE]; /* beneath the generation's folder */
	size_t size;
	uint8_t digest[TOKEN_DIGEST];
};

void staging_done(struct staging *staging)
{
	closep(&staging->dir);
	free(staging->files);
	*staging = STAGING_NONE;
}

static struct staged_file *add(struct staging *staging)
{
	size_t capacity = staging->capacity ? 2 * staging->capacity : 16;
	struct staged_file *longer;

	if (staging->n < staging->capacity)
		return &staging->files[staging->n++];
	longer = reallocarray(staging->files, capacity, sizeof(*longer));
	if (!longer)
		return NULL;
	staging->files = longer;
	staging->capacity = capacity;
	return &staging->files[staging->n++];
}

bool staging_write(struct staging *staging, const char *folder, const char *name, const void *data, size_t size,
                   struct file_owner owner, struct error *err)
{
	_cleanup_close_ int below = folder ? file_open_dir(staging->dir, folder, err) : -1;
	struct staged_file *file;

	if ((folder && below < 0) || !file_write_at(folder ? below : staging->dir, name, data, size, owner, err))
		return false;
	file = add(staging);
	if (!file)
		return error_set(err, ERR_INTERNAL, "out of memory");
	*file = (struct staged_file){ .size = size };
	token_digest(data, size, file->digest);
	return snprintf(file->path, PATH_SIZE, "%s%s%s", folder ? folder : "", folder ? "/" : "", name) < PATH_SIZE ||
	       error_set(err, ERR_INTERNAL, "the name of a file is too long: %s", name);
}

static bool read_whole(int fd, char *data, size_t size)
{
	size_t got = 0;
	ssize_t more = 1;

	while (got < size && (more = read(fd, data + got, size - got)) > 0)
		got += (size_t)more;
	return got == size;
}

static bool check(int dir, const struct staged_file *file, struct error *err)
{
	_cleanup_free_ char *data = malloc(file->size + 1);
	_cleanup_close_ int fd = openat(dir, file->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	uint8_t digest[TOKEN_DIGEST];
	char extra;

	if (!data)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (fd < 0)
		return error_errno(err, errno, "read %s back", file->path);
	if (!read_whole(fd, data, file->size) || read(fd, &extra, 1) != 0)
		return error_set(err, ERR_DISK, "%s isn't as long as it was written", file->path);
	token_digest(data, file->size, digest);
	return memcmp(digest, file->digest, sizeof(digest)) == 0 ||
	       error_set(err, ERR_DISK, "%s doesn't hold what was written", file->path);
}

bool staging_check(const struct staging *staging, struct error *err)
{
	for (size_t i = 0; i < staging->n; i++)
		if (!check(staging->dir, &staging->files[i], err))
			return false;
	return true;
}
