/* observe: the files that there should be, held against those that there are. */

#include "agent/engine/observe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/clock.h"

#include "agent/engine/apply_internal.h"

enum { READ_MAX = 1 << 20, WALK_MAX = 20000 };

/* A file that there should be. */
struct known_file {
	char path[STAGING_NAME];
	char owner_id[UUID_TEXT];
	struct file_owner owner;
	bool folder, adopted, clean; /* clean: it was right when it looked like this: */
	dev_t dev;
	ino_t ino;
	off_t size;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	struct timespec mtime;
	uint8_t digest[TOKEN_DIGEST];
};

/* Those of one object; by its place in apply's list, which only grows. */
struct known {
	struct generation generation;
	struct known_file *files;
	size_t n;
};

struct observer {
	struct known *known;
	size_t n;
	uint64_t adopted_version; /* what they were rendered with */
	struct known shared;
	struct observed last;
};

/* One look. */
struct look {
	struct observer *observer;
	struct apply *apply;
	struct adopted_round round;
	struct observed found;
	const char **paths; /* all that there should be, sorted */
	size_t n_paths;
	int dir; /* of the live generation */
	bool failed;
};

struct observer *observer_new(void)
{
	return calloc(1, sizeof(struct observer));
}

static void forget(struct known *known)
{
	free(known->files);
	*known = (struct known){ 0 };
}

void observer_free(struct observer *observer)
{
	if (!observer)
		return;
	for (size_t i = 0; i < observer->n; i++)
		forget(&observer->known[i]);
	free(observer->known);
	forget(&observer->shared);
	free(observer->last.files);
	free(observer);
}

const struct observed *observer_last(const struct observer *observer)
{
	return &observer->last;
}

void observed_digest(const struct adapter *adapter, const char *content, size_t size, char ret[static OBSERVED_DIGEST])
{
	_cleanup_buf_ struct buf neutral = { 0 };
	uint8_t digest[TOKEN_DIGEST];

	adapter->ops->mark(adapter->self, content, size, NULL, 0, &neutral);
	token_digest(neutral.data, neutral.size, digest);
	for (unsigned i = 0; i < TOKEN_DIGEST; i++)
		snprintf(ret + (size_t)2 * i, 3, "%02x", digest[i]);
}

static void add(struct look *look, enum observed_state state, bool in_tree, const char *path, const char *owner,
                const char *what)
{
	struct observed *found = &look->found;
	struct observed_file *longer;

	found->drifted += state != OBSERVED_ADOPTED;
	found->adopted += state == OBSERVED_ADOPTED;
	if (found->n == OBSERVED_MAX) {
		found->more = true;
		return;
	}
	longer = reallocarray(found->files, found->n + 1, sizeof(*longer));
	if (!longer) {
		look->failed = true;
		return;
	}
	found->files = longer;
	struct observed_file *file = &found->files[found->n++];
	*file = (struct observed_file){ .state = state, .in_tree = in_tree };
	snprintf(file->path, sizeof(file->path), "%s", path);
	memcpy(file->owner, owner, UUID_TEXT);
	snprintf(file->what, sizeof(file->what), "%s", what);
}

/* Keeps what a staging in memory holds. */
static bool keep(struct known *known, const struct staging *staging, const char *owner_id, struct error *err)
{
	struct known_file *files = calloc(staging->n + 1, sizeof(*files));

	if (!files)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (size_t i = 0; i < staging->n; i++) {
		const struct staged_file *from = &staging->files[i];
		struct known_file *to = &files[i];

		memcpy(to->path, from->path, sizeof(to->path));
		memcpy(to->owner_id, owner_id, UUID_TEXT);
		memcpy(to->digest, from->digest, sizeof(to->digest));
		to->owner = from->owner;
		to->folder = from->folder;
		to->adopted = from->adopted;
		to->size = (off_t)from->size;
	}
	free(known->files);
	known->files = files;
	known->n = staging->n;
	return true;
}

static bool know_shared(struct look *look, struct error *err)
{
	static const char nobody[UUID_TEXT] = "";
	const struct adapter *adapter = &look->apply->use.adapter;
	_cleanup_(staging_done) struct staging staging = STAGING_ASIDE;

	staging.filter = &look->round.filter;
	return adapter->ops->render_shared(adapter->self, &staging, look->apply->committed, err) &&
	       adapter->ops->render_whole(adapter->self, &staging, look->dir, look->apply->committed, err) &&
	       adopted_round_write(&look->round, &staging, err) && keep(&look->observer->shared, &staging, nobody, err);
}

static bool know_object(struct look *look, size_t i, struct error *err)
{
	const struct adapter *adapter = &look->apply->use.adapter;
	const struct object *object = &look->apply->objects[i];
	struct known *known = &look->observer->known[i];
	_cleanup_(staging_done) struct staging staging = STAGING_ASIDE;

	if (!object->served)
		forget(known);
	if (!object->served || (known->files && generation_compare(known->generation, object->generation) == 0))
		return true;
	staging.filter = &look->round.filter;
	known->generation = object->generation;
	return adapter->ops->render(adapter->self, &staging, object, err) && keep(known, &staging, object->id, err);
}

/* All files that there should be; those of an object are rendered once a generation. */
static bool know(struct look *look, struct error *err)
{
	struct observer *observer = look->observer;
	struct apply *apply = look->apply;
	struct known *longer = reallocarray(observer->known, apply->n + 1, sizeof(*longer));

	if (!longer)
		return error_set(err, ERR_INTERNAL, "out of memory");
	observer->known = longer;
	for (; observer->n < apply->n; observer->n++)
		observer->known[observer->n] = (struct known){ 0 };
	for (size_t i = 0; observer->adopted_version != apply->adopted_version && i < observer->n; i++)
		forget(&observer->known[i]);
	observer->adopted_version = apply->adopted_version;
	for (size_t i = 0; i < apply->n; i++)
		if (!know_object(look, i, err))
			return error_wrap(err, "%s", apply->objects[i].name);
	return know_shared(look, err);
}

static bool owner_is_right(const struct known_file *file, const struct stat *st)
{
	uid_t uid = file->owner.uid == (uid_t)-1 ? geteuid() : file->owner.uid;

	return (geteuid() != 0 || st->st_uid == uid) &&
	       (geteuid() != 0 || file->owner.gid == (gid_t)-1 || st->st_gid == file->owner.gid) &&
	       (st->st_mode & 07777) == file->owner.mode;
}

static bool looks_the_same(const struct known_file *file, const struct stat *st)
{
	return file->clean && file->dev == st->st_dev && file->ino == st->st_ino && file->size == st->st_size &&
	       file->mode == st->st_mode && file->uid == st->st_uid && file->gid == st->st_gid &&
	       file->mtime.tv_sec == st->st_mtim.tv_sec && file->mtime.tv_nsec == st->st_mtim.tv_nsec;
}

static bool content_is_right(const struct look *look, const struct known_file *file, const struct stat *st)
{
	uint8_t digest[TOKEN_DIGEST];
	size_t size;
	bool there;

	if (st->st_size != file->size || st->st_size > READ_MAX ||
	    !file_digest(look->dir, file->path, &size, digest, &there, NULL) || !there)
		return false;
	return memcmp(digest, file->digest, sizeof(digest)) == 0;
}

static void remember(struct known_file *file, const struct stat *st)
{
	file->clean = true;
	file->dev = st->st_dev;
	file->ino = st->st_ino;
	file->mode = st->st_mode;
	file->uid = st->st_uid;
	file->gid = st->st_gid;
	file->mtime = st->st_mtim;
}

static void check_owner(struct look *look, const struct known_file *file, const struct stat *st)
{
	char what[OBSERVED_WHAT];

	snprintf(what, sizeof(what), "owner %u:%u, mode %04o", st->st_uid, st->st_gid, st->st_mode & 07777);
	add(look, OBSERVED_OWNER, true, file->path, file->owner_id, what);
}

static void check(struct look *look, struct known_file *file)
{
	struct stat st;

	if (fstatat(look->dir, file->path, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		add(look, OBSERVED_MISSING, true, file->path, file->owner_id, "");
	} else if (file->folder ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode)) {
		add(look, OBSERVED_EDITED, true, file->path, file->owner_id,
		    file->folder ? "it is no folder" : "it is no file");
	} else if (looks_the_same(file, &st) || file->folder || content_is_right(look, file, &st)) {
		if (!owner_is_right(file, &st)) {
			check_owner(look, file, &st);
			return;
		}
		remember(file, &st);
		if (file->adopted)
			add(look, OBSERVED_ADOPTED, true, file->path, file->owner_id, "");
	} else {
		add(look, OBSERVED_EDITED, true, file->path, file->owner_id, "");
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Checks what there should be, and notes its names for the walk. */
static bool check_known(struct look *look, struct error *err)
{
	struct observer *observer = look->observer;
	size_t n = observer->shared.n;

	for (size_t i = 0; i < observer->n; i++)
		n += observer->known[i].n;
	look->paths = calloc(n + 1, sizeof(const char *));
	if (!look->paths)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (size_t i = 0; i <= observer->n; i++) {
		struct known *known = i < observer->n ? &observer->known[i] : &observer->shared;

		for (size_t j = 0; j < known->n; j++) {
			check(look, &known->files[j]);
			look->paths[look->n_paths++] = known->files[j].path;
		}
	}
	qsort(look->paths, look->n_paths, sizeof(const char *), by_name);
	return true;
}

static bool is_known(const struct look *look, const char *path)
{
	return bsearch(&path, look->paths, look->n_paths, sizeof(const char *), by_name) != NULL;
}

/* Finds what nobody has written; goes into folders that there should be, one deep. */
static void walk(struct look *look, const char *folder)
{
	const struct adapter *adapter = &look->apply->use.adapter;
	int fd = file_open_dir(look->dir, folder ? folder : ".", NULL);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	char path[OBSERVED_PATH], owner[UUID_TEXT];

	if (!dir) {
		closep(&fd);
		return;
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this call's own */
	for (unsigned n = 0; n < WALK_MAX && (entry = readdir(dir)) != NULL; n++) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "%s%s%s", folder ? folder : "", folder ? "/" : "", entry->d_name);
		if (!is_known(look, path)) {
			adapter->ops->object_of(adapter->self, path, owner);
			add(look, OBSERVED_FOREIGN, true, path, owner, entry->d_type == DT_REG ? "" : "it is no file");
		} else if (!folder && entry->d_type == DT_DIR) {
			walk(look, path);
		}
	}
	closedir(dir);
}

/* For adapter->ops->look. */
static void on_finding(void *arg, const char *path, enum adapter_state state, const char *what)
{
	static const enum observed_state states[] = { [ADAPTER_MISSING] = OBSERVED_MISSING,
		                                      [ADAPTER_FOREIGN] = OBSERVED_FOREIGN,
		                                      [ADAPTER_OWNER] = OBSERVED_OWNER };
	struct look *look = arg;
	const struct adapter *adapter = &look->apply->use.adapter;
	char owner[UUID_TEXT];

	adapter->ops->object_of(adapter->self, path, owner);
	add(look, states[state], false, path, owner, what);
}

/* What isn't a file of the generation. */
static void look_around(struct look *look)
{
	const struct apply *apply = look->apply;
	const struct adapter *adapter = &apply->use.adapter;
	uint64_t live = tree_live(apply->use.tree), serving = adapter->ops->serving(adapter->self);
	char what[OBSERVED_WHAT];

	for (size_t i = 0; i < apply->n; i++)
		if (apply->objects[i].served)
			adapter->ops->look(adapter->self, &apply->objects[i], on_finding, look);
	adapter->ops->look(adapter->self, NULL, on_finding, look);
	snprintf(what, sizeof(what), "it points to generation %" PRIu64 " instead of %" PRIu64, live, apply->committed);
	if (live != apply->committed)
		add(look, OBSERVED_EDITED, false, "live", "", what);
	snprintf(what, sizeof(what), "it serves generation %" PRIu64 " instead of %" PRIu64, serving, apply->committed);
	if (serving != apply->committed)
		add(look, OBSERVED_STALE, false, "daemon", "", what);
}

/* Whose files are concerned, among those that are listed. */
static unsigned count_resources(const struct observed *found)
{
	unsigned count = 0;

	for (size_t i = 0; i < found->n; i++) {
		const struct observed_file *file = &found->files[i];
		bool first = file->state != OBSERVED_ADOPTED && file->owner[0];

		for (size_t j = 0; j < i && first; j++)
			first = found->files[j].state == OBSERVED_ADOPTED ||
			        strcmp(found->files[j].owner, file->owner) != 0;
		count += first;
	}
	return count;
}

static bool look_at_all(struct look *look, struct error *err)
{
	struct apply *apply = look->apply;

	look->found.generation = apply->committed;
	look->found.at_ms = clock_unix_ms();
	look->dir = tree_open_generation(apply->use.tree, tree_live(apply->use.tree), NULL);
	if (!adopted_round_begin(&look->round, &apply->use.adapter, &apply->adopted, err) || !know(look, err) ||
	    !check_known(look, err))
		return false;
	if (look->dir >= 0)
		walk(look, NULL);
	look_around(look);
	look->found.resources = count_resources(&look->found);
	return !look->failed || error_set(err, ERR_INTERNAL, "out of memory");
}

bool observer_look(struct observer *observer, struct apply *apply, struct error *err)
{
	struct look look = { .observer = observer, .apply = apply, .dir = -1 };
	bool ok = look_at_all(&look, err);

	adopted_round_done(&look.round);
	closep(&look.dir);
	free(look.paths);
	if (ok) {
		free(observer->last.files);
		observer->last = look.found;
	} else {
		free(look.found.files);
	}
	return ok || error_wrap(err, "look at the live files");
}
