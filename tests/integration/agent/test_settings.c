/* The engine with a real nginx: what can be set of a site is what it answers; what can't be had changes nothing. */

#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness.h"

/* The desired state's field 5, packed; for the command's extra. */
static void with_settings(struct harness_command *command, const Stralix__V1__WebsiteSettings *settings, uint8_t *room)
{
	Stralix__V1__WebsiteState state;

	stralix__v1__website_state__init(&state);
	state.settings = (Stralix__V1__WebsiteSettings *)(uintptr_t)settings;
	command->extra_size = stralix__v1__website_state__pack(&state, room);
	command->extra = room;
}

static void put_file(const struct harness *harness, const struct harness_command *site, const char *name,
                     const char *text)
{
	char path[3 * HARNESS_PATH];

	snprintf(path, sizeof(path), "%s/srv/%s/public/%s", harness->node, site->website_id, name);
	harness_write(path, text, strlen(text), 0644);
}

static int ask(const struct harness *harness, const char *host, const char *path, const char *wanted)
{
	_cleanup_buf_ struct buf answer = { 0 };
	int status = harness_get(harness, host, path, false, &answer);

	if (wanted && !strstr(answer.data, wanted))
		fail_msg("%s%s: no '%s' in %s", host, path, wanted, answer.data);
	return status;
}

static void aliases_answer_as_the_site_and_go_again(void **state)
{
	struct harness *harness = *state;
	char *aliases[] = { (char[]){ "www.many.example" }, (char[]){ "many.test" } };
	Stralix__V1__WebsiteSettings settings;
	struct harness_command command;
	uint8_t room[4096];

	stralix__v1__website_settings__init(&settings);
	settings.aliases = aliases;
	settings.n_aliases = 2;
	harness_command(&command, "many.example");
	with_settings(&command, &settings, room);
	harness_run_well(harness, &command);
	assert_int_equal(ask(harness, "many.example", "/", "many.example"), 200);
	assert_int_equal(ask(harness, "www.many.example", "/", "many.example"), 200);
	assert_int_equal(ask(harness, "many.test", "/", "many.example"), 200);

	harness_again(&command, 2);
	settings.n_aliases = 1;
	with_settings(&command, &settings, room);
	harness_run_well(harness, &command);
	assert_int_equal(ask(harness, "www.many.example", "/", NULL), 200);
	assert_int_equal(ask(harness, "many.test", "/", NULL), 404);
}

static void an_alias_that_another_site_has_is_refused(void **state)
{
	struct harness *harness = *state;
	char *aliases[] = { (char[]){ "first.example" } };
	Stralix__V1__WebsiteSettings settings;
	struct harness_command first, second, third;
	Stralix__V1__Outcome *outcome;
	uint8_t room[4096];

	stralix__v1__website_settings__init(&settings);
	settings.aliases = aliases;
	settings.n_aliases = 1;
	harness_command(&first, "first.example");
	harness_run_well(harness, &first);
	harness_command(&second, "second.example");
	with_settings(&second, &settings, room);
	outcome = harness_run(harness, &second);
	assert_string_equal(outcome->code, "EXISTS");
	stralix__v1__outcome__free_unpacked(outcome, NULL);

	aliases[0] = (char[]){ "shared.example" };
	harness_again(&second, 2);
	with_settings(&second, &settings, room);
	harness_run_well(harness, &second);
	harness_command(&third, "shared.example");
	outcome = harness_run(harness, &third);
	assert_string_equal(outcome->code, "EXISTS");
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	assert_int_equal(ask(harness, "shared.example", "/", "second.example"), 200);
}

static void redirects_and_error_pages_are_as_they_were_set(void **state)
{
	static char old[] = "/old", cafe[] = "/caf%C3%A9", blog[] = "/blog/", page[] = "/sorry.html";
	static char to_new[] = "https://new.example/a?b=c", to_path[] = "/there", to_blog[] = "https://blog.example";
	struct harness *harness = *state;
	Stralix__V1__Redirect redirect[3], *redirects[] = { &redirect[0], &redirect[1], &redirect[2] };
	Stralix__V1__ErrorPage error_page, *error_pages[] = { &error_page };
	Stralix__V1__WebsiteSettings settings;
	struct harness_command command;
	uint8_t room[4096];

	stralix__v1__website_settings__init(&settings);
	for (unsigned i = 0; i < 3; i++)
		stralix__v1__redirect__init(&redirect[i]);
	stralix__v1__error_page__init(&error_page);
	redirect[0].from = old, redirect[0].to = to_new, redirect[0].status = 301;
	redirect[1].from = cafe, redirect[1].to = to_path;
	redirect[2].from = blog, redirect[2].to = to_blog, redirect[2].below = true, redirect[2].keep_path = true;
	error_page.status = 404, error_page.page = page;
	settings.redirects = redirects, settings.n_redirects = 3;
	settings.error_pages = error_pages, settings.n_error_pages = 1;

	harness_command(&command, "moved.example");
	with_settings(&command, &settings, room);
	harness_run_well(harness, &command);
	put_file(harness, &command, "sorry.html", "so sorry");
	assert_int_equal(ask(harness, "moved.example", "/old", "Location: https://new.example/a?b=c\r\n"), 301);
	assert_int_equal(ask(harness, "moved.example", "/old/er", "so sorry"), 404);
	assert_int_equal(ask(harness, "moved.example", "/caf%C3%A9", "/there\r\n"), 302);
	assert_int_equal(ask(harness, "moved.example", "/blog/x?y=z", "Location: https://blog.example/blog/x?y=z\r\n"),
	                 302);
	assert_int_equal(ask(harness, "moved.example", "/none", "so sorry"), 404);
	assert_int_equal(ask(harness, "moved.example", "/", NULL), 200);
}

/* "/shop" and what is below it, not "/shopping"; what is said of a path itself goes before. */
static void what_is_below_a_path_is_no_neighbour_of_it(void **state)
{
	static char shop[] = "/shop", folder[] = "/shop/", to[] = "https://new.example";
	struct harness *harness = *state;
	Stralix__V1__Redirect redirect[3], *redirects[] = { &redirect[0], &redirect[1], &redirect[2] };
	Stralix__V1__WebsiteSettings settings;
	struct harness_command command;
	uint8_t room[4096];

	stralix__v1__website_settings__init(&settings);
	for (unsigned i = 0; i < 3; i++) {
		stralix__v1__redirect__init(&redirect[i]);
		redirect[i].from = shop, redirect[i].to = to;
	}
	redirect[0].status = 308, redirect[0].below = true;
	settings.redirects = redirects, settings.n_redirects = 1;
	harness_command(&command, "shop.example");
	with_settings(&command, &settings, room);
	harness_run_well(harness, &command);
	assert_int_equal(ask(harness, "shop.example", "/shop", NULL), 308);
	assert_int_equal(ask(harness, "shop.example", "/shop/a", NULL), 308);
	assert_int_equal(ask(harness, "shop.example", "/shopping", NULL), 404);

	redirect[1].status = 301;
	redirect[2].from = folder, redirect[2].status = 307, redirect[2].below = true;
	settings.n_redirects = 3;
	harness_again(&command, 2);
	with_settings(&command, &settings, room);
	harness_run_well(harness, &command);
	assert_int_equal(ask(harness, "shop.example", "/shop", NULL), 301);
	assert_int_equal(ask(harness, "shop.example", "/shop/a", NULL), 307);
}

static void a_whole_site_may_be_redirected(void **state)
{
	static char root[] = "/", to[] = "https://new.example";
	struct harness *harness = *state;
	Stralix__V1__Redirect redirect, *redirects[] = { &redirect };
	Stralix__V1__WebsiteSettings settings;
	struct harness_command command;
	uint8_t room[4096];

	stralix__v1__website_settings__init(&settings);
	stralix__v1__redirect__init(&redirect);
	redirect.from = root, redirect.to = to, redirect.status = 308, redirect.below = redirect.keep_path = true;
	settings.redirects = redirects, settings.n_redirects = 1;
	harness_command(&command, "all.example");
	with_settings(&command, &settings, room);
	harness_run_well(harness, &command);
	assert_int_equal(ask(harness, "all.example", "/a/b?c", "Location: https://new.example/a/b?c\r\n"), 308);
	assert_int_equal(ask(harness, "all.example", "/", "Location: https://new.example/\r\n"), 308);
}

static void a_document_root_is_made_and_served_and_nothing_above_it(void **state)
{
	static char folder[] = "web/public", file[] = "index.html";
	static char *index[] = { file };
	struct harness *harness = *state;
	Stralix__V1__WebsiteSettings settings;
	struct harness_command command;
	Stralix__V1__Outcome *outcome;
	char path[2 * HARNESS_PATH];
	uint8_t room[4096];
	struct stat st;

	stralix__v1__website_settings__init(&settings);
	settings.document_root = folder;
	harness_command(&command, "below.example");
	harness_run_well(harness, &command);
	put_file(harness, &command, "secret.txt", "secret");
	harness_again(&command, 2);
	with_settings(&command, &settings, room);
	harness_run_well(harness, &command);
	snprintf(path, sizeof(path), "%s/srv/%s/public/web/public", harness->node, command.website_id);
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	put_file(harness, &command, "web/public/start.html", "the start");
	assert_int_equal(ask(harness, "below.example", "/start.html", "the start"), 200);
	assert_int_equal(ask(harness, "below.example", "/secret.txt", NULL), 404);
	assert_int_equal(ask(harness, "below.example", "/../../secret.txt", NULL), 400);

	/* A file is in the way: that change fails, and what was served stays. */
	harness_again(&command, 3);
	settings.document_root = file;
	settings.index = index, settings.n_index = 1;
	with_settings(&command, &settings, room);
	outcome = harness_run(harness, &command);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__FAILED);
	assert_non_null(strstr(outcome->message, "index.html"));
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	assert_int_equal(ask(harness, "below.example", "/start.html", "the start"), 200);
}

static void a_site_that_comes_back_with_a_document_root_shows_nothing_above_it(void **state)
{
	static char folder[] = "web";
	struct harness *harness = *state;
	Stralix__V1__WebsiteSettings settings;
	struct harness_command command;
	uint8_t room[4096];

	stralix__v1__website_settings__init(&settings);
	settings.document_root = folder;
	harness_command(&command, "again.example");
	with_settings(&command, &settings, room);
	harness_run_well(harness, &command);
	harness_again(&command, 2);
	command.serving = STRALIX__V1__WEBSITE_STATE__SERVING__DELETED;
	harness_run_well(harness, &command);
	harness_again(&command, 3);
	command.serving = STRALIX__V1__WEBSITE_STATE__SERVING__LIVE;
	harness_send(harness, &command);
	for (unsigned i = 0; i < 50; i++) /* not even on the way there */
		assert_false(harness_serves(harness, "again.example"));
	stralix__v1__outcome__free_unpacked(harness_ending(harness, command.task_id), NULL);
	assert_int_equal(ask(harness, "again.example", "/index.html", NULL), 404);
}

/* A server that answers each request with what it was sent; in a child, until it is killed. */
static pid_t echo_server(uint16_t *ret_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(address);
	pid_t pid;

	assert_int_equal(bind(fd, (const struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*ret_port = ntohs(address.sin_port);
	pid = fork();
	while (pid == 0) {
		static const char head[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
		char request[4096];
		int client = accept(fd, NULL, NULL);
		ssize_t got = read(client, request, sizeof(request));

		if (write(client, head, sizeof(head) - 1) < 0 || (got > 0 && write(client, request, (size_t)got) < 0))
			_exit(1);
		close(client);
	}
	close(fd);
	return pid;
}

static void a_proxied_site_is_answered_by_its_upstream(void **state)
{
	struct harness *harness = *state;
	static char old[] = "/old", to[] = "/new";
	Stralix__V1__Redirect redirect, *redirects[] = { &redirect };
	Stralix__V1__WebsiteSettings settings;
	struct harness_command command;
	char upstream[64];
	uint8_t room[4096];
	uint16_t port;
	pid_t server = echo_server(&port);

	snprintf(upstream, sizeof(upstream), "http://127.0.0.1:%u", port);
	stralix__v1__website_settings__init(&settings);
	stralix__v1__redirect__init(&redirect);
	redirect.from = old, redirect.to = to;
	settings.redirects = redirects, settings.n_redirects = 1;
	settings.proxy = upstream;
	harness_command(&command, "proxied.example");
	with_settings(&command, &settings, room);
	harness_run_well(harness, &command);
	assert_int_equal(ask(harness, "proxied.example", "/a%20b?c=d", "GET /a%20b?c=d HTTP/1.1\r\n"), 200);
	assert_int_equal(ask(harness, "proxied.example", "/", "\r\nHost: proxied.example\r\n"), 200);
	assert_int_equal(ask(harness, "proxied.example", "/", "\r\nX-Forwarded-For: 127.0.0.1\r\n"), 200);
	assert_int_equal(ask(harness, "proxied.example", "/old", "/new\r\n"), 302);
	assert_int_equal(ask(harness, "proxied.example", "/.env", NULL), 404);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	assert_int_equal(ask(harness, "proxied.example", "/", NULL), 502);

	/* Without it the files are back. */
	harness_again(&command, 2);
	settings.proxy = (char *)(uintptr_t)protobuf_c_empty_string;
	with_settings(&command, &settings, room);
	harness_run_well(harness, &command);
	assert_int_equal(ask(harness, "proxied.example", "/", "proxied.example"), 200);
}

static void a_suspended_site_says_so_and_comes_back(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;

	harness_command(&command, "paused.example");
	harness_run_well(harness, &command);
	harness_again(&command, 2);
	command.serving = STRALIX__V1__WEBSITE_STATE__SERVING__SUSPENDED;
	harness_run_well(harness, &command);
	assert_int_equal(ask(harness, "paused.example", "/", "This website is suspended"), 503);
	assert_int_equal(ask(harness, "paused.example", "/index.html", "This website is suspended"), 503);
	assert_int_equal(ask(harness, "paused.example", "/suspended.html", NULL), 404);
	harness_again(&command, 3);
	command.serving = STRALIX__V1__WEBSITE_STATE__SERVING__LIVE;
	harness_run_well(harness, &command);
	assert_int_equal(ask(harness, "paused.example", "/", "paused.example"), 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aliases_answer_as_the_site_and_go_again),
		cmocka_unit_test(an_alias_that_another_site_has_is_refused),
		cmocka_unit_test(redirects_and_error_pages_are_as_they_were_set),
		cmocka_unit_test(what_is_below_a_path_is_no_neighbour_of_it),
		cmocka_unit_test(a_whole_site_may_be_redirected),
		cmocka_unit_test(a_document_root_is_made_and_served_and_nothing_above_it),
		cmocka_unit_test(a_site_that_comes_back_with_a_document_root_shows_nothing_above_it),
		cmocka_unit_test(a_proxied_site_is_answered_by_its_upstream),
		cmocka_unit_test(a_suspended_site_says_so_and_comes_back),
	};

	return cmocka_run_group_tests_name("agent/settings", tests, harness_set_up, harness_tear_down);
}
