/* place: the run directory, and files in it that belong to the process that reads them. */
#pragma once

#include <stdio.h>
#include <sys/types.h>

#include "lib/base/error.h"

enum { PLACE_PATH = 512 };

struct place {
	const char *root; /* absolute; borrowed */
	long uid_base;    /* 0: everything belongs to whoever runs this */
	FILE *out;        /* gets a line for each file that is made or changed */
	int lock;
};

struct path {
	char text[PLACE_PATH];
};

/* Makes the directory if it's absent and holds it for this process alone until place_close. Refuses paths that are not
 * absolute or hold characters that a configuration file would have to escape. */
bool place_open(const char *root, long uid_base, FILE *out, struct place *ret, struct error *err) _must_check_;
void place_close(struct place *place);

/* A path below the root; cut off when too long, which place_open's limit on the root excludes. */
struct path place_path(const struct place *place, const char *format, ...) _printf_(2, 3);

/* Whom files of the process with this place in the uid table belong to; 0 is root. */
uid_t place_uid(const struct place *place, unsigned offset);

bool place_exists(const char *path);
bool place_folder(const struct place *place, const char *path, mode_t mode, unsigned owner,
                  struct error *err) _must_check_;

/* Gives a plain file to its owner; never follows a link, refuses one with other names. */
bool place_own(const struct place *place, const char *path, unsigned owner, struct error *err) _must_check_;

/* Writes text unless the file says just that; then gives it to its owner. */
bool place_write(const struct place *place, const char *path, const char *text, mode_t mode, unsigned owner,
                 struct error *err) _must_check_;
void place_note(const struct place *place, const char *path);
