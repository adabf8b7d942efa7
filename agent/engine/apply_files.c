/* apply: orders about files: what is adopted, what goes back, and what that makes of a generation's files. */

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "agent/engine/apply_internal.h"
#include "agent/engine/order.h"

/* What the panel would write: the object's files, or those that are nobody's. */
static bool render_own(struct apply *apply, const struct change *change, struct staging *staging, struct error *err)
{
	const struct adapter *adapter = &apply->use.adapter;
	_cleanup_close_ int live = tree_open_generation(apply->use.tree, tree_live(apply->use.tree), err);

	return live >= 0 && adapter->ops->render_shared(adapter->self, staging, apply->committed, err) &&
	       adapter->ops->render_whole(adapter->self, staging, live, apply->committed, err) &&
	       (!change->after.served || adapter->ops->render(adapter->self, staging, &change->after, err));
}

static bool check_owner(const struct apply *apply, const struct change *change, const char *path, struct error *err)
{
	const struct adapter *adapter = &apply->use.adapter;
	bool of_node = strcmp(change->after.kind, ORDER_NODE) == 0;
	char owner[UUID_TEXT];

	adapter->ops->object_of(adapter->self, path, owner);
	if (of_node ? owner[0] == '\0' : strcmp(owner, change->after.id) == 0)
		return true;
	return error_field(err, "files", "owner",
	                   of_node ? "The file %s is a website's: say it there." : "The file %s isn't this website's.",
	                   path);
}

/* The live file, as it was when somebody looked at it. */
static bool read_live(struct apply *apply, const Stralix__V1__FileChoice *choice, struct buf *content,
                      struct error *err)
{
	const struct adapter *adapter = &apply->use.adapter;
	_cleanup_close_ int live = tree_open_generation(apply->use.tree, tree_live(apply->use.tree), err);
	_cleanup_buf_ struct buf shown = { 0 };
	char digest[OBSERVED_DIGEST];
	bool there;

	if (!adapter->ops->show(adapter->self, choice->path, "", 0, &shown))
		return error_field(err, "files", "secret", "A file with secrets can't be adopted.");
	if (live < 0 || !file_read_beneath(live, choice->path, ADOPTED_SIZE, content, &there, err))
		return false;
	if (!there)
		return error_set(err, ERR_CONFLICT, "There is no file %s any more.", choice->path);
	if (!adapter->ops->show(adapter->self, choice->path, content->data, content->size, &shown))
		return error_field(err, "files", "secret", "A file with secrets can't be adopted.");
	if (memchr(content->data, '\0', content->size))
		return error_field(err, "files", "text", "The file %s isn't text.", choice->path);
	observed_digest(adapter, content->data, content->size, digest);
	return strcmp(digest, choice->digest) == 0 ||
	       error_set(err, ERR_CONFLICT, "The file %s has changed since it was looked at.", choice->path);
}

/* Whether the panel has a file there, or at least the folder. */
static bool find_base(const struct apply *apply, const struct staging *own, struct adopted_file *file,
                      struct error *err)
{
	const struct adapter *adapter = &apply->use.adapter;
	const struct staged_file *written = staging_find(own, file->path), *place;
	_cleanup_buf_ struct buf neutral = { 0 };
	const char *slash = strchr(file->path, '/');
	char folder[STAGING_NAME];

	file->has_base = written && !written->folder;
	if (file->has_base) {
		adapter->ops->mark(adapter->self, written->data, written->size, NULL, 0, &neutral);
		token_digest(neutral.data, neutral.size, file->base);
		return !buf_failed(&neutral) || error_set(err, ERR_INTERNAL, "out of memory");
	}
	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - file->path) : 0, file->path);
	place = slash ? staging_find(own, folder) : NULL;
	return (!slash || (place && place->folder && !strchr(slash + 1, '/'))) ||
	       error_field(err, "files", "folder", "The panel has no folder for %s.", file->path);
}

static bool adopt_one(struct apply *apply, struct change *change, const Stralix__V1__FileOrder *order,
                      const Stralix__V1__FileChoice *choice, const struct staging *own, struct error *err)
{
	struct adopted_file file = { .at_ms = clock_unix_ms() };
	_cleanup_buf_ struct buf content = { 0 };

	snprintf(file.path, sizeof(file.path), "%s", choice->path);
	snprintf(file.actor, sizeof(file.actor), "%s", order->actor);
	if (strcmp(change->after.kind, ORDER_NODE) != 0)
		snprintf(file.owner, sizeof(file.owner), "%s", change->after.id);
	if (!check_owner(apply, change, file.path, err) || !read_live(apply, choice, &content, err) ||
	    !find_base(apply, own, &file, err))
		return false;
	file.content = content.data;
	file.size = content.size;
	return adopted_put(&change->adopts, &file, err);
}

static bool adopt(struct apply *apply, struct change *change, const Stralix__V1__FileOrder *order, struct error *err)
{
	_cleanup_(staging_done) struct staging own = STAGING_ASIDE;
	bool ok = render_own(apply, change, &own, err);

	for (size_t i = 0; ok && i < order->n_files; i++)
		ok = adopt_one(apply, change, order, order->files[i], &own, err);
	return ok && ((apply->adopted.n + change->adopts.n <= ADOPTED_MAX) ||
	              error_set(err, ERR_QUOTA, "a node keeps at most %d adopted files", ADOPTED_MAX));
}

static bool restore(struct apply *apply, struct change *change, const Stralix__V1__FileOrder *order, struct error *err)
{
	change->anew = strcmp(change->after.kind, ORDER_NODE) == 0;
	change->restores_all = !change->anew && order->n_files == 0;
	change->restores = calloc(order->n_files + 1, sizeof(*change->restores));
	if (!change->restores)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (size_t i = 0; i < order->n_files; i++) {
		if (!check_owner(apply, change, order->files[i]->path, err))
			return false;
		snprintf(change->restores[change->n_restores++], STAGING_NAME, "%s", order->files[i]->path);
	}
	return true;
}

bool apply_read_order(struct apply *apply, struct change *change, struct error *why)
{
	const struct adapter *adapter = &apply->use.adapter;
	_cleanup_(arena_freep) struct arena *arena = arena_new(ORDER_ARENA);
	const struct task *task = change->task;
	Stralix__V1__FileOrder *order;

	if (!arena)
		return error_set(why, ERR_INTERNAL, "out of memory");
	if (!order_read(task->desired, task->desired_size, task->verb, &change->after, arena, &order, why) ||
	    (change->after.desired && !adapter->ops->read(adapter->self, &change->after, why)))
		return false;
	return strcmp(task->verb, "adopt") == 0 ? adopt(apply, change, order, why) : restore(apply, change, order, why);
}

static bool goes_back(const struct change *change, const struct adopted_file *file)
{
	bool own = strcmp(file->owner, change->after.id) == 0;

	for (size_t i = 0; i < change->n_restores; i++)
		if (strcmp(change->restores[i], file->path) == 0)
			return true;
	return own && (change->restores_all || change->after.state == OBJECT_REMOVED);
}

bool apply_begin_round(struct apply *apply, const struct change *changes, size_t n, struct error *err)
{
	struct adopted_round *round = &apply->round;

	if (!adopted_round_begin(round, &apply->use.adapter, &apply->adopted, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct change *change = &changes[i];

		if (change->state != CHANGE_OPEN)
			continue;
		for (size_t j = 0; j < round->n; j++)
			if (goes_back(change, round->uses[j].file))
				round->uses[j].dropped = true;
		for (size_t j = 0; j < change->adopts.n; j++)
			if (!adopted_round_add(round, &change->adopts.files[j], err))
				return false;
	}
	return true;
}

void apply_tell_dropped(const struct apply *apply, struct change *changes, size_t n)
{
	for (size_t i = 0; i < apply->round.n; i++) {
		const struct adopted_use *use = &apply->round.uses[i];
		char words[512];

		if (!use->changed)
			continue;
		snprintf(words, sizeof(words),
		         "%s is the panel's again: what it writes there has changed since %s adopted it.",
		         use->file->path, use->file->actor[0] ? use->file->actor : "somebody");
		log_write(LOG_INFO_, (struct log_field[]){ { "path", use->file->path }, { NULL, NULL } },
		          "an adopted file is dropped");
		for (size_t j = 0; j < n; j++)
			if (changes[j].state == CHANGE_OPEN && strcmp(changes[j].after.id, use->file->owner) == 0) {
				steps_begin(&changes[j].steps, "release");
				steps_end(&changes[j].steps, true, words);
			}
	}
}

bool apply_remember_round(struct apply *apply, struct error *err)
{
	struct adopted kept = { 0 };

	for (size_t i = 0; i < apply->round.n; i++)
		apply->adopted_version += apply->round.uses[i].dropped || apply->round.uses[i].fresh;
	for (size_t i = 0; i < apply->round.n; i++)
		if (!apply->round.uses[i].dropped && !adopted_put(&kept, apply->round.uses[i].file, err)) {
			adopted_done(&kept);
			return false;
		}
	adopted_round_done(&apply->round);
	pthread_mutex_lock(&apply->memory);
	adopted_done(&apply->adopted);
	apply->adopted = kept;
	pthread_mutex_unlock(&apply->memory);
	return true;
}
