/* apply: stage and test, and the search for the object that a test is refused for. */

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "agent/engine/apply_internal.h"

static const struct change *covering(const struct change *changes, size_t n, const struct object *object)
{
	for (size_t i = 0; i < n; i++)
		if (changes[i].state == CHANGE_OPEN && strcmp(changes[i].after.id, object->id) == 0)
			return &changes[i];
	return NULL;
}

/* An object that nobody changes: linked from the committed generation, rendered where that has no file of it. */
static bool carry_over(struct apply *apply, int from, bool anew, struct staging *to, const struct object *object,
                       struct error *err)
{
	const struct adapter *adapter = &apply->use.adapter;
	bool linked = false;

	if (object->anew)
		from = -1;
	if (from < 0 && anew && !adapter->ops->place(adapter->self, object, err))
		return false;
	if (from >= 0 && !adapter->ops->link(adapter->self, from, to->dir, object, &linked, err))
		return false;
	return linked || adapter->ops->render(adapter->self, to, object, err);
}

/* Whether one of the open changes wants all files written once more. */
static bool any_anew(const struct change *changes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (changes[i].state == CHANGE_OPEN && changes[i].anew)
			return true;
	return false;
}

static bool carry_all(struct apply *apply, struct staging *to, const struct change *changes, size_t n,
                      struct error *err)
{
	bool anew = any_anew(changes, n);
	bool same = !anew && apply->committed > 0 && strcmp(apply->rendered, apply->fingerprint) == 0 &&
	            tree_has(apply->use.tree, apply->committed);
	_cleanup_close_ int from = same ? tree_open_generation(apply->use.tree, apply->committed, err) : -1;

	for (size_t i = 0; i < apply->n; i++) {
		const struct object *object = &apply->objects[i];

		if (object->served && !covering(changes, n, object) && !carry_over(apply, from, anew, to, object, err))
			return error_wrap(err, "%s %s", object->kind, object->name);
	}
	return true;
}

static bool render_whole(struct apply *apply, struct staging *staging, uint64_t generation, struct error *err)
{
	const struct adapter *adapter = &apply->use.adapter;
	bool has = apply->committed > 0 && tree_has(apply->use.tree, apply->committed);
	_cleanup_close_ int from = has ? tree_open_generation(apply->use.tree, apply->committed, err) : -1;

	return (!has || from >= 0) && adapter->ops->render_whole(adapter->self, staging, from, generation, err);
}

static bool render_change(struct apply *apply, struct staging *staging, const struct change *change, struct error *err)
{
	const struct adapter *adapter = &apply->use.adapter;

	return adapter->ops->place(adapter->self, &change->after, err) &&
	       adapter->ops->render(adapter->self, staging, &change->after, err);
}

bool apply_stage(struct apply *apply, uint64_t generation, struct change *changes, size_t n, struct staging *staging,
                 struct error *err)
{
	const struct adapter *adapter = &apply->use.adapter;

	if (!apply_begin_round(apply, changes, n, err))
		return false;
	staging->filter = &apply->round.filter;
	if (!tree_begin(apply->use.tree, generation, &staging->dir, err) ||
	    !adapter->ops->render_shared(adapter->self, staging, generation, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct error why = { 0 };

		if (changes[i].state != CHANGE_OPEN || !changes[i].after.served ||
		    render_change(apply, staging, &changes[i], &why))
			continue;
		if (why.code == ERR_DISK) {
			*err = why;
			return false;
		}
		change_fail(&changes[i], &why, NULL);
	}
	return carry_all(apply, staging, changes, n, err) && render_whole(apply, staging, generation, err) &&
	       adopted_round_write(&apply->round, staging, err);
}

bool apply_test(struct apply *apply, uint64_t generation, bool sync, struct buf *words, bool *passed, struct error *err)
{
	const struct adapter *adapter = &apply->use.adapter;
	struct error disk = { 0 };
	char path[TREE_PATH];

	tree_path(apply->use.tree, generation, path);
	if (!adapter->ops->test_start(adapter->self, path, err))
		return false;
	bool synced = !sync || tree_sync(apply->use.tree, &disk);
	bool tested = adapter->ops->test_wait(adapter->self, words, passed, err);
	if (!synced)
		*err = disk;
	return synced && tested;
}

/* Whether the change is refused with the committed objects and no other change. */
static bool refused_alone(struct apply *apply, struct change *change)
{
	_cleanup_(staging_done) struct staging staging = STAGING_NONE;
	_cleanup_buf_ struct buf words = { 0 };
	struct error why = { 0 };
	bool passed = false;

	if (!apply_stage(apply, TREE_TRY, change, 1, &staging, &why) || change->state != CHANGE_OPEN ||
	    !apply_test(apply, TREE_TRY, false, &words, &passed, &why) || passed)
		return change->state != CHANGE_OPEN;
	error_set(&why, ERR_TEST_FAILED, "the daemon refused the configuration");
	change_fail(change, &why, words.data);
	return true;
}

bool apply_quarantine(struct apply *apply, struct change *changes, size_t n, const char *words)
{
	const struct adapter *adapter = &apply->use.adapter;
	char id[UUID_TEXT];
	bool found = false;

	adapter->ops->suspect(adapter->self, words, id);
	for (size_t i = 0; i < n; i++)
		if (changes[i].state == CHANGE_OPEN && strcmp(changes[i].after.id, id) == 0)
			found = refused_alone(apply, &changes[i]);
	for (size_t i = 0; i < n && !found; i++)
		if (changes[i].state == CHANGE_OPEN && changes[i].after.served)
			found = refused_alone(apply, &changes[i]);
	return found;
}
