/*
 * tree: a daemon's generations. Immutable folders gen-N, and a link `live` to one of them that is replaced by one
 * rename. Files go from one generation to the next as hard links and are never written in place.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "lib/base/error.h"

struct tree;

enum { TREE_PATH = 4096 };
#define TREE_TRY UINT64_MAX        /* a generation that is only tested, */
#define TREE_PLAN (UINT64_MAX - 1) /* or only looked at */

/* gid: may read the generations (for the sandbox). */
bool tree_open(const char *path, gid_t gid, struct tree **ret, struct error *err) _must_check_;
void tree_free(struct tree *tree);
DEFINE_CLEANUP(struct tree *, tree_free)

/* The generation that `live` names; 0: none. */
uint64_t tree_live(const struct tree *tree);
uint64_t tree_highest(const struct tree *tree); /* on the disk; 0: none */
bool tree_has(const struct tree *tree, uint64_t generation);

/* A new, empty folder; what was there under the name goes. *ret is a descriptor for the caller to close. */
bool tree_begin(const struct tree *tree, uint64_t generation, int *ret, struct error *err) _must_check_;
int tree_open_generation(const struct tree *tree, uint64_t generation, struct error *err); /* -1 */
void tree_path(const struct tree *tree, uint64_t generation, char ret[static TREE_PATH]);

/* Forces all that was written to the file system of the tree. ERR_DISK. */
bool tree_sync(const struct tree *tree, struct error *err) _must_check_;

/* Makes a generation live, atomically. */
bool tree_switch(const struct tree *tree, uint64_t generation, struct error *err) _must_check_;

/* Deletes a generation; or all but the live one and the newest `keep`. */
bool tree_remove(const struct tree *tree, uint64_t generation, struct error *err) _must_check_;
bool tree_tidy(const struct tree *tree, unsigned keep, struct error *err) _must_check_;
