/* test_protect: folders that ask for a password, in front of a real nginx. */

#include <arpa/inet.h>
#include <glob.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/clock.h"

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

static int open_guess(const struct harness *harness, const char *domain, const char *path, const char *credentials)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		                  .sin_port = htons(harness->http_port),
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char text[512];

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	snprintf(text, sizeof(text), "GET %s HTTP/1.0\r\nHost: %s\r\nAuthorization: Basic %s\r\n\r\n", path, domain,
	         credentials);
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	return fd;
}

static int end_guess(int fd)
{
	char text[1024] = "";
	size_t size = 0;
	ssize_t got;

	while (size + 1 < sizeof(text) && (got = recv(fd, text + size, sizeof(text) - 1 - size, 0)) > 0)
		size += (size_t)got;
	close(fd);
	return size > 12 ? (int)strtol(text + 9, NULL, 10) : 0;
}

/* 200 at once, 200 more that wait their turn, 20 a second; what is above that is refused. */
static void guesses_are_few_and_slow_and_nobody_else_pays_for_them(void **state)
{
	enum { GUESSES = 700, AT_ONCE = 200, A_SECOND = 20, PATIENCE_MS = 60000 };
	int64_t began_ms = clock_monotonic_ms();
	static int fds[GUESSES];
	struct harness *harness = *state;
	struct harness_command command;
	struct locked locked;
	int looked = 0, refused = 0;

	lock(&locked, "private", NULL);
	harness_command(&command, "guessed.example");
	with(&command, &locked);
	harness_run_well(harness, &command);
	harness_command(&command, "beside.example");
	with(&command, &locked);
	harness_run_well(harness, &command);
	for (int i = 0; i < GUESSES; i++)
		fds[i] = open_guess(harness, "guessed.example", "/private/x", WRONG);
	/* While they wait: whoever guesses nothing, elsewhere, or at another website. */
	assert_int_equal(ask(harness, "guessed.example", "/private/x", ""), 401);
	assert_int_equal(ask(harness, "guessed.example", "/", WRONG), 200);
	assert_int_equal(ask(harness, "beside.example", "/private/x", ANN), 404);
	for (int i = 0; i < GUESSES; i++) {
		int status = end_guess(fds[i]);

		looked += status == 401;
		refused += status == 429;
	}
	assert_int_equal(looked + refused, GUESSES);
	assert_true(refused > 0);
	assert_true(looked <= AT_ONCE + 1 + (clock_monotonic_ms() - began_ms) * A_SECOND / 1000);
	assert_true(looked > AT_ONCE / 2);
	int status;
	do /* and it is over after a while */
		status = ask(harness, "guessed.example", "/private/x", ANN);
	while (status == 429 && clock_monotonic_ms() - began_ms < PATIENCE_MS);
	assert_int_equal(status, 404);
}

static void what_reads_a_path_itself_gets_none_that_leads_around_a_folder(void **state)
{
	static const char *const around[] = { "/private/../x", "/private/%2e%2e/x", "/private%2f..%2Fx",
		                              "/x/./private",  "/private/.%2E?a",   "/x/..",
		                              "/%2e/private" };
	static const char *const good[] = { "/a..b/x", "/...", "/x?to=/../y", "/.well-known/x" };
	struct harness *harness = *state;
	struct harness_command command;
	struct locked locked;

	harness_command(&command, "passed.example");
	lock(&locked, "private", NULL);
	locked.settings.proxy = (char *)(uintptr_t) "http://127.0.0.1:1";
	with(&command, &locked);
	harness_run_well(harness, &command);
	for (size_t i = 0; i < ARRAY_SIZE(around); i++)
		if (ask(harness, "passed.example", around[i], "") != 400)
			fail_msg("%s is passed on", around[i]);
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_int_not_equal(ask(harness, "passed.example", good[i], ""), 400);
	assert_int_equal(ask(harness, "passed.example", "/private/x", ""), 401);
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
		cmocka_unit_test(guesses_are_few_and_slow_and_nobody_else_pays_for_them),
		cmocka_unit_test(what_reads_a_path_itself_gets_none_that_leads_around_a_folder),
		cmocka_unit_test(a_whole_site_asks_whoever_answers_there),
		cmocka_unit_test(its_users_are_for_nginx_alone_and_go_with_the_site),
		cmocka_unit_test(a_user_that_would_break_the_file_is_refused),
	};

	return cmocka_run_group_tests_name("agent protect", tests, harness_set_up, harness_tear_down);
}
