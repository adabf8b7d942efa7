/* test_log_file: reading a log from its end and from a cursor. */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/contract/format.h"

#include "agent/engine/log_file.h"

struct fixture {
	char dir[64], path[128], older[128];
	struct arena *arena;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	strcpy(fixture.dir, "/tmp/test_log_file.XXXXXX");
	assert_non_null(mkdtemp(fixture.dir));
	snprintf(fixture.path, sizeof(fixture.path), "%s/x.log", fixture.dir);
	snprintf(fixture.older, sizeof(fixture.older), "%s/x.log.1", fixture.dir);
	fixture.arena = arena_new(64 << 20);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	unlink(fixture->path);
	unlink(fixture->older);
	rmdir(fixture->dir);
	arena_free(fixture->arena);
	return 0;
}

static void append(const char *path, const char *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
}

static void say(const struct fixture *fixture, const char *text)
{
	append(fixture->path, text, strlen(text));
}

static struct log_found look(const struct fixture *fixture, const char *cursor, unsigned max, const char *contains)
{
	const struct log_wanted wanted = { cursor, max, contains };
	struct log_found found;
	struct error err = { 0 };

	if (!log_file_read(fixture->path, &wanted, fixture->arena, &found, &err))
		fail_msg("%s", err.message);
	return found;
}

static void the_newest_lines_come_in_their_order(void **state)
{
	struct fixture *fixture = *state;
	struct log_found found;

	say(fixture, "one\ntwo\nthree\nhalf");
	found = look(fixture, "", 2, "");
	assert_int_equal(found.n, 2);
	assert_string_equal(found.lines[0], "two");
	assert_string_equal(found.lines[1], "three");
	assert_true(found.skipped);
	say(fixture, " done\nfour\n");
	found = look(fixture, found.cursor, 10, "");
	assert_int_equal(found.n, 2);
	assert_string_equal(found.lines[0], "half done");
	assert_string_equal(found.lines[1], "four");
	assert_false(found.more);
	assert_int_equal(look(fixture, found.cursor, 10, "").n, 0);
}

static void more_than_fits_comes_with_the_next_look(void **state)
{
	struct fixture *fixture = *state;
	char cursor[LOG_CURSOR];
	unsigned n = 0;

	snprintf(cursor, sizeof(cursor), "%s", look(fixture, "", 10, "").cursor);
	for (unsigned i = 0; i < 1000; i++) {
		char line[600];

		append(fixture->path, line, (size_t)snprintf(line, sizeof(line), "%04u %0500u\n", i, 0U));
	}
	for (bool more = true; more;) {
		struct log_found found = look(fixture, cursor, 1000, "");

		assert_true(found.n > 0 && found.n < 1000); /* the bytes end it */
		for (size_t i = 0; i < found.n; i++, n++)
			assert_int_equal(strtoul(found.lines[i], NULL, 10), n);
		snprintf(cursor, sizeof(cursor), "%s", found.cursor);
		more = found.more;
	}
	assert_int_equal(n, 1000);
}

static void a_rotated_log_goes_on_where_it_was_left(void **state)
{
	struct fixture *fixture = *state;
	struct log_found found;

	say(fixture, "a\n");
	found = look(fixture, "", 10, "");
	say(fixture, "b\n");
	assert_int_equal(rename(fixture->path, fixture->older), 0);
	say(fixture, "c\n");
	found = look(fixture, found.cursor, 10, "");
	assert_int_equal(found.n, 1);
	assert_string_equal(found.lines[0], "b");
	assert_true(found.more);
	found = look(fixture, found.cursor, 10, "");
	assert_int_equal(found.n, 1);
	assert_string_equal(found.lines[0], "c");
	found = look(fixture, "", 10, "");
	assert_int_equal(found.n, 3);
	assert_string_equal(found.lines[0], "a");
}

static void a_file_that_is_gone_says_that_lines_are_missing(void **state)
{
	struct fixture *fixture = *state;
	struct log_found found;

	say(fixture, "a\n");
	found = look(fixture, "", 10, "");
	say(fixture, "b\n");
	assert_int_equal(rename(fixture->path, fixture->older), 0);
	say(fixture, "c\n");
	assert_int_equal(rename(fixture->path, fixture->older), 0);
	say(fixture, "d\n");
	found = look(fixture, found.cursor, 10, "");
	assert_true(found.skipped);
	assert_string_equal(found.lines[found.n - 1], "d");
}

static void a_cursor_that_isnt_one_is_refused(void **state)
{
	static const char *const cursors[] = { "x", "1", "1-", "-1", "1-2-3", "1-2x", "ffffffffffffffffff-1", "1-1" };
	struct fixture *fixture = *state;
	struct log_found found;
	char middle[LOG_CURSOR];

	say(fixture, "secret one\nline\n");
	found = look(fixture, "", 10, "");
	for (size_t i = 0; i < ARRAY_SIZE(cursors) - 1; i++) {
		const struct log_wanted wanted = { cursors[i], 10, "" };
		struct error err = { 0 };

		if (log_file_read(fixture->path, &wanted, fixture->arena, &found, &err))
			fail_msg("%s", cursors[i]);
		assert_int_equal(err.code, ERR_INVALID);
	}
	/* of this file, but the middle of a line */
	found = look(fixture, "", 10, "");
	snprintf(middle, sizeof(middle), "%.*s-3", (int)strcspn(found.cursor, "-"), found.cursor);
	const struct log_wanted wanted = { middle, 10, "" };
	struct error err = { 0 };
	assert_false(log_file_read(fixture->path, &wanted, fixture->arena, &found, &err));
	assert_int_equal(err.code, ERR_INVALID);
}

static void what_isnt_printable_is_spelt_out(void **state)
{
	static const char bytes[] = "\x1b[2J\0\xff\xc3\xa4 \xe2\x80\xae\x7f\t<b>\r\n";
	struct fixture *fixture = *state;

	append(fixture->path, bytes, sizeof(bytes) - 1);
	struct log_found found = look(fixture, "", 10, "");
	assert_int_equal(found.n, 1);
	assert_string_equal(found.lines[0], "\\x1B[2J\\x00\\xFF\xc3\xa4 \\xE2\\x80\\xAE\\x7F\\x09<b>\\x0D");
}

static void a_very_long_line_is_cut(void **state)
{
	struct fixture *fixture = *state;
	static char line[3 << 20];

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	append(fixture->path, line, sizeof(line));
	say(fixture, "after\n");
	struct log_found found = look(fixture, "", 10, "");
	assert_int_equal(found.n, 2);
	assert_true(strlen(found.lines[0]) < LOG_LINE + 16);
	assert_true(format_utf8_valid(found.lines[0], strlen(found.lines[0])));
	assert_string_equal(found.lines[1], "after");
}

static void the_text_is_looked_for_in_either_case(void **state)
{
	struct fixture *fixture = *state;

	say(fixture, "GET /Shop\nGET /blog\nPOST /SHOP\n");
	struct log_found found = look(fixture, "", 10, "shop");
	assert_int_equal(found.n, 2);
	assert_string_equal(found.lines[1], "POST /SHOP");
}

static void a_gigabyte_takes_no_longer_than_its_end(void **state)
{
	struct fixture *fixture = *state;
	int fd = open(fixture->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 1L << 30), 0); /* a hole: NULs without a newline */
	close(fd);
	say(fixture, "\n");
	for (unsigned i = 0; i < 300; i++)
		say(fixture, "127.0.0.1 - - [2026-11-26T20:00:00+00:00] \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"\n");
	int64_t began = clock_monotonic_us();
	struct log_found found = look(fixture, "", 200, "");
	assert_int_equal(found.n, 200);
	assert_true(clock_monotonic_us() - began < 1000000);
	/* What isn't there is given up after so many bytes. */
	began = clock_monotonic_us();
	found = look(fixture, "", 200, "nowhere");
	assert_int_equal(found.n, 0);
	assert_true(found.skipped);
	assert_true(clock_monotonic_us() - began < 5000000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_newest_lines_come_in_their_order),
		TEST(more_than_fits_comes_with_the_next_look),
		TEST(a_rotated_log_goes_on_where_it_was_left),
		TEST(a_file_that_is_gone_says_that_lines_are_missing),
		TEST(a_cursor_that_isnt_one_is_refused),
		TEST(what_isnt_printable_is_spelt_out),
		TEST(a_very_long_line_is_cut),
		TEST(the_text_is_looked_for_in_either_case),
		TEST(a_gigabyte_takes_no_longer_than_its_end),
	};

	return cmocka_run_group_tests_name("agent log file", tests, NULL, NULL);
}
