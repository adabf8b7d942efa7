/* files: see files.h. */
#include "cli/api/files.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"

#include "cli/api/member.h"
#include "cli/api/show.h"

#define PLAIN "\033[0m"

bool files_told(const json_t *reply)
{
	const json_t *files = json_object_get(reply, "files");

	return json_is_array(files) && (json_is_boolean(json_object_get(reply, "passed")) ||
	                                json_is_string(json_object_get(reply, "observedAt")));
}

bool files_passed(const json_t *reply)
{
	return !json_is_false(json_object_get(reply, "passed"));
}

static const char *colour_of(const char *line)
{
	switch (*line) {
	case '@':
		return "\033[36m";
	case '+':
		return "\033[32m";
	case '-':
		return "\033[31m";
	default:
		return "";
	}
}

static void show_line(const char *line, const char *colour, FILE *out)
{
	fputs(colour, out);
	show_text(line, out);
	if (*colour)
		fputs(PLAIN, out);
}

static void show_diff(const char *diff, bool colour, FILE *out)
{
	while (*diff) {
		size_t size = strcspn(diff, "\n");
		_cleanup_free_ char *line = strndup(diff, size);

		if (line)
			show_line(line, colour ? colour_of(line) : "", out);
		diff += size + (diff[size] == '\n');
	}
}

static void say(const char *text, bool said, FILE *out)
{
	if (said)
		fprintf(out, "  %s\n", text);
}

static void show_file(const json_t *file, bool colour, FILE *out)
{
	const char *state = member_text(file, "state"), *by = member_text(file, "adoptedBy");
	char title[512];

	snprintf(title, sizeof(title), "%s: %s%s%s%s%s", member_text(file, "path"),
	         *state ? state : member_text(file, "change"), *by ? " by " : "", by,
	         *member_text(file, "what") ? ", " : "", member_text(file, "what"));
	show_line(title, colour ? "\033[1m" : "", out);
	show_diff(member_text(file, "diff"), colour, out);
	say("There is more, or it is no text.", json_is_true(json_object_get(file, "cut")), out);
	say("It holds secrets and isn't shown.", json_is_true(json_object_get(file, "secret")), out);
	say("It was adopted; this change puts the panel's own in its place.",
	    json_is_true(json_object_get(file, "dropsAdopted")), out);
	if (*member_text(file, "digest"))
		fprintf(out, "  digest %s\n", member_text(file, "digest"));
}

void files_show(const json_t *reply, bool colour, FILE *out)
{
	const json_t *files = json_object_get(reply, "files"), *passed = json_object_get(reply, "passed"), *file;
	size_t i;

	json_array_foreach(files, i, file) show_file(file, colour, out);
	if (json_array_size(files) == 0)
		fputs(passed ? "No file changes.\n" : "All files are as the panel wrote them.\n", out);
	if (passed && json_is_true(passed))
		fputs("The node's daemon takes it.\n", out);
	else if (passed) {
		fputs("The node's daemon refuses it:\n", out);
		show_diff(member_text(reply, "words"), false, out);
	}
}
