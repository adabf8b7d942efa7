/* keys_store: the files. What uses a key has a hard link to it; when the last one went, or when it was asked for, its
 * change time says. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/engine/keys_internal.h"

#define KEY ".key"
#define CSR ".csr"

void keys_name(const char *certificate_id, char ret[static KEYS_NAME])
{
	snprintf(ret, KEYS_NAME, "%.36s" KEY, certificate_id);
}

int keys_folder(const struct keys *keys, const char *website_id)
{
	return openat(keys->dir, website_id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int keys_make_folder(struct keys *keys, const char *website_id, struct error *err)
{
	struct file_owner owner = keys->owner;
	int folder = keys_folder(keys, website_id);

	if (folder >= 0)
		return folder;
	owner.mode = 0710;
	if (!file_mkdir_at(keys->dir, website_id, owner, err))
		return -1;
	if (fsync(keys->dir) < 0) {
		error_errno(err, errno, "keep the folder of keys");
		return -1;
	}
	return file_open_dir(keys->dir, website_id, err);
}

static bool read_secret(struct keys *keys, int fd)
{
	ssize_t got;

	keys->secret_size = 0;
	while ((got = read(fd, keys->secret + keys->secret_size, KEYS_SECRET - keys->secret_size)) > 0)
		keys->secret_size += (size_t)got;
	return got == 0 && keys->secret_size > 0;
}

bool keys_load(struct keys *keys, int folder, const char *certificate_id, bool *there, struct error *err)
{
	char name[KEYS_NAME];

	keys_name(certificate_id, name);
	_cleanup_close_ int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	*there = fd >= 0;
	if (fd < 0)
		return errno == ENOENT || error_errno(err, errno, "open a key");
	return read_secret(keys, fd) ||
	       error_set(err, ERR_DISK, "the key of certificate %s can't be read", certificate_id);
}

static bool put(int fd, const uint8_t *data, size_t size, struct file_owner owner)
{
	while (size > 0) {
		ssize_t done = write(fd, data, size);

		if (done < 0 && errno != EINTR)
			return false;
		data += done > 0 ? done : 0;
		size -= done > 0 ? (size_t)done : 0;
	}
	return (geteuid() != 0 || fchown(fd, owner.uid, owner.gid) == 0) && fchmod(fd, owner.mode) == 0 &&
	       fsync(fd) == 0;
}

bool keys_save(struct keys *keys, int folder, const char *name, const void *data, size_t size, struct error *err)
{
	char fresh[KEYS_NAME + 8];

	snprintf(fresh, sizeof(fresh), ".%s.new", name);
	unlinkat(folder, fresh, 0);
	_cleanup_close_ int fd = openat(folder, fresh, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || !put(fd, data, size, keys->owner) || renameat(folder, fresh, folder, name) < 0 ||
	    fsync(folder) < 0) {
		int why = errno;

		unlinkat(folder, fresh, 0);
		return error_errno(err, why, "store a key");
	}
	return true;
}

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Reads a folder of its own descriptor; NULL with errno. */
static DIR *open_list(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		closep(&fd);
	return dir;
}

static bool ends_with(const char *name, const char *end)
{
	size_t size = strlen(name), length = strlen(end);

	return size > length && strcmp(name + size - length, end) == 0;
}

static void drop(int folder, const char *key)
{
	char csr[KEYS_NAME];

	snprintf(csr, sizeof(csr), "%.36s" CSR, key);
	unlinkat(folder, key, 0);
	unlinkat(folder, csr, 0);
}

/* How many keys nothing uses, and the one of them that has waited longest. */
static unsigned count_unused(int folder, char oldest[static KEYS_NAME])
{
	_cleanup_(closedirp) DIR *dir = open_list(folder);
	struct timespec when = { 0 };
	unsigned n = 0;
	struct stat st;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this call's own */
	for (const struct dirent *entry; dir && (entry = readdir(dir));) {
		if (entry->d_name[0] == '.' || !ends_with(entry->d_name, KEY) ||
		    fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_nlink > 1)
			continue;
		if (n++ == 0 || st.st_ctim.tv_sec < when.tv_sec ||
		    (st.st_ctim.tv_sec == when.tv_sec && st.st_ctim.tv_nsec < when.tv_nsec)) {
			when = st.st_ctim;
			snprintf(oldest, KEYS_NAME, "%.*s", KEYS_NAME - 1, entry->d_name);
		}
	}
	return n;
}

bool keys_trim(int folder, struct error *err)
{
	char oldest[KEYS_NAME];

	for (unsigned n = count_unused(folder, oldest); n >= KEYS_UNUSED; n--) {
		drop(folder, oldest);
		if (count_unused(folder, oldest) >= n)
			return error_set(err, ERR_DISK, "a key that nothing uses can't be deleted");
	}
	return true;
}

/* One look over all folders. */
struct sweep {
	const struct keys_used *used;
	size_t n;
	int64_t now_s;
};

static bool is_used(const struct sweep *sweep, const char *website_id, const char *name)
{
	for (size_t i = 0; i < sweep->n; i++)
		if (strcmp(sweep->used[i].website_id, website_id) == 0 &&
		    strncmp(sweep->used[i].certificate_id, name, UUID_TEXT - 1) == 0)
			return true;
	return false;
}

/* A key, or what was left of writing one. */
static bool is_over(const struct sweep *sweep, int folder, const char *website_id, const char *name)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || sweep->now_s - st.st_ctim.tv_sec < KEYS_UNUSED_S)
		return false;
	if (name[0] == '.')
		return ends_with(name, ".new");
	return ends_with(name, KEY) && st.st_nlink == 1 && !is_used(sweep, website_id, name);
}

static void sweep_folder(const struct sweep *sweep, const struct keys *keys, const char *website_id)
{
	_cleanup_close_ int folder = keys_folder(keys, website_id);
	_cleanup_(closedirp) DIR *dir = folder < 0 ? NULL : open_list(folder);

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this call's own */
	for (const struct dirent *entry; dir && (entry = readdir(dir));)
		if (is_over(sweep, folder, website_id, entry->d_name))
			drop(folder, entry->d_name);
	unlinkat(keys->dir, website_id, AT_REMOVEDIR); /* when it is empty */
}

bool keys_sweep(struct keys *keys, const struct keys_used *used, size_t n, int64_t now_s, struct error *err)
{
	const struct sweep sweep = { used, n, now_s };
	struct uuid id;

	pthread_mutex_lock(&keys->lock);
	_cleanup_(closedirp) DIR *dir = open_list(keys->dir);
	bool ok = dir || error_errno(err, errno, "read the folder of keys");
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this call's own */
	for (const struct dirent *entry; dir && (entry = readdir(dir));)
		if (uuid_parse(entry->d_name, &id))
			sweep_folder(&sweep, keys, entry->d_name);
	pthread_mutex_unlock(&keys->lock);
	return ok;
}

bool keys_purge(struct keys *keys, const char *website_id, struct error *err)
{
	pthread_mutex_lock(&keys->lock);
	bool ok = file_remove_tree(keys->dir, website_id, err);
	pthread_mutex_unlock(&keys->lock);
	return ok;
}
