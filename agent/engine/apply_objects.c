/* apply: the objects in memory. */

#include <stdlib.h>
#include <string.h>

#include "agent/engine/apply_internal.h"
#include "agent/engine/order.h"

void apply_free(struct apply *apply)
{
	if (!apply)
		return;
	for (size_t i = 0; i < apply->n; i++)
		object_done(&apply->objects[i]);
	free(apply->objects);
	adopted_round_done(&apply->round);
	adopted_done(&apply->adopted);
	observer_free(apply->observer);
	pthread_mutex_destroy(&apply->busy);
	pthread_mutex_destroy(&apply->memory);
	pthread_mutex_destroy(&apply->plan);
	free(apply);
}

static bool load(struct apply *apply, struct error *err)
{
	const struct adapter *adapter = &apply->use.adapter;
	const struct journal_kinds kinds = { adapter->ops->kind, ORDER_NODE };
	struct journal_node node;

	if (!journal_node(apply->use.journal, &node, err) ||
	    !journal_objects(apply->use.journal, &kinds, &apply->objects, &apply->n, err) ||
	    !journal_adopted(apply->use.journal, &apply->adopted, err))
		return false;
	apply->committed = node.generation;
	apply->highest = node.staged;
	if (tree_highest(apply->use.tree) > apply->highest)
		apply->highest = tree_highest(apply->use.tree);
	memcpy(apply->rendered, node.rendered, sizeof(apply->rendered));
	adapter->ops->fingerprint(adapter->self, apply->fingerprint);
	for (size_t i = 0; i < apply->n; i++) {
		struct object *object = &apply->objects[i];

		if (object->state == OBJECT_APPLIED && strcmp(object->kind, adapter->ops->kind) == 0 &&
		    !adapter->ops->read(adapter->self, object, err))
			return error_wrap(err, "read %s %s of the journal", object->kind, object->id);
		atomic_fetch_add(&apply->served, object->served);
	}
	return true;
}

bool apply_new(const struct apply_options *options, struct apply **ret, struct error *err)
{
	_cleanup_(apply_freep) struct apply *apply = calloc(1, sizeof(*apply));

	if (!apply)
		return error_set(err, ERR_INTERNAL, "out of memory");
	apply->use = *options;
	pthread_mutex_init(&apply->busy, NULL);
	pthread_mutex_init(&apply->memory, NULL);
	pthread_mutex_init(&apply->plan, NULL);
	apply->observer = observer_new();
	if (!apply->observer)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!load(apply, err))
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
		return false;
	*ret = TAKE_PTR(apply);
	return true;
}

struct object *apply_find(const struct apply *apply, const char *id)
{
	for (size_t i = 0; i < apply->n; i++)
		if (strcmp(apply->objects[i].id, id) == 0)
			return &apply->objects[i];
	return NULL;
}

static bool remember(struct apply *apply, const struct object *object, struct error *err)
{
	struct object *known = apply_find(apply, object->id), copy = { 0 };

	if (!object_copy(object, &copy, err))
		return false;
	if (!known) {
		struct object *longer = reallocarray(apply->objects, apply->n + 1, sizeof(*longer));

		if (!longer) {
			object_done(&copy);
			return error_set(err, ERR_INTERNAL, "out of memory");
		}
		apply->objects = longer;
		known = &longer[apply->n++];
		*known = (struct object){ 0 };
	}
	if (known->served != copy.served)
		atomic_fetch_add(&apply->served, copy.served ? 1 : (size_t)-1);
	object_done(known);
	*known = copy;
	return true;
}

bool apply_remember(struct apply *apply, const struct object *object, struct error *err)
{
	pthread_mutex_lock(&apply->memory);
	bool ok = remember(apply, object, err);
	pthread_mutex_unlock(&apply->memory);
	return ok;
}

size_t apply_served(const struct apply *apply)
{
	return atomic_load(&apply->served);
}
