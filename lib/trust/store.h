/* store: files that are there whole or not at all. */
#pragma once

#include <sys/types.h>

#include "lib/base/error.h"

/* Writes beside path, syncs and renames over it; a symbolic link at path is replaced, never followed. */
bool store_write(const char *path, const void *data, size_t size, mode_t mode, struct error *err) _must_check_;

/* Reads a file of at most max bytes into a malloc'd text with a NUL behind it. ERR_NOT_FOUND when it's absent,
 * ERR_INTERNAL when it isn't a plain file. ret_size may be NULL. */
bool store_read(const char *path, size_t max, char **ret, size_t *ret_size, struct error *err) _must_check_;
