/* change: a task's way through the steps. */

#include "agent/engine/change.h"

#include <string.h>

#include "agent/engine/outcome.h"

void change_done(struct change *change)
{
	object_done(&change->before);
	object_done(&change->after);
	steps_done(&change->steps);
	buf_done(&change->words);
	adopted_done(&change->adopts);
	free(change->restores);
}

void change_fail(struct change *change, const struct error *why, const char *words)
{
	change->state = CHANGE_FAILED;
	change->why = *why;
	buf_clear(&change->words);
	if (words)
		buf_puts(&change->words, words);
	steps_end(&change->steps, false, words && *words ? words : why->message);
}

void changes_begin(struct change *changes, size_t n, const char *step)
{
	for (size_t i = 0; i < n; i++)
		if (changes[i].state == CHANGE_OPEN)
			steps_begin(&changes[i].steps, step);
}

void changes_end(struct change *changes, size_t n, bool success)
{
	for (size_t i = 0; i < n; i++)
		if (changes[i].state == CHANGE_OPEN)
			steps_end(&changes[i].steps, success, NULL);
}

size_t changes_open(const struct change *changes, size_t n)
{
	size_t open = 0;

	for (size_t i = 0; i < n; i++)
		open += changes[i].state == CHANGE_OPEN;
	return open;
}

void changes_tell(const struct change *changes, size_t n, struct progress *progress)
{
	_cleanup_free_ struct progress_task *tasks = calloc(n + 1, sizeof(*tasks));
	const struct steps *steps = NULL;
	size_t open = 0;

	for (size_t i = 0; tasks && i < n; i++) {
		if (changes[i].state != CHANGE_OPEN)
			continue;
		const struct task *task = changes[i].task;
		struct progress_task *to = &tasks[open++];
		memcpy(to->id, task->id, sizeof(to->id));
		memcpy(to->resource_id, task->resource_id, sizeof(to->resource_id));
		to->generation = task->generation;
		to->attempt = task->attempt;
		steps = &changes[i].steps;
	}
	progress_set(progress, tasks, open, steps);
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
}

void changes_supersede(struct change *changes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n && changes[i].state == CHANGE_OPEN; j++)
			if (j != i && strcmp(changes[i].task->resource_id, changes[j].task->resource_id) == 0 &&
			    generation_compare(changes[i].task->generation, changes[j].task->generation) < 0)
				changes[i].state = CHANGE_SUPERSEDED;
}

bool change_ending(const struct change *change, struct buf *packed, struct journal_ending *ending, struct error *err)
{
	const struct task *task = change->task;
	struct outcome outcome = { .task_id = task->id,
		                   .resource_id = task->resource_id,
		                   .generation = task->generation,
		                   .attempt = task->attempt,
		                   .state = STRALIX__V1__OUTCOME__STATE__SUCCESS,
		                   .steps = &change->steps };

	ending->task = task;
	ending->state = JOURNAL_SUCCESS;
	ending->object = change->state == CHANGE_DONE ? &change->after : NULL;
	if (change->state == CHANGE_FAILED) {
		ending->state = JOURNAL_FAILED;
		outcome.state = STRALIX__V1__OUTCOME__STATE__FAILED;
		outcome.code = error_code_name(change->why.code);
		outcome.message = change->words.size > 0 ? change->words.data : change->why.message;
	} else if (change->state == CHANGE_SUPERSEDED) {
		ending->state = JOURNAL_SUPERSEDED;
		outcome.state = STRALIX__V1__OUTCOME__STATE__SUPERSEDED;
	}
	if (!outcome_pack(&outcome, packed, err))
		return false;
	ending->outcome = packed->data;
	ending->outcome_size = packed->size;
	return true;
}
