/*
 * staging: a generation while it is written: its folder, and what each file in it must hold. Before it goes live the
 * files are read once more: what the disk gives back has to be what was written. Files that are linked from the
 * generation before were read when that one went live.
 */
#pragma once

#include "agent/engine/file.h"

struct staging {
	int dir; /* -1: none */
	struct staged_file *files;
	size_t n, capacity;
};
#define STAGING_NONE ((struct staging){ .dir = -1 })

void staging_done(struct staging *staging);

/* Makes a new file; folder is one beneath the generation's, or NULL. */
bool staging_write(struct staging *staging, const char *folder, const char *name, const void *data, size_t size,
                   struct file_owner owner, struct error *err) _must_check_;

/* Reads all that was written; ERR_DISK names the first file that isn't as it was written. */
bool staging_check(const struct staging *staging, struct error *err) _must_check_;
