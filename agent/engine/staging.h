/*
 * staging: a generation while it is written: its folder, and what each file in it must hold. Before it goes live the
 * files are read once more: what the disk gives back has to be what was written. Files that are linked from the
 * generation before were read when that one went live. Without a folder nothing is written: the files are kept in
 * memory, to see what a generation would hold.
 */
#pragma once

#include "lib/token/token.h"

#include "agent/engine/file.h"

enum { STAGING_NAME = 96 };

struct staged_file {
	char path[STAGING_NAME]; /* beneath the generation's folder */
	bool folder;
	bool adopted; /* the filter's content, not the adapter's */
	bool secret;  /* not kept in memory, not shown */
	struct file_owner owner;
	char *data; /* owned; NULL unless in memory */
	size_t size;
	uint8_t digest[TOKEN_DIGEST];
};

/* May put other content in the place of what the adapter writes: *replaced, and appended to out. */
struct staging_filter {
	bool (*replace)(void *arg, const char *path, const void *data, size_t size, struct buf *out, bool *replaced,
	                struct error *err);
	void *arg;
};

struct staging {
	int dir;                             /* -1: none, in memory */
	bool aside;                          /* to look at: nothing of it goes live, nothing is noted of it elsewhere */
	const struct staging_filter *filter; /* borrowed; NULL: none */
	struct staged_file *files;
	size_t n, capacity;
};
#define STAGING_NONE ((struct staging){ .dir = -1 })
#define STAGING_ASIDE ((struct staging){ .dir = -1, .aside = true })

void staging_done(struct staging *staging);

/* Makes a new file; folder is one beneath the generation's, or NULL. data may be followed by a NUL or not. */
bool staging_write(struct staging *staging, const char *folder, const char *name, const void *data, size_t size,
                   struct file_owner owner, struct error *err) _must_check_;
bool staging_mkdir(struct staging *staging, const char *name, struct file_owner owner, struct error *err) _must_check_;

/* The same of a secret, which goes by no filter: another name for a file that is there, or what there would be. */
bool staging_link(struct staging *staging, const char *folder, const char *name, int from, const char *from_name,
                  struct file_owner owner, struct error *err) _must_check_;
bool staging_write_secret(struct staging *staging, const char *folder, const char *name, const void *data, size_t size,
                          struct file_owner owner, struct error *err) _must_check_;

const struct staged_file *staging_find(const struct staging *staging, const char *path); /* NULL: it isn't there */

/* Reads all that was written; ERR_DISK names the first file that isn't as it was written. */
bool staging_check(const struct staging *staging, struct error *err) _must_check_;
