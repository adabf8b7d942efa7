/* apply: what the adapter says of each open change. */

#include <string.h>

#include "agent/engine/apply_internal.h"

/* Has the adapter look at each open change; fails those where it says no. False: why is for all. */
static bool check_objects(struct apply *apply, struct change *changes, size_t n,
                          bool (*look)(struct apply *apply, struct adapter_check *checks, size_t n, struct error *why),
                          struct error *why)
{
	_cleanup_free_ struct adapter_check *checks = calloc(n + 1, sizeof(*checks));
	_cleanup_free_ size_t *of = calloc(n + 1, sizeof(*of));
	size_t open = 0;

	if (!checks || !of)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
		return error_set(why, ERR_INTERNAL, "out of memory");
	for (size_t i = 0; i < n; i++) {
		const struct change *change = &changes[i];
		bool gone = change->before.served &&
		            (!change->after.served || strcmp(change->before.name, change->after.name) != 0);

		if (change->state != CHANGE_OPEN)
			continue;
		of[open] = i;
		checks[open++] =
			(struct adapter_check){ .object = &change->after, .gone = gone ? change->before.name : NULL };
	}
	if (!look(apply, checks, open, why))
		return false;
	for (size_t i = 0; i < open; i++)
		if (!checks[i].ok)
			change_fail(&changes[of[i]], &checks[i].why, NULL);
	return true;
}

static bool look_at_daemon(struct apply *apply, struct adapter_check *checks, size_t n, struct error *why)
{
	const struct adapter *adapter = &apply->use.adapter;

	(void)why;
	adapter->ops->await_objects(adapter->self, checks, n);
	return true;
}

bool apply_verify_objects(struct apply *apply, struct change *changes, size_t n, struct error *why)
{
	return check_objects(apply, changes, n, look_at_daemon, why);
}

static bool look_at_parts(struct apply *apply, struct adapter_check *checks, size_t n, struct error *why)
{
	const struct adapter *adapter = &apply->use.adapter;
	char path[TREE_PATH];

	for (size_t i = 0; i < n; i++)
		checks[i].ok = true;
	tree_path(apply->use.tree, apply->highest, path);
	return adapter->ops->prepare(adapter->self, path, checks, n, why);
}

bool apply_prepare_objects(struct apply *apply, struct change *changes, size_t n, struct error *why)
{
	return check_objects(apply, changes, n, look_at_parts, why);
}
