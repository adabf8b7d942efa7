/*
 * plan: an object's files as they would be, in memory, against those that are live; and the daemon's test of them with
 * nothing beside them, in a folder of its own, which takes no longer on a node with a thousand others.
 */

#include <stdio.h>
#include <string.h>

#include "lib/base/log.h"

#include "agent/engine/apply_internal.h"
#include "agent/engine/shown.h"

struct planning {
	struct apply *apply;
	struct object wanted;
	struct object current; /* ABSENT: there is none */
	struct adopted adopted;
	struct adopted_round round;
	bool name_taken;
	struct arena *arena;
	size_t left; /* bytes that may still be shown */
};

static void planning_done(struct planning *planning)
{
	object_done(&planning->wanted);
	object_done(&planning->current);
	adopted_round_done(&planning->round);
	adopted_done(&planning->adopted);
}

static bool read_wanted(struct planning *planning, const char *id, const Stralix__V1__WebsiteState *site,
                        struct error *err)
{
	const struct adapter *adapter = &planning->apply->use.adapter;
	struct object *wanted = &planning->wanted;

	snprintf(wanted->kind, sizeof(wanted->kind), "%s", adapter->ops->kind);
	snprintf(wanted->id, sizeof(wanted->id), "%s", id);
	wanted->state = OBJECT_APPLIED;
	wanted->desired_size = protobuf_c_message_get_packed_size(&site->base);
	wanted->desired = malloc(wanted->desired_size + 1);
	if (!wanted->desired)
		return error_set(err, ERR_INTERNAL, "out of memory");
	protobuf_c_message_pack(&site->base, wanted->desired);
	return adapter->ops->read(adapter->self, wanted, err);
}

/* Copies what the worker may change. Its generation stays what it is: a mark isn't a change of a file. */
static bool read_current(struct planning *planning, struct error *err)
{
	struct apply *apply = planning->apply;
	const struct object *known;
	bool ok;

	pthread_mutex_lock(&apply->memory);
	known = apply_find(apply, planning->wanted.id);
	ok = (!known || object_copy(known, &planning->current, err)) &&
	     adopted_copy(&apply->adopted, &planning->adopted, err);
	for (size_t i = 0; planning->wanted.served && i < apply->n; i++)
		planning->name_taken =
			planning->name_taken || (&apply->objects[i] != known && apply->objects[i].served &&
		                                 object_shares_name(&apply->objects[i], &planning->wanted));
	pthread_mutex_unlock(&apply->memory);
	planning->wanted.generation = planning->current.generation;
	return ok;
}

static bool render(struct planning *planning, const struct object *object, struct staging *staging, struct error *err)
{
	const struct adapter *adapter = &planning->apply->use.adapter;

	if (!adopted_round_begin(&planning->round, adapter, &planning->adopted, err))
		return false;
	staging->filter = &planning->round.filter;
	return !object->served || adapter->ops->render(adapter->self, staging, object, err);
}

static bool drops(const struct planning *planning, const char *path)
{
	for (size_t i = 0; i < planning->round.n; i++)
		if (planning->round.uses[i].changed && strcmp(planning->round.uses[i].file->path, path) == 0)
			return true;
	return false;
}

static bool add_plan(struct planning *planning, const char *path, const char *change, const struct shown *shown,
                     Stralix__V1__PlanAnswer *answer, struct error *err)
{
	Stralix__V1__FilePlan *file = arena_alloc(planning->arena, sizeof(*file));

	if (!file)
		return error_set(err, ERR_TOO_LARGE, "no room for the plan");
	stralix__v1__file_plan__init(file);
	file->path = shown_text(path, planning->arena);
	file->change = (char *)(uintptr_t)change;
	file->diff = shown->diff;
	file->cut = shown->cut;
	file->secret = shown->secret;
	file->drops_adopted = drops(planning, path);
	answer->files[answer->n_files++] = file;
	return file->path || error_set(err, ERR_TOO_LARGE, "no room for the plan");
}

/* Of a secret: that it is another one, and nothing more. */
static bool compare_secret(struct planning *planning, int live, const char *path, const struct staged_file *wanted,
                           Stralix__V1__PlanAnswer *answer, struct error *err)
{
	const struct shown nothing = { .secret = true, .diff = (char *)(uintptr_t) "" };
	uint8_t digest[TOKEN_DIGEST];
	bool there = false;
	size_t size;

	if (live >= 0 && !file_digest(live, path, &size, digest, &there, err))
		return false;
	if (there == (wanted != NULL) && (!there || memcmp(digest, wanted->digest, sizeof(digest)) == 0))
		return true;
	return add_plan(planning, path, !there ? "added" : wanted ? "changed" : "removed", &nothing, answer, err);
}

/* One file, live and wanted (NULL: it wouldn't be there); nothing is appended when they are the same. */
static bool compare(struct planning *planning, int live, const char *path, const struct staged_file *wanted,
                    Stralix__V1__PlanAnswer *answer, struct error *err)
{
	const struct adapter *adapter = &planning->apply->use.adapter;
	_cleanup_buf_ struct buf content = { 0 }, a = { 0 }, b = { 0 };
	struct shown shown;
	bool there = false;

	if (live >= 0 && !file_read_beneath(live, path, DIFF_TEXT, &content, &there, err))
		return false;
	adapter->ops->mark(adapter->self, content.data, content.size, NULL, 0, &a);
	if (wanted)
		adapter->ops->mark(adapter->self, wanted->data, wanted->size, NULL, 0, &b);
	if (there == (wanted != NULL) && a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0))
		return true;
	const struct diff_text from = { there ? content.data ? content.data : "" : NULL, content.size };
	const struct diff_text to = { wanted ? wanted->data : NULL, wanted ? wanted->size : 0 };
	if (!shown_diff(adapter, path, from, to, &planning->left, planning->arena, &shown, err))
		return false;
	return add_plan(planning, path, !there ? "added" : wanted ? "changed" : "removed", &shown, answer, err);
}

/* The files that there would be, and then those that there would be no more. */
static bool compare_all(struct planning *planning, Stralix__V1__PlanAnswer *answer, struct error *err)
{
	const struct tree *tree = planning->apply->use.tree;
	_cleanup_(staging_done) struct staging was = STAGING_ASIDE, will = STAGING_ASIDE;
	_cleanup_close_ int live = tree_open_generation(tree, tree_live(tree), NULL);
	bool ok = render(planning, &planning->current, &was, err) && render(planning, &planning->wanted, &will, err);

	answer->files = arena_alloc(planning->arena, (was.n + will.n + 1) * sizeof(Stralix__V1__FilePlan *));
	if (ok && !answer->files)
		return error_set(err, ERR_TOO_LARGE, "no room for the plan");
	for (size_t i = 0; ok && i < will.n; i++)
		ok = will.files[i].folder || (will.files[i].secret ? compare_secret : compare)(
						     planning, live, will.files[i].path, &will.files[i], answer, err);
	for (size_t i = 0; ok && i < was.n; i++)
		ok = was.files[i].folder || staging_find(&will, was.files[i].path) ||
		     (was.files[i].secret ? compare_secret : compare)(planning, live, was.files[i].path, NULL, answer,
		                                                      err);
	return ok;
}

/* The main file and the object's own: what the daemon says of these it would say of the whole. */
static bool stage_alone(struct planning *planning, struct error *err)
{
	struct apply *apply = planning->apply;
	const struct adapter *adapter = &apply->use.adapter;
	_cleanup_(staging_done) struct staging staging = STAGING_ASIDE;

	return tree_begin(apply->use.tree, TREE_PLAN, &staging.dir, err) &&
	       adapter->ops->render_shared(adapter->self, &staging, 1, err) &&
	       render(planning, &planning->wanted, &staging, err) &&
	       adapter->ops->render_whole(adapter->self, &staging, -1, 1, err);
}

static bool test(struct planning *planning, Stralix__V1__PlanAnswer *answer, struct error *err)
{
	struct apply *apply = planning->apply;
	const struct adapter *adapter = &apply->use.adapter;
	_cleanup_buf_ struct buf words = { 0 };
	char path[TREE_PATH];
	bool passed = false;

	tree_path(apply->use.tree, TREE_PLAN, path);
	if (!stage_alone(planning, err) || !adapter->ops->test_alone(adapter->self, path, &words, &passed, err))
		return false;
	if (!passed && !answer->words[0])
		answer->words = shown_text(words.data ? words.data : "", planning->arena);
	answer->passed = passed && !planning->name_taken;
	return answer->words || error_set(err, ERR_TOO_LARGE, "no room for the daemon's words");
}

static bool plan(struct planning *planning, Stralix__V1__PlanAnswer *answer, struct error *err)
{
	static const char taken[] = "Another website on this node has a name of this one.";
	struct apply *apply = planning->apply;
	struct error why = { 0 };

	answer->passed = true;
	if (planning->name_taken)
		answer->words = (char *)(uintptr_t)taken;
	if (!compare_all(planning, answer, err))
		return false;
	if (!planning->wanted.served)
		return true;
	pthread_mutex_lock(&apply->plan);
	bool ok = test(planning, answer, err);
	if (!tree_remove(apply->use.tree, TREE_PLAN, &why))
		log_failure(LOG_WARN_, &why, "removing a plan");
	pthread_mutex_unlock(&apply->plan);
	return ok;
}

bool apply_plan(struct apply *apply, const char *id, const Stralix__V1__WebsiteState *site, struct arena *arena,
                Stralix__V1__PlanAnswer *answer, struct error *err)
{
	struct planning planning = { .apply = apply, .arena = arena, .left = SHOWN_TOTAL };
	bool ok = read_wanted(&planning, id, site, err) && read_current(&planning, err) && plan(&planning, answer, err);

	planning_done(&planning);
	return ok;
}
