/* test_protect: folders that ask for a password, in front of a real nginx. */

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "harness.h"

/* "correct horse battery" */
#define HASH "$2b$05$G7cwaPb/cAEl0cYd1DOfj.gxPhwQuNW1emfaTAvzD6RNYabySvhcm"
#define ANN "YW5uOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ=="
#define WRONG "YW5uOndyb25nIGhvcnNlIGJhdHRlcnk="
#define NOBODY "bm9ib2R5OmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ=="

/* Settings with a folder or two and one user of both. */
struct locked {
	Stralix__V1__FolderUser user, *users[1];
	Stralix__V1__ProtectedFolder folder[2], *folders[2];
	Stralix__V1__WebsiteSettings settings;
	uint8_t room[4096];
};

static void lock(struct locked *locked, const char *first, const char *second)
{
	const char *const paths[] = { first, second };

	stralix__v1__website_settings__init(&locked->settings);
	stralix__v1__folder_user__init(&locked->user);
	locked->user.name = (char *)(uintptr_t) "ann";
	locked->user.hash = (char *)(uintptr_t)HASH;
	locked->users[0] = &locked->user;
	for (size_t i = 0; i < 2; i++) {
		stralix__v1__protected_folder__init(&locked->folder[i]);
		locked->folder[i].path = (char *)(uintptr_t)paths[i];
		locked->folder[i].users = locked->users;
		locked->folder[i].n_users = 1;
		locked->folders[i] = &locked->folder[i];
	}
	locked->settings.protected_folders = locked->folders;
	locked->settings.n_protected_folders = second ? 2 : 1;
}

static void with(struct harness_command *command, struct locked *locked)
{
	Stralix__V1__WebsiteState state;

	stralix__v1__website_state__init(&state);
	state.settings = &locked->settings;
	command->extra_size = stralix__v1__website_state__pack(&state, locked->room);
	command->extra = locked->room;
}

static int ask(const struct harness *harness, const char *domain, const char *path, const char *credentials)
{
	_cleanup_buf_ struct buf answer = { 0 };
	char host[256];

	snprintf(host, sizeof(host), "%s%s%s", domain, *credentials ? "\r\nAuthorization: Basic " : "", credentials);
	return harness_get(harness, host, path, false, &answer);
}

static void a_folder_asks_for_a_password_however_it_is_written(void **state)
{
	static const char *const inside[] = { "/in.ner",     "/in.ner/",    "/in.ner/x",
		                              "/in%2ener/x", "//in.ner//x", "/y/../in.ner/x",
		                              "/in.ner/x?y", "/in.ner%0a",  "/in.ner/open/x" };
	static const char *const outside[] = { "/", "/inxner", "/in.nerd", "/IN.NER", "/x/in.ner" };
	struct harness *harness = *state;
	struct harness_command command;
	struct locked locked;

	harness_command(&command, "locked.example");
	lock(&locked, "in.ner", "in.ner/open");
	locked.folder[0].realm = (char *)(uintptr_t) "Only us";
	with(&command, &locked);
	harness_run_well(harness, &command);
	for (size_t i = 0; i < ARRAY_SIZE(outside); i++)
		assert_int_not_equal(ask(harness, "locked.example", outside[i], ""), 401);
	for (size_t i = 0; i < ARRAY_SIZE(inside); i++) {
		assert_int_equal(ask(harness, "locked.example", inside[i], ""), 401);
		assert_int_equal(ask(harness, "locked.example", inside[i], WRONG), 401);
		assert_int_equal(ask(harness, "locked.example", inside[i], NOBODY), 401);
		assert_int_equal(ask(harness, "locked.example", inside[i], "!"), 401);
		assert_int_equal(ask(harness, "locked.example", inside[i], ANN), 404);
	}
	_cleanup_buf_ struct buf answer = { 0 };
	harness_get(harness, "locked.example", "/in.ner/x", false, &answer);
	assert_non_null(strstr(answer.data, "Basic realm=\"Only us\""));
	harness_again(&command, 2);
	command.extra_size = 0;
	harness_run_well(harness, &command);
	assert_int_equal(ask(harness, "locked.example", "/in.ner", ""), 404);
}

static void a_whole_site_asks_whoever_answers_there(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;
	struct locked locked;

	harness_command(&command, "all.example");
	lock(&locked, "", NULL);
	with(&command, &locked);
	harness_run_well(harness, &command);
	assert_int_equal(ask(harness, "all.example", "/", ""), 401);
	assert_int_equal(ask(harness, "all.example", "/index.html", ""), 401);
	assert_int_equal(ask(harness, "all.example", "/", ANN), 200);
	assert_int_equal(ask(harness, "all.example", "/.well-known/acme-challenge/x", ""), 404);
	harness_again(&command, 2);
	locked.settings.proxy = (char *)(uintptr_t) "http://127.0.0.1:1";
	with(&command, &locked);
	harness_run_well(harness, &command);
	assert_int_equal(ask(harness, "all.example", "/anything", ""), 401);
	assert_int_equal(ask(harness, "all.example", "/anything", ANN), 502);
}

static void its_users_are_for_nginx_alone_and_go_with_the_site(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;
	char path[2 * HARNESS_PATH];
	struct locked locked;
	struct stat file;
	glob_t found;

	harness_command(&command, "gone.example");
	lock(&locked, "private", NULL);
	with(&command, &locked);
	harness_run_well(harness, &command);
	snprintf(path, sizeof(path), "%s/auth/%s.*", harness->node, command.website_id);
	assert_int_equal(glob(path, 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 1);
	assert_int_equal(stat(found.gl_pathv[0], &file), 0);
	assert_int_equal(file.st_mode & 0777, 0640);
	globfree(&found);
	harness_again(&command, 2);
	command.extra_size = 0;
	command.serving = STRALIX__V1__WEBSITE_STATE__SERVING__DELETED;
	harness_run_well(harness, &command);
	harness_again(&command, 3);
	command.verb = "remove";
	harness_run_well(harness, &command);
	assert_int_equal(glob(path, 0, NULL, &found), GLOB_NOMATCH);
}

static void a_user_that_would_break_the_file_is_refused(void **state)
{
	static const char *const hashes[] = { "", "x\nroot:x", "x:y", "a b" };
	struct harness *harness = *state;

	for (size_t i = 0; i < ARRAY_SIZE(hashes); i++) {
		struct harness_command command;
		struct locked locked;

		harness_command(&command, "broken.example");
		lock(&locked, "private", NULL);
		locked.user.hash = (char *)(uintptr_t)hashes[i];
		with(&command, &locked);
		harness_send(harness, &command);
		Stralix__V1__Outcome *outcome = harness_answer(harness);
		if (outcome->state == STRALIX__V1__OUTCOME__STATE__ACCEPTED) {
			stralix__v1__outcome__free_unpacked(outcome, NULL);
			outcome = harness_ending(harness, command.task_id);
		}
		assert_true(outcome->state == STRALIX__V1__OUTCOME__STATE__REFUSED ||
		            outcome->state == STRALIX__V1__OUTCOME__STATE__FAILED);
		assert_string_equal(outcome->code, "INVALID");
		stralix__v1__outcome__free_unpacked(outcome, NULL);
		assert_int_not_equal(ask(harness, "broken.example", "/private", ""), 200);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_asks_for_a_password_however_it_is_written),
		cmocka_unit_test(a_whole_site_asks_whoever_answers_there),
		cmocka_unit_test(its_users_are_for_nginx_alone_and_go_with_the_site),
		cmocka_unit_test(a_user_that_would_break_the_file_is_refused),
	};

	return cmocka_run_group_tests_name("agent protect", tests, harness_set_up, harness_tear_down);
}
