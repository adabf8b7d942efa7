/* wait: see wait.h. */
#include "cli/api/wait.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/api/member.h"
#include "cli/api/show.h"

enum { FIRST_MS = 100, LAST_MS = 1000, NS = 1000000 };

static bool is_final(const char *state)
{
	return strcmp(state, "queued") != 0 && strcmp(state, "running") != 0;
}

/* Steps that are new since the last look. */
static void say_steps(const json_t *task, size_t *said, FILE *out)
{
	const json_t *steps = json_object_get(task, "steps");
	size_t n = json_array_size(steps);

	if (n < *said) /* another attempt */
		*said = 0;
	for (; *said < n; ++*said) {
		const json_t *step = json_array_get(steps, *said);

		if (strcmp(member_text(step, "state"), "running") == 0)
			return;
		fprintf(out, "  %-10s %s\n", member_text(step, "name"), member_text(step, "state"));
	}
}

bool wait_task(struct http *http, const char *task_id, FILE *out, bool *ret_success, struct error *err)
{
	char path[128], state[32] = "", waits[256] = "";
	size_t said = 0;

	snprintf(path, sizeof(path), "/api/v1/tasks/%.64s", task_id);
	for (long pause = FIRST_MS;; pause = pause * 2 < LAST_MS ? pause * 2 : LAST_MS) {
		_cleanup_(json_decrefp) json_t *reply = NULL;
		const json_t *task;

		if (!http_call(http, "GET", path, NULL, NULL, &reply, err))
			return false;
		task = json_object_get(reply, "task");
		if (strcmp(state, member_text(task, "state")) != 0)
			fprintf(out, "task %s: %s\n", task_id, member_text(task, "state"));
		snprintf(state, sizeof(state), "%s", member_text(task, "state"));
		say_steps(task, &said, out);
		if (is_final(state)) {
			*ret_success = strcmp(state, "success") == 0;
			if (!*ret_success && *member_text(task, "message"))
				show_text(member_text(task, "message"), out);
			return true;
		}
		if (strcmp(waits, member_text(task, "message")) != 0 && *member_text(task, "message")) {
			fputs("  waits: ", out);
			show_text(member_text(task, "message"), out);
		}
		snprintf(waits, sizeof(waits), "%s", member_text(task, "message"));
		nanosleep(&(struct timespec){ .tv_sec = pause / 1000, .tv_nsec = pause % 1000 * NS }, NULL);
	}
}

static bool is_waiting(const char *state)
{
	return strcmp(state, "pending") == 0 || strcmp(state, "deleting") == 0 || strcmp(state, "purging") == 0;
}

bool wait_zone(struct http *http, const char *zone_id, FILE *out, bool *ret_success, struct error *err)
{
	char path[128], said[512] = "";

	snprintf(path, sizeof(path), "/api/v1/zones/%.64s", zone_id);
	for (long pause = FIRST_MS;; pause = pause * 2 < LAST_MS ? pause * 2 : LAST_MS) {
		_cleanup_(json_decrefp) json_t *reply = NULL;
		const json_t *zone, *provider;
		char line[512];

		if (!http_call(http, "GET", path, NULL, NULL, &reply, err))
			return false;
		zone = json_object_get(reply, "zone");
		provider = json_object_get(zone, "provider");
		snprintf(line, sizeof(line), "zone %.64s: %.16s %.16s %.300s", member_text(zone, "name"),
		         member_text(zone, "state"), member_text(provider, "step"), member_text(provider, "message"));
		if (strcmp(line, said) != 0)
			show_text(line, out);
		snprintf(said, sizeof(said), "%s", line);
		*ret_success = strcmp(member_text(zone, "state"), "failed") != 0;
		if (!is_waiting(member_text(zone, "state")))
			return true;
		nanosleep(&(struct timespec){ .tv_sec = pause / 1000, .tv_nsec = pause % 1000 * NS }, NULL);
	}
}
