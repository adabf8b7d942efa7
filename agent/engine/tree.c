/* tree: folders gen-N below one descriptor, and the link. */

#include "agent/engine/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/engine/file.h"

enum { NAME = 32, KEEP_MAX = 16 };

struct tree {
	char *path;
	int dir;
	gid_t gid;
};

void tree_free(struct tree *tree)
{
	if (!tree)
		return;
	closep(&tree->dir);
	free(tree->path);
	free(tree);
}

bool tree_open(const char *path, gid_t gid, struct tree **ret, struct error *err)
{
	_cleanup_(tree_freep) struct tree *tree = calloc(1, sizeof(*tree));

	if (!tree || !(tree->path = strdup(path)))
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
		return error_set(err, ERR_INTERNAL, "out of memory");
	tree->gid = gid;
	tree->dir = -1;
	if (!file_mkdir_at(AT_FDCWD, path, (struct file_owner){ (uid_t)-1, gid, 0750 }, err))
		return false;
	tree->dir = file_open_dir(AT_FDCWD, path, err);
	if (tree->dir < 0)
		return false;
	*ret = TAKE_PTR(tree);
	return true;
}

static void name_of(uint64_t generation, char name[static NAME])
{
	if (generation == TREE_TRY)
		snprintf(name, NAME, "try");
	else if (generation == TREE_PLAN)
		snprintf(name, NAME, "plan");
	else
		snprintf(name, NAME, "gen-%" PRIu64, generation);
}

/* 0 when it isn't the name of a generation. */
static uint64_t number_of(const char *name)
{
	char back[NAME];
	uint64_t n = strncmp(name, "gen-", 4) == 0 ? strtoull(name + 4, NULL, 10) : 0;

	name_of(n, back);
	return n > 0 && n < TREE_PLAN && strcmp(back, name) == 0 ? n : 0;
}

uint64_t tree_live(const struct tree *tree)
{
	char name[NAME];
	ssize_t size = readlinkat(tree->dir, "live", name, sizeof(name) - 1);

	if (size <= 0)
		return 0;
	name[size] = '\0';
	return number_of(name);
}

bool tree_has(const struct tree *tree, uint64_t generation)
{
	char name[NAME];
	struct stat st;

	name_of(generation, name);
	return generation > 0 && fstatat(tree->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* Calls fn for each generation on the disk. */
static bool each(const struct tree *tree, void (*fn)(void *arg, uint64_t generation), void *arg, struct error *err)
{
	int fd = file_open_dir(tree->dir, ".", err);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		closep(&fd);
		return false;
	}
	while ((entry = readdir(dir))) /* NOLINT(concurrency-mt-unsafe): one reader a stream */
		if (number_of(entry->d_name) > 0)
			fn(arg, number_of(entry->d_name));
	closedir(dir);
	return true;
}

static void higher(void *arg, uint64_t generation)
{
	uint64_t *highest = arg;

	if (generation > *highest)
		*highest = generation;
}

uint64_t tree_highest(const struct tree *tree)
{
	uint64_t highest = 0;

	return each(tree, higher, &highest, NULL) ? highest : 0;
}

bool tree_begin(const struct tree *tree, uint64_t generation, int *ret, struct error *err)
{
	char name[NAME];

	name_of(generation, name);
	if (!tree_remove(tree, generation, err) ||
	    !file_mkdir_at(tree->dir, name, (struct file_owner){ (uid_t)-1, tree->gid, 0750 }, err))
		return false;
	*ret = file_open_dir(tree->dir, name, err);
	return *ret >= 0;
}

int tree_open_generation(const struct tree *tree, uint64_t generation, struct error *err)
{
	char name[NAME];

	name_of(generation, name);
	return file_open_dir(tree->dir, name, err);
}

void tree_path(const struct tree *tree, uint64_t generation, char ret[static TREE_PATH])
{
	char name[NAME];

	name_of(generation, name);
	snprintf(ret, TREE_PATH, "%s/%s", tree->path, name);
}

bool tree_sync(const struct tree *tree, struct error *err)
{
	return syncfs(tree->dir) == 0 || error_errno(err, errno, "sync %s", tree->path);
}

bool tree_switch(const struct tree *tree, uint64_t generation, struct error *err)
{
	char name[NAME];

	name_of(generation, name);
	unlinkat(tree->dir, "live.new", 0);
	if (symlinkat(name, tree->dir, "live.new") < 0 || renameat(tree->dir, "live.new", tree->dir, "live") < 0)
		return error_errno(err, errno, "switch to %s", name);
	return true;
}

bool tree_remove(const struct tree *tree, uint64_t generation, struct error *err)
{
	char name[NAME];

	name_of(generation, name);
	return file_remove_tree(tree->dir, name, err);
}

/* The newest generations, highest first; the rest is collected for deletion. */
struct tidy {
	uint64_t live, newest[KEEP_MAX], old[64];
	unsigned keep, n_newest, n_old;
};

static void sort_in(void *arg, uint64_t generation)
{
	struct tidy *tidy = arg;

	for (unsigned i = 0; i < tidy->n_newest; i++)
		if (generation > tidy->newest[i]) {
			uint64_t lower = tidy->newest[i];

			tidy->newest[i] = generation;
			generation = lower;
		}
	if (tidy->n_newest < tidy->keep)
		tidy->newest[tidy->n_newest++] = generation;
	else if (generation != tidy->live && tidy->n_old < ARRAY_SIZE(tidy->old))
		tidy->old[tidy->n_old++] = generation;
}

bool tree_tidy(const struct tree *tree, unsigned keep, struct error *err)
{
	struct tidy tidy = { .live = tree_live(tree), .keep = keep < KEEP_MAX ? keep : KEEP_MAX };

	if (!each(tree, sort_in, &tidy, err) || !tree_remove(tree, TREE_TRY, err))
		return false;
	for (unsigned i = 0; i < tidy.n_old; i++)
		if (!tree_remove(tree, tidy.old[i], err))
			return false;
	return true;
}
