/* work: a first-in first-out queue under one lock. */

#include "work.h"

#include <pthread.h>
#include <stdlib.h>

enum { THREADS_MAX = 32, LIMIT = 1000 };

struct job {
	struct job *next;
	work_fn run;
	void *arg;
};

struct work {
	pthread_mutex_t lock;
	pthread_cond_t added;
	struct job *first, **last;
	unsigned n_jobs, n_threads;
	bool stopping;
	pthread_t threads[THREADS_MAX];
};

static struct job *take(struct work *work)
{
	struct job *job;

	pthread_mutex_lock(&work->lock);
	while (!work->first && !work->stopping)
		pthread_cond_wait(&work->added, &work->lock);
	job = work->first;
	if (job) {
		work->first = job->next;
		work->n_jobs--;
		if (!work->first)
			work->last = &work->first;
	}
	pthread_mutex_unlock(&work->lock);
	return job;
}

static void *run(void *arg)
{
	struct work *work = arg;

	for (struct job *job; (job = take(work));) {
		job->run(job->arg);
		free(job);
	}
	return NULL;
}

struct work *work_new(unsigned threads)
{
	_cleanup_(work_freep) struct work *work = calloc(1, sizeof(*work));

	if (!work)
		return NULL;
	pthread_mutex_init(&work->lock, NULL);
	pthread_cond_init(&work->added, NULL);
	work->last = &work->first;
	for (; work->n_threads < threads && work->n_threads < THREADS_MAX; work->n_threads++)
		if (pthread_create(&work->threads[work->n_threads], NULL, run, work) != 0)
			return NULL;
	return TAKE_PTR(work);
}

void work_free(struct work *work)
{
	if (!work)
		return;
	pthread_mutex_lock(&work->lock);
	work->stopping = true;
	pthread_cond_broadcast(&work->added);
	pthread_mutex_unlock(&work->lock);
	for (unsigned i = 0; i < work->n_threads; i++)
		pthread_join(work->threads[i], NULL);
	pthread_cond_destroy(&work->added);
	pthread_mutex_destroy(&work->lock);
	free(work);
}

bool work_add(struct work *work, work_fn fn, void *arg, bool limited)
{
	struct job *job = calloc(1, sizeof(*job));
	bool ok;

	if (!job)
		abort();
	*job = (struct job){ .run = fn, .arg = arg };
	pthread_mutex_lock(&work->lock);
	ok = !work->stopping && !(limited && work->n_jobs >= LIMIT);
	if (ok) {
		*work->last = job;
		work->last = &job->next;
		work->n_jobs++;
		pthread_cond_signal(&work->added);
	}
	pthread_mutex_unlock(&work->lock);
	if (!ok)
		free(job);
	return ok;
}
