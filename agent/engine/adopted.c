/* adopted: the list, and the filter that puts adopted files in the place of what is rendered. */

#include "agent/engine/adopted.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/engine/adapter.h"

static void file_done(struct adopted_file *file)
{
	free(file->content);
	*file = (struct adopted_file){ 0 };
}

void adopted_done(struct adopted *adopted)
{
	for (size_t i = 0; i < adopted->n; i++)
		file_done(&adopted->files[i]);
	free(adopted->files);
	*adopted = (struct adopted){ 0 };
}

const struct adopted_file *adopted_find(const struct adopted *adopted, const char *path)
{
	for (size_t i = 0; i < adopted->n; i++)
		if (strcmp(adopted->files[i].path, path) == 0)
			return &adopted->files[i];
	return NULL;
}

bool adopted_put(struct adopted *adopted, const struct adopted_file *file, struct error *err)
{
	struct adopted_file *longer, copy = *file;

	if (adopted->n >= ADOPTED_MAX)
		return error_set(err, ERR_QUOTA, "a node keeps at most %d adopted files", ADOPTED_MAX);
	longer = reallocarray(adopted->files, adopted->n + 1, sizeof(*longer));
	if (longer)
		adopted->files = longer;
	copy.content = malloc(file->size + 1);
	if (!longer || !copy.content) {
		free(copy.content);
		return error_set(err, ERR_INTERNAL, "out of memory");
	}
	if (file->size > 0)
		memcpy(copy.content, file->content, file->size);
	copy.content[file->size] = '\0';
	adopted_remove(adopted, file->path);
	adopted->files[adopted->n++] = copy;
	return true;
}

bool adopted_copy(const struct adopted *from, struct adopted *to, struct error *err)
{
	for (size_t i = 0; i < from->n; i++)
		if (!adopted_put(to, &from->files[i], err))
			return false;
	return true;
}

void adopted_remove(struct adopted *adopted, const char *path)
{
	for (size_t i = 0; i < adopted->n; i++)
		if (strcmp(adopted->files[i].path, path) == 0) {
			file_done(&adopted->files[i]);
			adopted->files[i] = adopted->files[--adopted->n];
			return;
		}
}

static struct adopted_use *find_use(const struct adopted_round *round, const char *path)
{
	for (size_t i = 0; i < round->n; i++)
		if (!round->uses[i].dropped && strcmp(round->uses[i].file->path, path) == 0)
			return &round->uses[i];
	return NULL;
}

/* Whether what the panel would write is still what it was. */
static bool is_base(const struct adopted_round *round, const struct adopted_file *file, const void *data, size_t size,
                    bool *ret, struct error *err)
{
	const struct adapter *adapter = round->adapter;
	_cleanup_buf_ struct buf neutral = { 0 };
	uint8_t digest[TOKEN_DIGEST];

	adapter->ops->mark(adapter->self, data, size, NULL, 0, &neutral);
	if (buf_failed(&neutral))
		return error_set(err, ERR_INTERNAL, "out of memory");
	token_digest(neutral.data, neutral.size, digest);
	*ret = file->has_base && memcmp(digest, file->base, sizeof(digest)) == 0;
	return true;
}

static bool replace(void *arg, const char *path, const void *data, size_t size, struct buf *out, bool *replaced,
                    struct error *err)
{
	struct adopted_round *round = arg;
	const struct adapter *adapter = round->adapter;
	struct adopted_use *use = find_use(round, path);

	*replaced = false;
	if (!use)
		return true;
	if (!is_base(round, use->file, data, size, replaced, err))
		return false;
	if (!*replaced) {
		use->dropped = use->changed = true;
		return true;
	}
	adapter->ops->mark(adapter->self, use->file->content, use->file->size, data, size, out);
	return !buf_failed(out) || error_set(err, ERR_INTERNAL, "out of memory");
}

bool adopted_round_add(struct adopted_round *round, const struct adopted_file *file, struct error *err)
{
	struct adopted_use *before = find_use(round, file->path), *longer;

	if (before)
		before->dropped = true;
	longer = reallocarray(round->uses, round->n + 1, sizeof(*longer));
	if (!longer)
		return error_set(err, ERR_INTERNAL, "out of memory");
	round->uses = longer;
	round->uses[round->n++] = (struct adopted_use){ .file = file, .fresh = true };
	return true;
}

bool adopted_round_begin(struct adopted_round *round, const struct adapter *adapter, const struct adopted *adopted,
                         struct error *err)
{
	adopted_round_done(round);
	round->adapter = adapter;
	round->filter = (struct staging_filter){ .replace = replace, .arg = round };
	for (size_t i = 0; adopted && i < adopted->n; i++) {
		if (!adopted_round_add(round, &adopted->files[i], err))
			return false;
		round->uses[i].fresh = false;
	}
	return true;
}

void adopted_round_done(struct adopted_round *round)
{
	free(round->uses);
	*round = (struct adopted_round){ 0 };
}

static bool write_use(struct adopted_round *round, struct staging *staging, const struct adopted_file *file,
                      struct error *err)
{
	const struct adapter *adapter = round->adapter;
	char folder[STAGING_NAME];
	const char *slash = strchr(file->path, '/');

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - file->path) : 0, file->path);
	return staging_write(staging, slash ? folder : NULL, slash ? slash + 1 : file->path, file->content, file->size,
	                     adapter->ops->owner(adapter->self), err);
}

bool adopted_round_write(struct adopted_round *round, struct staging *staging, struct error *err)
{
	const struct staging_filter *filter = staging->filter;
	struct stat st;
	bool ok = true;

	staging->filter = NULL;
	for (size_t i = 0; ok && i < round->n; i++) {
		struct adopted_use *use = &round->uses[i];

		if (use->dropped || use->file->has_base)
			continue;
		use->dropped = use->changed =
			staging_find(staging, use->file->path) ||
			(staging->dir >= 0 && fstatat(staging->dir, use->file->path, &st, AT_SYMLINK_NOFOLLOW) == 0);
		if (use->dropped)
			continue;
		ok = write_use(round, staging, use->file, err);
		if (ok)
			staging->files[staging->n - 1].adopted = true;
	}
	staging->filter = filter;
	return ok;
}
