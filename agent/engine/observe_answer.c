/* observe: what a look found, told with the differences. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "agent/engine/apply_internal.h"
#include "agent/engine/shown.h"

enum { WAIT_S = 5, FILES_MAX = 200 };

/* One answer while it is written. */
struct telling {
	struct apply *apply;
	struct arena *arena;
	size_t left; /* bytes that may still be shown */
	int live;    /* the live generation */
	Stralix__V1__ObserveAnswer *answer;
};

static char *word(const char *text)
{
	return (char *)(uintptr_t)text;
}

static const char *const states[] = {
	[OBSERVED_EDITED] = "edited", [OBSERVED_MISSING] = "missing", [OBSERVED_FOREIGN] = "foreign",
	[OBSERVED_OWNER] = "owner",   [OBSERVED_STALE] = "stale",     [OBSERVED_ADOPTED] = "adopted",
};

/* What the panel would write, without adopted files. */
static bool render_own(const struct telling *telling, const char *owner, struct staging *staging, struct error *err)
{
	const struct apply *apply = telling->apply;
	const struct adapter *adapter = &apply->use.adapter;
	const struct object *object = owner[0] ? apply_find(apply, owner) : NULL;

	if (owner[0])
		return !object || !object->served || adapter->ops->render(adapter->self, staging, object, err);
	return adapter->ops->render_shared(adapter->self, staging, apply->committed, err) &&
	       adapter->ops->render_whole(adapter->self, staging, telling->live, apply->committed, err);
}

static bool fill_diff(struct telling *telling, const struct observed_file *from, Stralix__V1__FileDrift *to,
                      struct error *err)
{
	const struct adapter *adapter = &telling->apply->use.adapter;
	_cleanup_(staging_done) struct staging own = STAGING_ASIDE;
	_cleanup_buf_ struct buf content = { 0 };
	const struct staged_file *wanted;
	struct error unread = { 0 };
	struct shown shown;
	bool there = false;

	if (!adapter->ops->show(adapter->self, from->path, "", 0, &content)) {
		to->secret = true; /* by its name alone: it isn't even read */
		return true;
	}
	if (!render_own(telling, from->owner, &own, err))
		return false;
	if (!file_read_beneath(telling->live, from->path, DIFF_TEXT, &content, &there, &unread))
		return true; /* no file, or a huge one: what it is stands in words */
	wanted = staging_find(&own, from->path);
	if (wanted && wanted->folder)
		return true;
	const struct diff_text was = { wanted ? wanted->data : NULL, wanted ? wanted->size : 0 };
	const struct diff_text is = { there ? content.data ? content.data : "" : NULL, content.size };
	if (!shown_diff(adapter, from->path, was, is, &telling->left, telling->arena, &shown, err))
		return false;
	to->diff = shown.diff;
	to->cut = shown.cut;
	to->secret = shown.secret;
	bool adoptable = there && !shown.secret && content.size <= ADOPTED_SIZE &&
	                 (from->state == OBSERVED_EDITED || from->state == OBSERVED_FOREIGN);
	if (!adoptable)
		return true;
	to->digest = arena_alloc(telling->arena, OBSERVED_DIGEST);
	if (to->digest)
		observed_digest(adapter, content.data, content.size, to->digest);
	return to->digest || error_set(err, ERR_TOO_LARGE, "no room for the answer");
}

static void fill_adopted(const struct telling *telling, const struct observed_file *from, Stralix__V1__FileDrift *to)
{
	const struct adopted_file *file = adopted_find(&telling->apply->adopted, from->path);
	char *at = arena_alloc(telling->arena, CLOCK_RFC3339);

	if (!file || !at)
		return;
	to->adopted_by = shown_text(file->actor, telling->arena);
	to->adopted_at = clock_rfc3339(file->at_ms, at);
	if (!to->adopted_by)
		to->adopted_by = word("");
}

static bool tell(struct telling *telling, const struct observed_file *from, struct error *err)
{
	Stralix__V1__FileDrift *to = arena_alloc(telling->arena, sizeof(*to));

	if (!to)
		return error_set(err, ERR_TOO_LARGE, "no room for the answer");
	stralix__v1__file_drift__init(to);
	to->path = shown_text(from->path, telling->arena);
	to->state = word(states[from->state]);
	to->what = shown_text(from->what, telling->arena);
	to->website_id = arena_strdup(telling->arena, from->owner);
	if (!to->path || !to->what || !to->website_id)
		return error_set(err, ERR_TOO_LARGE, "no room for the answer");
	if (from->state == OBSERVED_ADOPTED)
		fill_adopted(telling, from, to);
	if (from->in_tree && telling->live >= 0 && !fill_diff(telling, from, to, err))
		return false;
	telling->answer->files[telling->answer->n_files++] = to;
	return true;
}

static bool tell_all(struct telling *telling, const char *id, struct error *err)
{
	const struct observed *found = observer_last(telling->apply->observer);
	Stralix__V1__ObserveAnswer *answer = telling->answer;

	answer->files = arena_alloc(telling->arena, FILES_MAX * sizeof(Stralix__V1__FileDrift *));
	if (!answer->files)
		return error_set(err, ERR_TOO_LARGE, "no room for the answer");
	answer->more = found->more;
	answer->drifted = found->drifted;
	answer->adopted = found->adopted;
	answer->observed_ms = found->at_ms;
	for (size_t i = 0; i < found->n; i++) {
		if (id && strcmp(found->files[i].owner, id) != 0)
			continue;
		if (answer->n_files == FILES_MAX) {
			answer->more = true;
			break;
		}
		if (!tell(telling, &found->files[i], err))
			return false;
	}
	return true;
}

/* Held: busy. */
static bool look(struct apply *apply, struct error *err)
{
	if (!observer_look(apply->observer, apply, err))
		return false;
	const struct observed *found = observer_last(apply->observer);
	pthread_mutex_lock(&apply->memory);
	apply->drift = (struct kind_drift){ found->drifted, found->resources, found->adopted, found->at_ms };
	pthread_mutex_unlock(&apply->memory);
	return true;
}

bool apply_observe(struct apply *apply, const char *id, struct arena *arena, Stralix__V1__ObserveAnswer *answer,
                   struct error *err)
{
	struct telling telling = { .apply = apply, .arena = arena, .left = SHOWN_TOTAL, .live = -1, .answer = answer };
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_S;
	if (pthread_mutex_timedlock(&apply->busy, &until) == ETIMEDOUT)
		return error_set(err, ERR_UNAVAILABLE, "The node is busy with changes. Try again in a moment.");
	bool ok = look(apply, err);
	if (ok) {
		telling.live = tree_open_generation(apply->use.tree, tree_live(apply->use.tree), NULL);
		ok = tell_all(&telling, id, err);
		closep(&telling.live);
	}
	pthread_mutex_unlock(&apply->busy);
	return ok;
}

void apply_observe_due(struct apply *apply)
{
	struct error err = { 0 };
	int64_t now = clock_monotonic_ms();

	if (apply->use.observe_s == 0 || now < apply->observe_ms)
		return;
	apply->observe_ms = now + apply->use.observe_s * 1000;
	pthread_mutex_lock(&apply->busy);
	bool ok = look(apply, &err);
	pthread_mutex_unlock(&apply->busy);
	if (!ok)
		log_failure(LOG_WARN_, &err, "observing");
}

void apply_drift(struct apply *apply, struct kind_drift *ret)
{
	pthread_mutex_lock(&apply->memory);
	*ret = apply->drift;
	pthread_mutex_unlock(&apply->memory);
}
