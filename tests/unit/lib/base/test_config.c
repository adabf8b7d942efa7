/* test_config: a table against files. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/config.h"

struct settings {
	char *url, *name;
	int64_t workers;
	bool loud;
};

static const struct config_row rows[] = {
	{ "url", CONFIG_STRING, offsetof(struct settings, url), NULL, 0, 0, NULL, "where it is" },
	{ "name", CONFIG_STRING, offsetof(struct settings, name), "web", 0, 0, NULL, "what it is called" },
	{ "workers", CONFIG_INT, offsetof(struct settings, workers), "4", 1, 64, "threads", "how many work" },
	{ "loud", CONFIG_BOOL, offsetof(struct settings, loud), "false", 0, 0, NULL, "whether it talks" },
	{ 0 },
};

static bool load(const char *text, struct settings *settings, struct error *err)
{
	char path[] = "/tmp/test_config.XXXXXX";
	int fd = mkstemp(path);
	bool ok;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	ok = config_load(path, rows, settings, err);
	unlink(path);
	return ok;
}

static void values_come_from_the_file_and_else_from_the_table(void **state)
{
	struct settings settings;
	struct error err = { 0 };

	(void)state;
	assert_true(load("# comment\nurl: \"tls://a:1\"\nworkers: 8\nloud: true\n", &settings, &err));
	assert_string_equal(settings.url, "tls://a:1");
	assert_string_equal(settings.name, "web");
	assert_int_equal(settings.workers, 8);
	assert_true(settings.loud);
	config_done(rows, &settings);
	assert_null(settings.url);
}

static void refuses(const char *text, const char *field, const char *rule)
{
	struct settings settings;
	struct error err = { 0 };

	assert_false(load(text, &settings, &err));
	assert_int_equal(err.code, ERR_INVALID);
	if (!field)
		return;
	assert_string_equal(err.violations[0].field, field);
	assert_string_equal(err.violations[0].rule, rule);
	assert_non_null(strstr(err.message, field));
}

static void what_the_table_does_not_allow_is_refused_by_name(void **state)
{
	(void)state;
	refuses("name: x\n", "url", "required");
	refuses("", "url", "required");
	refuses("url: x\nwrokers: 3\n", "wrokers", "unknown");
	refuses("url: x\nurl: y\n", "url", "repeated");
	refuses("url: x\nworkers: 65\n", "workers", "range");
	refuses("url: x\nworkers: 4k\n", "workers", "integer");
	refuses("url: x\nworkers: 99999999999999999999\n", "workers", "integer");
	refuses("url: x\nworkers: ''\n", "workers", "integer");
	refuses("url: x\nloud: yes\n", "loud", "bool");
	refuses("url: [a, b]\n", "url", "scalar");
	refuses("url: \"a\\0b\"\n", "url", "nul");
	refuses("- url\n", NULL, NULL);
	refuses("url: 'x\n", NULL, NULL);
}

static void an_absent_file_is_named(void **state)
{
	struct settings settings;
	struct error err = { 0 };

	(void)state;
	assert_false(config_load("/nonexistent/config.yaml", rows, &settings, &err));
	assert_string_equal(err.message, "settings /nonexistent/config.yaml: open: No such file or directory");
}

static void the_description_names_every_key(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	config_describe(rows, out);
	fclose(out);
	for (const struct config_row *row = rows; row->key; row++) {
		assert_non_null(strstr(text, row->key));
		assert_non_null(strstr(text, row->help));
	}
	assert_non_null(strstr(text, "integer 1 to 64 (threads), default 4"));
	free(text);
}

/* What is wanted of a larger file. */
struct one {
	char *name;
};

static void what_is_for_others_is_left_alone_when_asked(void **state)
{
	static const struct config_row some[] = {
		{ "name", CONFIG_STRING, offsetof(struct one, name), NULL, 0, 0, NULL, "a name" },
		{ .key = NULL },
	};
	char path[] = "/tmp/stralix-config-XXXXXX";
	static const char text[] = "other: 1\nname: \"it\"\n";
	struct one one = { 0 };
	struct error err = { 0 };
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	assert_false(config_load(path, some, &one, &err));
	assert_true(config_load_some(path, some, &one, &err));
	assert_string_equal(one.name, "it");
	config_done(some, &one);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_from_the_file_and_else_from_the_table),
		cmocka_unit_test(what_the_table_does_not_allow_is_refused_by_name),
		cmocka_unit_test(an_absent_file_is_named),
		cmocka_unit_test(what_is_for_others_is_left_alone_when_asked),
		cmocka_unit_test(the_description_names_every_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
