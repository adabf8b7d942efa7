/* test_sqlgen: what the generator makes of files, and what it refuses. Its path is the only argument. */

#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "lib/base/cleanup.h"

static char *sqlgen; /* set by main before the tests */
static char folder[] = "/tmp/test_sqlgen.XXXXXX";

static int setup(void **state)
{
	(void)state;
	return !mkdtemp(folder) || chdir(folder) != 0;
}

static int teardown(void **state)
{
	static const char *const files[] = { "queries.sql", "queries_wide.sql", "0001_a.sql", "0002_b.sql", "out.c",
		                             "out.h" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlink(files[i]);
	return rmdir(folder);
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(name, "we");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static char *get(const char *name)
{
	static char text[16384];
	FILE *file = fopen(name, "re");
	size_t size;

	assert_non_null(file);
	size = fread(text, 1, sizeof(text) - 1, file);
	text[size] = '\0';
	fclose(file);
	return text;
}

/* The exit status with up to three files. */
static int generate(const char *a, const char *b, const char *c)
{
	char *const argv[] = { sqlgen,
		               strdup("shop"),
		               strdup("out.c"),
		               strdup("out.h"),
		               a ? strdup(a) : NULL,
		               b ? strdup(b) : NULL,
		               c ? strdup(c) : NULL,
		               NULL };
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	assert_int_equal(posix_spawn(&pid, sqlgen, &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	for (size_t i = 1; i < ARRAY_SIZE(argv); i++)
		free(argv[i]);
	return status;
}

static void statements_become_ids_and_tables(void **state)
{
	(void)state;
	put("queries.sql",
	    "-- what is above the first name is a comment\n-- name: item_get\n-- why\nselect \"x\" -- ?\?/\n"
	    "from item;\n\n-- name: item_put\ninsert into item default values\n");
	put("queries_wide.sql", "-- name: item_count\nselect count(*) from item");
	assert_int_equal(generate("queries.sql", "queries_wide.sql", NULL), 0);
	assert_non_null(strstr(get("out.h"), "enum {\n\tSHOP_ITEM_GET,\n\tSHOP_ITEM_PUT,\n\tSHOP_QUERIES\n};"));
	assert_non_null(strstr(get("out.h"), "enum {\n\tSHOP_WIDE_ITEM_COUNT,\n\tSHOP_WIDE_QUERIES\n};"));
	assert_non_null(strstr(get("out.c"), "{ .name = \"item_get\",\n\t  .sql =\n\t\t\"-- why\\n\"\n"
	                                     "\t\t\"select \\\"x\\\" -- \\?\\?/\\n\"\n\t\t\"from item\" },"));
}

static void migrations_are_sorted_by_number(void **state)
{
	const char *first;

	(void)state;
	put("0001_a.sql", "create table a ();\n");
	put("0002_b.sql", "create table b ();\n");
	assert_int_equal(generate("0002_b.sql", "0001_a.sql", NULL), 0);
	first = strstr(get("out.c"), "{ .number = 1,\n\t  .name = \"a\",\n\t  .origin = \"shop\"");
	assert_non_null(first);
	assert_non_null(strstr(first, ".number = 2"));
}

static void what_is_no_statement_is_refused(void **state)
{
	(void)state;
	put("queries.sql", "-- name: a\nselect 1;\n-- name: a\nselect 2;\n");
	assert_int_not_equal(generate("queries.sql", NULL, NULL), 0);
	put("queries.sql", "-- name: Bad-Name\nselect 1;\n");
	assert_int_not_equal(generate("queries.sql", NULL, NULL), 0);
	put("queries.sql", "-- name: a\n\n-- name: b\nselect 1;\n");
	assert_int_not_equal(generate("queries.sql", NULL, NULL), 0);
	put("queries.sql", "-- name: a");
	assert_int_not_equal(generate("queries.sql", NULL, NULL), 0);
	assert_int_not_equal(generate("absent.sql", NULL, NULL), 0);
	assert_int_not_equal(generate(NULL, NULL, NULL), 0);
	assert_int_not_equal(generate("0001_a.sql", "0001_a.sql", NULL), 0);
}

static void parts_stand_in_statements(void **state)
{
	(void)state;
	put("queries.sql", "-- part: live\nstate = 'live';\n\n-- part: own\nwhere org = $1\n  and\n  -- use: live\n\n"
	                   "-- name: item_list\nselect *\n  from item\n -- use: own\n order by id;\n\n"
	                   "-- name: item_count\nselect count(*) from item where\n-- use: live\n");
	assert_int_equal(generate("queries.sql", NULL, NULL), 0);
	assert_non_null(strstr(get("out.h"), "enum {\n\tSHOP_ITEM_LIST,\n\tSHOP_ITEM_COUNT,\n\tSHOP_QUERIES\n};"));
	assert_non_null(strstr(get("out.c"), "\t\t\"  from item\\n\"\n\t\t\"where org = $1\\n\"\n\t\t\"  and\\n\"\n"
	                                     "\t\t\"state = 'live'\\n\"\n\t\t\" order by id\" },"));
	assert_null(strstr(get("out.c"), "use:"));
}

static void parts_that_are_none_are_refused(void **state)
{
	(void)state;
	put("queries.sql", "-- part: live\nlive\n-- name: a\nselect 1;\n"); /* nothing uses it */
	assert_int_not_equal(generate("queries.sql", NULL, NULL), 0);
	put("queries.sql", "-- name: a\nselect 1 from\n-- use: live\n"); /* it isn't there */
	assert_int_not_equal(generate("queries.sql", NULL, NULL), 0);
	put("queries.sql", "-- name: a\nselect 1 from\n-- use: live\n-- part: live\nlive\n"); /* it comes too late */
	assert_int_not_equal(generate("queries.sql", NULL, NULL), 0);
	put("queries.sql", "-- part: live\n-- use: live\n-- name: a\n-- use: live\n"); /* of itself */
	assert_int_not_equal(generate("queries.sql", NULL, NULL), 0);
	put("queries.sql", "-- part: live\nlive\n-- part: live\nlive\n-- name: a\n-- use: live\n");
	assert_int_not_equal(generate("queries.sql", NULL, NULL), 0);
	put("queries.sql", "-- part: live\nlive\n-- name: a\n-- use: live\n"); /* a part is of one file */
	put("queries_wide.sql", "-- name: b\n-- use: live\n");
	assert_int_not_equal(generate("queries.sql", "queries_wide.sql", NULL), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statements_become_ids_and_tables), cmocka_unit_test(migrations_are_sorted_by_number),
		cmocka_unit_test(what_is_no_statement_is_refused),  cmocka_unit_test(parts_stand_in_statements),
		cmocka_unit_test(parts_that_are_none_are_refused),
	};

	if (argc != 2 || !(sqlgen = realpath(argv[1], NULL)))
		return 1;
	argc = cmocka_run_group_tests(tests, setup, teardown);
	free(sqlgen);
	return argc;
}
