/* drift: see the header. */

#include "drift.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ask.h"
#include "harness_internal.h"

static const char nobody[] = "00000000-0000-0000-0000-000000000000";

Stralix__V1__PlanAnswer *drift_plan(struct harness *harness, const char *id, const Stralix__V1__WebsiteState *site,
                                    char code[static 41])
{
	Stralix__V1__PlanQuestion question;
	Stralix__V1__PlanAnswer *plan = NULL;
	struct ask ask;

	stralix__v1__plan_question__init(&question);
	question.site = (Stralix__V1__WebsiteState *)(uintptr_t)site;
	ask_init(&ask, "plan", id);
	_cleanup_free_ void *packed = harness_packed(&question.base, &ask.size);
	ask.question = packed;
	Stralix__V1__NodeAnswer *answer = ask_answer(harness, &ask);
	snprintf(code, 41, "%s", answer->code);
	if (!code[0]) {
		plan = stralix__v1__plan_answer__unpack(NULL, answer->answer.len, answer->answer.data);
		assert_non_null(plan);
	}
	stralix__v1__node_answer__free_unpacked(answer, NULL);
	return plan;
}

Stralix__V1__ObserveAnswer *drift_observe(struct harness *harness, const char *id)
{
	struct ask ask;

	ask_init(&ask, "observe", id ? id : nobody);
	Stralix__V1__NodeAnswer *answer = ask_answer(harness, &ask);
	if (answer->code[0])
		fail_msg("%s: %s", answer->code, answer->message);
	Stralix__V1__ObserveAnswer *found =
		stralix__v1__observe_answer__unpack(NULL, answer->answer.len, answer->answer.data);
	assert_non_null(found);
	stralix__v1__node_answer__free_unpacked(answer, NULL);
	return found;
}

const Stralix__V1__FileDrift *drift_find(const Stralix__V1__ObserveAnswer *answer, const char *path, const char *state)
{
	for (size_t i = 0; i < answer->n_files; i++)
		if (strcmp(answer->files[i]->path, path) == 0) {
			assert_string_equal(answer->files[i]->state, state);
			return answer->files[i];
		}
	fail_msg("%s isn't found", path);
	return NULL;
}

void drift_expect(struct harness *harness, unsigned drifted, unsigned adopted)
{
	Stralix__V1__ObserveAnswer *found = drift_observe(harness, NULL);

	if (found->drifted != drifted)
		for (size_t i = 0; i < found->n_files; i++)
			print_message("# %s %s %s\n", found->files[i]->path, found->files[i]->state,
			              found->files[i]->what);
	assert_int_equal(found->drifted, drifted);
	assert_int_equal(found->adopted, adopted);
	stralix__v1__observe_answer__free_unpacked(found, NULL);
}

void drift_site_path(const struct harness_command *site, char path[static 64])
{
	snprintf(path, 64, "sites/%s.conf", site->website_id);
}

static void full_path(const struct harness *harness, const char *path, char full[static 3 * HARNESS_PATH])
{
	snprintf(full, (size_t)3 * HARNESS_PATH, "%s/nginx/live/%s", harness->node, path);
}

void drift_read(const struct harness *harness, const char *path, struct buf *out)
{
	char full[3 * HARNESS_PATH];

	full_path(harness, path, full);
	harness_read(full, out);
}

void drift_write(const struct harness *harness, const char *path, const char *text)
{
	char full[3 * HARNESS_PATH], fresh[3 * HARNESS_PATH + 8];
	struct stat st;
	bool there;

	full_path(harness, path, full);
	snprintf(fresh, sizeof(fresh), "%s.fresh", full);
	there = stat(full, &st) == 0;
	harness_write(fresh, text, strlen(text), there ? st.st_mode & 07777 : 0640);
	if (there)
		assert_int_equal(chown(fresh, st.st_uid, st.st_gid), 0);
	assert_int_equal(rename(fresh, full), 0);
}

void drift_edit(const struct harness *harness, const char *path, const char *from, const char *to)
{
	_cleanup_buf_ struct buf text = { 0 }, edited = { 0 };

	drift_read(harness, path, &text);
	char *at = strstr(text.data, from);
	assert_non_null(at);
	buf_add(&edited, text.data, (size_t)(at - text.data));
	buf_puts(&edited, to);
	buf_puts(&edited, at + strlen(from));
	drift_write(harness, path, edited.data);
}

void drift_command(const struct drift_order *order, struct harness_command *ret, Stralix__V1__FileOrder *body,
                   Stralix__V1__FileChoice *choice, Stralix__V1__FileChoice **list)
{
	harness_command(ret, "");
	if (order->site) {
		*ret = *order->site;
		harness_again(ret, order->generation);
	} else {
		ret->kind = "node";
	}
	ret->verb = order->verb;
	stralix__v1__file_order__init(body);
	stralix__v1__file_choice__init(choice);
	body->actor = (char *)(uintptr_t) "Ann Admin";
	choice->path = (char *)(uintptr_t)order->path;
	if (order->digest)
		choice->digest = (char *)(uintptr_t)order->digest;
	*list = choice;
	if (order->path) {
		body->files = list;
		body->n_files = 1;
	}
	ret->order = body;
}

Stralix__V1__Outcome *drift_order(struct harness *harness, const struct drift_order *order)
{
	Stralix__V1__FileChoice choice, *list;
	Stralix__V1__FileOrder body;
	struct harness_command command;

	drift_command(order, &command, &body, &choice, &list);
	return harness_run(harness, &command);
}

void drift_order_well(struct harness *harness, const struct drift_order *order)
{
	Stralix__V1__Outcome *outcome = drift_order(harness, order);

	if (outcome->state != STRALIX__V1__OUTCOME__STATE__SUCCESS)
		fail_msg("%s %s: %s %s", order->verb, order->path ? order->path : "", outcome->code, outcome->message);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
}
