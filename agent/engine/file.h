/* file: reading and writing the engine's own files. None of these follows a path that a customer controls. */
#pragma once

#include <sys/types.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"

/* Appends a file of at most max bytes. */
bool file_read(const char *path, size_t max, struct buf *out, struct error *err) _must_check_;

/* Appends a regular file of at most max bytes beneath dirfd; the path follows no link. *there false: it isn't there.
 * ERR_CONFLICT: something else is; ERR_TOO_LARGE. */
bool file_read_beneath(int dirfd, const char *path, size_t max, struct buf *out, bool *there,
                       struct error *err) _must_check_;

/* Size and SHA-256 of such a file; nothing of it stays in memory. */
bool file_digest(int dirfd, const char *path, size_t *ret_size, uint8_t ret[static 32], bool *there,
                 struct error *err) _must_check_;

/* Who owns a new file; uid or gid -1 leaves it to the process. */
struct file_owner {
	uid_t uid;
	gid_t gid;
	mode_t mode;
};

/* Makes a new file beneath dirfd, whole under its name or not there; fails when the name exists. No sync. */
bool file_write_at(int dirfd, const char *name, const void *data, size_t size, struct file_owner owner,
                   struct error *err) _must_check_;

/* Makes a folder beneath dirfd with exactly this owner and mode; one that is there already is set right. */
bool file_mkdir_at(int dirfd, const char *name, struct file_owner owner, struct error *err) _must_check_;

/* Opens a folder; -1 with err. */
int file_open_dir(int dirfd, const char *name, struct error *err);

/* Deletes a folder of the engine's own and all in it; one that isn't there is fine. Symbolic links are not followed. */
bool file_remove_tree(int dirfd, const char *name, struct error *err) _must_check_;
