/* staging: see staging.h. */

#include "agent/engine/staging.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

void staging_done(struct staging *staging)
{
	closep(&staging->dir);
	for (size_t i = 0; i < staging->n; i++)
		free(staging->files[i].data);
	free(staging->files);
	*staging = STAGING_NONE;
}

static struct staged_file *add(struct staging *staging)
{
	if (staging->n == staging->capacity) {
		size_t capacity = staging->capacity ? 2 * staging->capacity : 16;
		struct staged_file *longer = reallocarray(staging->files, capacity, sizeof(*longer));

		if (!longer)
			return NULL;
		staging->files = longer;
		staging->capacity = capacity;
	}
	staging->files[staging->n] = (struct staged_file){ 0 };
	return &staging->files[staging->n++];
}

static bool name_it(struct staged_file *file, const char *folder, const char *name, struct error *err)
{
	return snprintf(file->path, STAGING_NAME, "%s%s%s", folder ? folder : "", folder ? "/" : "", name) <
	               STAGING_NAME ||
	       error_set(err, ERR_INTERNAL, "the name of a file is too long: %s", name);
}

/* To the disk, or into memory. */
static bool put(const struct staging *staging, const char *folder, const char *name, const void *data,
                struct staged_file *file, struct error *err)
{
	if (staging->dir < 0) {
		file->data = malloc(file->size + 1);
		if (!file->data)
			return error_set(err, ERR_INTERNAL, "out of memory");
		if (data && file->size > 0)
			memcpy(file->data, data, file->size);
		file->data[file->size] = '\0';
		return true;
	}
	_cleanup_close_ int below = folder ? file_open_dir(staging->dir, folder, err) : -1;
	return (!folder || below >= 0) &&
	       file_write_at(folder ? below : staging->dir, name, data, file->size, file->owner, err);
}

static bool write_one(const struct staging *staging, const char *folder, const char *name, const void *data,
                      struct staged_file *file, struct error *err)
{
	const struct staging_filter *filter = staging->filter;
	_cleanup_buf_ struct buf other = { 0 };

	if (!name_it(file, folder, name, err) ||
	    (filter && !filter->replace(filter->arg, file->path, data, file->size, &other, &file->adopted, err)))
		return false;
	if (file->adopted) {
		data = other.data;
		file->size = other.size;
	}
	token_digest(data, file->size, file->digest);
	return put(staging, folder, name, data, file, err);
}

bool staging_write(struct staging *staging, const char *folder, const char *name, const void *data, size_t size,
                   struct file_owner owner, struct error *err)
{
	struct staged_file *file = add(staging);

	if (!file)
		return error_set(err, ERR_INTERNAL, "out of memory");
	file->owner = owner;
	file->size = size;
	if (write_one(staging, folder, name, data, file, err))
		return true;
	free(file->data);
	staging->n--; /* there is no such file */
	return false;
}

static struct staged_file *add_secret(struct staging *staging, const char *folder, const char *name,
                                      struct file_owner owner, struct error *err)
{
	struct staged_file *file = add(staging);

	if (!file) {
		error_set(err, ERR_INTERNAL, "out of memory");
		return NULL;
	}
	file->secret = true;
	file->owner = owner;
	if (name_it(file, folder, name, err))
		return file;
	staging->n--;
	return NULL;
}

static int open_folder(const struct staging *staging, const char *folder, struct error *err)
{
	return staging->dir < 0 ? -1 : file_open_dir(staging->dir, folder, err);
}

bool staging_link(struct staging *staging, const char *folder, const char *name, int from, const char *from_name,
                  struct file_owner owner, struct error *err)
{
	_cleanup_close_ int below = open_folder(staging, folder, err);
	struct staged_file *file =
		staging->dir < 0 || below >= 0 ? add_secret(staging, folder, name, owner, err) : NULL;
	bool there = false;

	if (!file)
		return false;
	if (file_digest(from, from_name, &file->size, file->digest, &there, err) && there &&
	    (below < 0 || linkat(from, from_name, below, name, 0) == 0 || error_errno(err, errno, "link %s", name)))
		return true;
	staging->n--;
	return there ? false : error_set(err, ERR_CONFLICT, "%s isn't there", name);
}

bool staging_write_secret(struct staging *staging, const char *folder, const char *name, const void *data, size_t size,
                          struct file_owner owner, struct error *err)
{
	_cleanup_close_ int below = open_folder(staging, folder, err);
	struct staged_file *file =
		staging->dir < 0 || below >= 0 ? add_secret(staging, folder, name, owner, err) : NULL;

	if (!file)
		return false;
	file->size = size;
	token_digest(data, size, file->digest);
	if (below < 0 || file_write_at(below, name, data, size, owner, err))
		return true;
	staging->n--;
	return false;
}

bool staging_mkdir(struct staging *staging, const char *name, struct file_owner owner, struct error *err)
{
	struct staged_file *file = add(staging);

	if (!file)
		return error_set(err, ERR_INTERNAL, "out of memory");
	file->folder = true;
	file->owner = owner;
	return name_it(file, NULL, name, err) && (staging->dir < 0 || file_mkdir_at(staging->dir, name, owner, err));
}

const struct staged_file *staging_find(const struct staging *staging, const char *path)
{
	for (size_t i = 0; i < staging->n; i++)
		if (strcmp(staging->files[i].path, path) == 0)
			return &staging->files[i];
	return NULL;
}

static bool check(int dir, const struct staged_file *file, struct error *err)
{
	uint8_t digest[TOKEN_DIGEST];
	bool there;
	size_t size;

	if (!file_digest(dir, file->path, &size, digest, &there, err))
		return error_wrap(err, "read %s back", file->path);
	if (!there || size != file->size)
		return error_set(err, ERR_DISK, "%s isn't as long as it was written", file->path);
	return memcmp(digest, file->digest, sizeof(digest)) == 0 ||
	       error_set(err, ERR_DISK, "%s doesn't hold what was written", file->path);
}

bool staging_check(const struct staging *staging, struct error *err)
{
	for (size_t i = 0; i < staging->n; i++)
		if (!staging->files[i].folder && !check(staging->dir, &staging->files[i], err))
			return false;
	return true;
}
