/* model: copying and freeing of the engine's values. */

#include "agent/engine/model.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"

int generation_compare(struct generation a, struct generation b)
{
	if (a.epoch != b.epoch)
		return a.epoch < b.epoch ? -1 : 1;
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return 0;
}

void object_done(struct object *object)
{
	free(object->desired);
	free(object->names);
	*object = (struct object){ 0 };
}

bool object_copy(const struct object *from, struct object *to, struct error *err)
{
	uint8_t *desired = from->desired_size > 0 ? malloc(from->desired_size) : NULL;
	char *names = from->names ? strdup(from->names) : NULL;

	if ((from->desired_size > 0 && !desired) || (from->names && !names)) {
		free(desired);
		free(names);
		return error_set(err, ERR_INTERNAL, "out of memory");
	}
	if (desired)
		memcpy(desired, from->desired, from->desired_size);
	*to = *from;
	to->desired = desired;
	to->names = names;
	return true;
}

static bool answers_to(const struct object *object, const char *name, size_t size)
{
	const char *at = object->names;

	if (strlen(object->name) == size && memcmp(object->name, name, size) == 0)
		return true;
	for (; at && (at = memmem(at, strlen(at), name, size)); at++)
		if (at[-1] == ' ' && at[size] == ' ')
			return true;
	return false;
}

bool object_shares_name(const struct object *a, const struct object *b)
{
	size_t size;

	if (answers_to(b, a->name, strlen(a->name)))
		return true;
	for (const char *name = a->names; name && *(name += strspn(name, " ")); name += size) {
		size = strcspn(name, " ");
		if (answers_to(b, name, size))
			return true;
	}
	return false;
}

void task_done(struct task *task)
{
	free(task->desired);
	*task = (struct task){ 0 };
}

void steps_done(struct steps *steps)
{
	for (unsigned i = 0; i < steps->n; i++)
		free(steps->step[i].message);
	*steps = (struct steps){ 0 };
}

void steps_begin(struct steps *steps, const char *name)
{
	steps_end(steps, true, NULL);
	if (steps->n == MODEL_STEPS) {
		free(steps->step[0].message);
		memmove(&steps->step[0], &steps->step[1], (MODEL_STEPS - 1) * sizeof(steps->step[0]));
		steps->n--;
	}
	struct step *step = &steps->step[steps->n++];
	*step = (struct step){ .started_ms = clock_unix_ms(), .started_us = clock_monotonic_us() };
	snprintf(step->name, sizeof(step->name), "%s", name);
	snprintf(step->state, sizeof(step->state), "running");
}

void steps_end(struct steps *steps, bool success, const char *message)
{
	struct step *step = steps->n > 0 ? &steps->step[steps->n - 1] : NULL;

	if (!step || strcmp(step->state, "running") != 0)
		return;
	snprintf(step->state, sizeof(step->state), "%s", success ? "success" : "failed");
	step->duration_us = clock_monotonic_us() - step->started_us;
	if (message && *message)
		step->message = strndup(message, MODEL_MESSAGE);
}

void steps_copy(const struct steps *from, struct steps *to)
{
	*to = *from;
	for (unsigned i = 0; i < to->n; i++)
		if (from->step[i].message)
			to->step[i].message = strdup(from->step[i].message);
}
