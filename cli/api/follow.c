/* follow: asks with the cursor of the answer before; the panel holds its answer until there is something to say. */
#include "cli/api/follow.h"

#include <string.h>
#include <time.h>

#include "cli/api/member.h"
#include "cli/api/show.h"

enum { WAIT_MS = 20000, PAUSE_MS = 200, NS = 1000000 };

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS }, NULL);
}

static bool takes(const struct operation *operation, const char *name)
{
	for (size_t i = 0; i < json_array_size(operation->parameters); i++)
		if (strcmp(member_text(json_array_get(operation->parameters, i), "name"), name) == 0)
			return true;
	return false;
}

bool follow_can(const struct operation *operation)
{
	return takes(operation, "cursor") && takes(operation, "waitMs");
}

bool follow_show(const json_t *reply, FILE *out)
{
	const json_t *lines = json_object_get(reply, "lines");

	for (size_t i = 0; i < json_array_size(lines); i++)
		show_text(json_string_value(json_array_get(lines, i)), out);
	return json_is_array(lines);
}

static bool ask(struct http *http, const struct arguments *arguments, const char *cursor, json_t **ret,
                struct error *err)
{
	_cleanup_buf_ struct buf path = { 0 };

	buf_printf(&path, "%s?%s%s", arguments->path.data, arguments->query.size ? arguments->query.data : "",
	           arguments->query.size ? "&" : "");
	if (*cursor)
		buf_printf(&path, "cursor=%s&waitMs=%d", cursor, WAIT_MS);
	if (buf_failed(&path))
		return error_set(err, ERR_INTERNAL, "out of memory");
	return http_call(http, "GET", path.data, NULL, NULL, ret, err);
}

/* A part of the panel that is away comes back. */
static bool wait_out(const struct error *why)
{
	if (!error_retryable(why->code))
		return false;
	pause_ms(1000 * (why->retry_after_s ? (long)why->retry_after_s : 1));
	return true;
}

bool follow_run(struct http *http, const struct arguments *arguments, FILE *out, struct error *err)
{
	char cursor[600] = "";

	for (;;) {
		_cleanup_(json_decrefp) json_t *reply = NULL;

		*err = (struct error){ 0 };
		if (!ask(http, arguments, cursor, &reply, err)) {
			if (!*cursor || !wait_out(err))
				return false;
			continue;
		}
		if (!follow_show(reply, out))
			return error_set(err, ERR_BAD_REPLY, "the answer has no lines");
		if (fflush(out) != 0)
			return true;
		snprintf(cursor, sizeof(cursor), "%s", member_text(reply, "cursor"));
		pause_ms(PAUSE_MS); /* what comes at once is shown at once */
	}
}
