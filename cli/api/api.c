/* api: see api.h. */
#include "cli/api/api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"

#include "cli/api/arguments.h"
#include "cli/api/complete.h"
#include "cli/api/doctor.h"
#include "cli/api/files.h"
#include "cli/api/follow.h"
#include "cli/api/http.h"
#include "cli/api/member.h"
#include "cli/api/show.h"
#include "cli/api/wait.h"

enum { STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_TASK = 3, TOKEN_TEXT = 256 };

static void say_error(const struct error *err)
{
	fputs("stralixctl: ", stderr);
	show_text(err->message, stderr);
	for (unsigned i = 0; i < err->n_violations; i++) {
		fprintf(stderr, "  %s: ", err->violations[i].field);
		show_text(err->violations[i].message, stderr);
	}
	if (err->retry_after_s)
		fprintf(stderr, "  Try again in %u s.\n", err->retry_after_s);
}

/* The only line of a file that nobody else should read. */
static bool read_token(const char *path, char ret[static TOKEN_TEXT], struct error *err)
{
	FILE *file = fopen(path, "re");
	bool good = file && fgets(ret, TOKEN_TEXT, file);

	if (!good)
		error_errno(err, file ? ENODATA : errno, "token file %s", path);
	if (file)
		fclose(file);
	ret[good ? strcspn(ret, "\r\n") : 0] = '\0';
	return good;
}

static bool connect_panel(const struct manner *manner, struct http **ret, struct error *err)
{
	char token[TOKEN_TEXT] = "";
	bool ok;

	if (!manner->url)
		return error_set(err, ERR_INVALID, "which panel? Give --url, or set STRALIX_URL");
	if (!manner->token_file)
		return error_set(err, ERR_INVALID,
		                 "as whom? Give --token-file with an API token in it, or set STRALIX_TOKEN_FILE");
	ok = read_token(manner->token_file, token, err) && http_new(manner->url, manner->ca, token, ret, err);
	explicit_bzero(token, sizeof(token));
	return ok;
}

/* The ETag of what is there now; of an object's only member. */
static bool read_etag(struct http *http, const char *path, char ret[static TOKEN_TEXT], struct error *err)
{
	_cleanup_(json_decrefp) json_t *reply = NULL;
	const char *etag;

	if (!http_call(http, "GET", path, NULL, NULL, &reply, err))
		return false;
	etag = json_string_value(json_object_get(json_object_iter_value(json_object_iter(reply)), "etag"));
	if (!etag)
		return error_set(err, ERR_BAD_REPLY, "what is there now has no ETag");
	snprintf(ret, TOKEN_TEXT, "%s", etag);
	return true;
}

static bool read_page(struct http *http, const struct arguments *arguments, const char *cursor, json_t **ret,
                      struct error *err)
{
	_cleanup_buf_ struct buf path = { 0 };

	buf_printf(&path, "%s?%s%scursor=%s", arguments->path.data, arguments->query.size ? arguments->query.data : "",
	           arguments->query.size ? "&" : "", cursor);
	if (buf_failed(&path))
		return error_set(err, ERR_INTERNAL, "out of memory");
	return http_call(http, "GET", path.data, NULL, NULL, ret, err);
}

/* Appends the pages behind the first. */
static bool read_on(struct http *http, const struct arguments *arguments, json_t *reply, struct error *err)
{
	for (;;) {
		const char *next = json_string_value(json_object_get(json_object_get(reply, "page"), "nextCursor"));
		_cleanup_(json_decrefp) json_t *page = NULL;

		if (!next || !*next)
			return true;
		if (!read_page(http, arguments, next, &page, err))
			return false;
		json_array_extend(show_list(reply), show_list(page));
		json_object_set(reply, "page", json_object_get(page, "page"));
	}
}

/* An export: the pages' contents behind each other are the file. */
static bool write_file(struct http *http, const struct arguments *arguments, const json_t *reply, struct error *err)
{
	_cleanup_(json_decrefp) json_t *page = NULL;

	for (;;) {
		const char *next = json_string_value(json_object_get(reply, "nextCursor"));
		json_t *following = NULL;

		fputs(json_string_value(json_object_get(reply, "content")), stdout);
		if (next && *next && !arguments->manner.all)
			fputs("There are more; --all writes them.\n", stderr);
		if (!next || !*next || !arguments->manner.all)
			return (fflush(stdout) == 0 && !ferror(stdout)) || error_errno(err, errno, "write the export");
		if (!read_page(http, arguments, next, &following, err))
			return false;
		json_decref(page);
		reply = page = following;
		if (!json_is_string(json_object_get(reply, "content")))
			return error_set(err, ERR_BAD_REPLY, "a page without content");
	}
}

static bool show(const json_t *reply, const struct manner *manner, struct error *err)
{
	const json_t *page = json_object_get(reply, "page");
	const char *total = member_text(page, "total");

	if (manner->only)
		return show_member(reply, manner->only, stdout) ||
		       error_set(err, ERR_BAD_REPLY, "the answer has no %s", manner->only);
	if (manner->json) {
		json_dumpf(reply, stdout, JSON_INDENT(2));
		putchar('\n');
		return true;
	}
	if (files_told(reply)) {
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
		files_show(reply, isatty(STDOUT_FILENO) && !getenv("NO_COLOR"), stdout);
		return true;
	}
	if (!follow_show(reply, stdout))
		show_reply(reply, stdout);
	if (!manner->all && *member_text(page, "nextCursor"))
		fprintf(stderr, "There are more: %s in all; --all shows them.\n", *total ? total : "?");
	return true;
}

static bool call(struct http *http, const struct operation *operation, const struct arguments *arguments,
                 int *ret_status, struct error *err)
{
	const struct manner *manner = &arguments->manner;
	_cleanup_(json_decrefp) json_t *reply = NULL;
	_cleanup_buf_ struct buf path = { 0 };
	char etag[TOKEN_TEXT] = "";
	const json_t *zone;
	const char *task_id;
	bool matched = operation_matched(operation), success = true;

	buf_printf(&path, "%s%s%s", arguments->path.data, arguments->query.size ? "?" : "",
	           arguments->query.size ? arguments->query.data : "");
	if (manner->follow)
		return follow_can(operation) ? follow_run(http, arguments, stdout, err)
		                             : error_set(err, ERR_INVALID, "'%s %s' can't be followed", operation->noun,
		                                         operation->verb);
	if (matched && !manner->etag && !read_etag(http, path.data, etag, err))
		return false;
	if (!http_call(http, operation->method, path.data, arguments->body,
	               !matched       ? NULL
	               : manner->etag ? manner->etag
	                              : etag,
	               &reply, err) ||
	    (manner->all && show_list(reply) && !read_on(http, arguments, reply, err)))
		return false;
	if (!manner->json && !manner->only && json_is_string(json_object_get(reply, "content"))) {
		if (!write_file(http, arguments, reply, err))
			return false;
	} else if (reply && !show(reply, manner, err)) {
		return false;
	}
	task_id = json_string_value(json_object_get(reply, "taskId"));
	zone = json_object_get(reply, "zone");
	if (manner->wait && task_id && *task_id && !wait_task(http, task_id, stderr, &success, err))
		return false;
	if (manner->wait && task_id && !*task_id && json_object_get(zone, "provider") &&
	    !wait_zone(http, member_text(zone, "id"), stderr, &success, err))
		return false;
	*ret_status = !success ? STATUS_TASK : files_passed(reply) ? EXIT_SUCCESS : STATUS_FAILED;
	return true;
}

static int run_operation(const struct spec *spec, const struct operation *found, int argc, char *const *argv)
{
	struct operation operation = *found;
	struct arguments arguments;
	struct http *http = NULL;
	struct error err = { 0 };
	int status = STATUS_USAGE;
	char method[16];

	snprintf(method, sizeof(method), "%s", found->method);
	for (char *c = method; *c; c++)
		*c = (char)(*c & ~0x20);
	operation.method = method;
	if (!arguments_parse(spec, &operation, argc, argv, &arguments, &err)) {
		say_error(&err);
		fprintf(stderr, "See stralixctl %s %s --help.\n", operation.noun, operation.verb);
	} else if (arguments.manner.help) {
		arguments_describe(spec, &operation, stdout);
		status = EXIT_SUCCESS;
	} else if (!connect_panel(&arguments.manner, &http, &err)) {
		say_error(&err);
	} else if (!call(http, &operation, &arguments, &status, &err)) {
		say_error(&err);
		status = STATUS_FAILED;
	}
	http_free(http);
	arguments_done(&arguments);
	return status;
}

static int run_doctor(const struct spec *spec, int argc, char *const *argv)
{
	static const struct operation nothing = { .path = "" };
	struct arguments arguments;
	struct http *http = NULL;
	struct error err = { 0 };
	int status = STATUS_USAGE;
	bool well = false;

	if (!arguments_parse(spec, &nothing, argc, argv, &arguments, &err) ||
	    (!arguments.manner.help && !connect_panel(&arguments.manner, &http, &err))) {
		say_error(&err);
	} else if (arguments.manner.help) {
		puts("usage: stralixctl doctor [--url URL] [--ca FILE] [--token-file FILE]\n\n"
		     "Looks at the panel, its services and its nodes, and says what is wrong. Needs a token of staff.");
		status = EXIT_SUCCESS;
	} else if (doctor_run(http, stdout, &well, &err)) {
		status = well ? EXIT_SUCCESS : STATUS_FAILED;
	} else {
		say_error(&err);
		status = STATUS_FAILED;
	}
	http_free(http);
	arguments_done(&arguments);
	return status;
}

/* The verbs of a noun, when that is all that was said. */
static bool say_verbs(const struct spec *spec, const char *noun, FILE *out)
{
	bool any = false;

	for (size_t i = 0; i < spec->n; i++) {
		const struct operation *operation = &spec->operations[i];

		if (strcmp(operation->noun, noun) != 0)
			continue;
		if (!any)
			fprintf(out, "usage: stralixctl %s VERB [options]\n\n", noun);
		fprintf(out, "  %-10s %s\n", operation->verb, operation->summary ? operation->summary : "");
		any = true;
	}
	return any;
}

static bool run(const struct spec *spec, int argc, char *const *argv, int *ret_status)
{
	const struct operation *operation = argc > 1 ? spec_find(spec, argv[0], argv[1]) : NULL;

	if (operation) {
		*ret_status = run_operation(spec, operation, argc - 2, argv + 2);
	} else if (argc > 0 && strcmp(argv[0], "doctor") == 0) {
		*ret_status = run_doctor(spec, argc - 1, argv + 1);
	} else if (argc == 2 && strcmp(argv[0], "completion") == 0 && strcmp(argv[1], "bash") == 0) {
		complete_script(stdout);
		*ret_status = EXIT_SUCCESS;
	} else if (argc > 1 && strcmp(argv[0], "complete") == 0 && strcmp(argv[1], "--") == 0) {
		complete_words(spec, argc - 2, argv + 2, stdout);
		*ret_status = EXIT_SUCCESS;
	} else {
		bool asked = argc == 2 && strcmp(argv[1], "--help") == 0;

		*ret_status = asked ? EXIT_SUCCESS : STATUS_USAGE;
		return argc > 0 && say_verbs(spec, argv[0], asked ? stdout : stderr);
	}
	return true;
}

bool api_run(int argc, char *const *argv, int *ret_status)
{
	struct spec spec;
	struct error err = { 0 };
	bool known;

	if (!spec_load(&spec, &err)) {
		say_error(&err);
		*ret_status = STATUS_FAILED;
		return true;
	}
	known = run(&spec, argc, argv, ret_status);
	spec_done(&spec);
	return known;
}

void api_usage(FILE *out)
{
	struct spec spec;
	struct error err = { 0 };

	if (!spec_load(&spec, &err))
		return;
	for (size_t i = 0; i < spec.n; i++) {
		if (!spec_first(&spec, i))
			continue;
		fprintf(out, "  %-14s", spec.operations[i].noun);
		for (size_t j = i; j < spec.n; j++)
			if (strcmp(spec.operations[j].noun, spec.operations[i].noun) == 0)
				fprintf(out, " %s", spec.operations[j].verb);
		fputc('\n', out);
	}
	spec_done(&spec);
}
