/* change: a task's way through the steps. */

#include "agent/engine/change.h"

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
