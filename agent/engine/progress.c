/* progress: one view behind a lock, replaced as a whole. */

#include "agent/engine/progress.h"

#include <pthread.h>
#include <string.h>

struct progress {
	pthread_mutex_t lock;
	struct progress_view view;
};

struct progress *progress_new(void)
{
	struct progress *progress = calloc(1, sizeof(*progress));

	if (progress)
		pthread_mutex_init(&progress->lock, NULL);
	return progress;
}

void progress_view_done(struct progress_view *view)
{
	free(view->tasks);
	steps_done(&view->steps);
	*view = (struct progress_view){ 0 };
}

void progress_free(struct progress *progress)
{
	if (!progress)
		return;
	progress_view_done(&progress->view);
	pthread_mutex_destroy(&progress->lock);
	free(progress);
}

static bool copy(const struct progress_task *tasks, size_t n, const struct steps *steps, struct progress_view *ret)
{
	ret->tasks = reallocarray(NULL, n, sizeof(*tasks));
	if (!ret->tasks)
		return false;
	memcpy(ret->tasks, tasks, n * sizeof(*tasks));
	ret->n = n;
	steps_copy(steps, &ret->steps);
	return true;
}

void progress_set(struct progress *progress, const struct progress_task *tasks, size_t n, const struct steps *steps)
{
	struct progress_view fresh = { 0 };

	if (n > 0 && !copy(tasks, n, steps, &fresh))
		return; /* progress is only told; without memory nothing is */
	pthread_mutex_lock(&progress->lock);
	fresh.version = progress->view.version + 1;
	progress_view_done(&progress->view);
	progress->view = fresh;
	pthread_mutex_unlock(&progress->lock);
}

bool progress_get(struct progress *progress, struct progress_view *ret)
{
	bool some;

	*ret = (struct progress_view){ 0 };
	pthread_mutex_lock(&progress->lock);
	some = progress->view.n > 0 && copy(progress->view.tasks, progress->view.n, &progress->view.steps, ret);
	ret->version = progress->view.version;
	pthread_mutex_unlock(&progress->lock);
	return some;
}
