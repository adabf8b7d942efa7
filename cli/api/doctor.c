/* doctor: see doctor.h. */
#include "cli/api/doctor.h"

#include <stdio.h>
#include <string.h>

#include "cli/api/member.h"

static void say(FILE *out, bool well, const char *what, const char *words)
{
	fprintf(out, "%-4s %-28s %s\n", well ? "ok" : "BAD", what, words);
}

static bool look_at_nodes(struct http *http, FILE *out, bool *well, struct error *err)
{
	_cleanup_(json_decrefp) json_t *reply = NULL;
	json_t *node;
	size_t i;

	if (!http_call(http, "GET", "/api/v1/nodes?limit=200", NULL, NULL, &reply, err))
		return false;
	if (json_array_size(json_object_get(reply, "nodes")) == 0) {
		say(out, false, "nodes", "there is none: nothing can be placed; see `stralixctl node init --help`");
		*well = false;
	}
	json_array_foreach(json_object_get(reply, "nodes"), i, node)
	{
		bool good = strcmp(member_text(node, "health"), "healthy") == 0 &&
		            strcmp(member_text(node, "state"), "trusted") == 0;
		char what[80], words[320];

		snprintf(what, sizeof(what), "node %.60s", member_text(node, "id"));
		snprintf(words, sizeof(words), "%s, %s%s%.200s", member_text(node, "state"),
		         member_text(node, "health"), *member_text(node, "message") ? ": " : "",
		         member_text(node, "message"));
		say(out, good, what, words);
		*well &= good;
	}
	return true;
}

/* How many tasks are in a state; -1 when it can't be known. */
static long long count(struct http *http, const char *path)
{
	_cleanup_(json_decrefp) json_t *reply = NULL;
	struct error why = { 0 };

	if (!http_call(http, "GET", path, NULL, NULL, &reply, &why))
		return -1;
	return strtoll(member_text(json_object_get(reply, "page"), "total"), NULL, 10);
}

static void look_at_work(struct http *http, FILE *out)
{
	long long queued = count(http, "/api/v1/tasks?state=queued&limit=1");
	long long failed = count(http, "/api/v1/websites?state=failed&limit=1");
	char words[80];

	snprintf(words, sizeof(words), "%lld wait", queued);
	say(out, queued >= 0, "tasks", words);
	snprintf(words, sizeof(words), "%lld with a change that failed", failed);
	say(out, failed >= 0, "websites", words);
}

/* Whether the gateway reaches every service: what it says of itself. */
static void look_at_panel(struct http *http, FILE *out, bool *well)
{
	static const char *const paths[][2] = { { "authz", "/api/v1/organisations?limit=1" },
		                                { "web", "/api/v1/websites?limit=1" },
		                                { "tasks", "/api/v1/tasks?limit=1" },
		                                { "audit", "/api/v1/audit?limit=1" } };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		_cleanup_(json_decrefp) json_t *reply = NULL;
		struct error why = { 0 };
		bool good = http_call(http, "GET", paths[i][1], NULL, NULL, &reply, &why);

		say(out, good, paths[i][0], good ? "answers" : why.message);
		*well &= good;
	}
}

bool doctor_run(struct http *http, FILE *out, bool *ret_well, struct error *err)
{
	_cleanup_(json_decrefp) json_t *session = NULL;
	const json_t *who;

	*ret_well = true;
	if (!http_call(http, "GET", "/api/v1/session", NULL, NULL, &session, err))
		return error_wrap(err, "the panel");
	who = json_object_get(session, "session");
	say(out, true, "panel", "answers, its certificate and the token are good");
	say(out, true, "signed in as", member_text(who, "email"));
	look_at_panel(http, out, ret_well);
	look_at_work(http, out);
	return look_at_nodes(http, out, ret_well, err);
}
