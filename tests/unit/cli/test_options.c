/* Options: the table is the law. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/command.h"

struct settings {
	const char *dir, *port;
	struct strings names;
};

static const struct option_row rows[] = {
	{ "dir", "DIR", offsetof(struct settings, dir), NULL, false, "where" },
	{ "port", "N", offsetof(struct settings, port), "42", false, "which" },
	{ "name", "NAME", offsetof(struct settings, names), NULL, true, "who" },
	{ .name = NULL },
};

static const struct command command = { "do it", "does it", "Does it.", rows, sizeof(struct settings), NULL, NULL };

static bool parse(struct settings *settings, struct error *err, const char *line)
{
	_cleanup_free_ char *copy = strdup(line);
	static char kept[256];
	char *argv[16];
	int argc = 0;

	strncpy(kept, copy, sizeof kept - 1);
	for (char *word = strtok(kept, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	*settings = (struct settings){ 0 };
	return options_parse(&command, argc, argv, settings, err);
}

static void both_spellings_and_repeats_are_read(void **state)
{
	struct settings settings;
	struct error err = { 0 };

	(void)state;
	assert_true(parse(&settings, &err, "--dir /a --name=b --name c=d --port=7"));
	assert_string_equal(settings.dir, "/a");
	assert_string_equal(settings.port, "7");
	assert_int_equal(settings.names.n, 2);
	assert_string_equal(settings.names.items[0], "b");
	assert_string_equal(settings.names.items[1], "c=d");
	assert_null(settings.names.items[2]);
}

static void what_is_not_given_has_its_default(void **state)
{
	struct settings settings;

	(void)state;
	assert_true(parse(&settings, NULL, "--dir /a"));
	assert_string_equal(settings.port, "42");
	assert_int_equal(settings.names.n, 0);
}

static void mistakes_are_named(void **state)
{
	static const struct {
		const char *line, *says;
	} rows_[] = {
		{ "--port 1", "--dir is needed" },         { "--dir", "--dir wants DIR" },
		{ "--dir a --dir b", "given twice" },      { "--dir a --what b", "unknown option '--what'" },
		{ "dir a", "unknown option 'dir'" },       { "--dir a stray", "unknown option 'stray'" },
		{ "--di a", "unknown option '--di'" },     { "-- a", "unknown option '--'" },
		{ "--dirs=a", "unknown option '--dirs=" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows_); i++) {
		struct settings settings;
		struct error err = { 0 };

		assert_false(parse(&settings, &err, rows_[i].line));
		if (!strstr(err.message, rows_[i].says))
			fail_msg("'%s' says: %s", rows_[i].line, err.message);
	}
}

static void too_many_repeats_are_refused(void **state)
{
	char *argv[2 * OPTION_MANY + 4];
	struct settings settings = { 0 };
	struct error err = { 0 };
	char name[] = "--name", value[] = "x";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(argv); i += 2) {
		argv[i] = name;
		argv[i + 1] = value;
	}
	assert_false(options_parse(&command, 2 * (OPTION_MANY + 1), argv, &settings, &err));
	assert_non_null(strstr(err.message, "more than"));
}

static void numbers_are_decimal_and_in_range(void **state)
{
	static const char *const bad[] = { "",   "0",  "65536", "-1",  "+1",
		                           " 1", "1 ", "0x10",  "1e3", "99999999999999999999" };
	long number = 0;

	(void)state;
	assert_true(option_number("port", "65535", 1, 65535, &number, NULL));
	assert_int_equal(number, 65535);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = { 0 };

		if (option_number("port", bad[i], 1, 65535, &number, &err))
			fail_msg("accepted: '%s'", bad[i]);
		assert_non_null(strstr(err.message, "--port"));
	}
}

static void help_names_every_option_of_every_command(void **state)
{
	static const struct command *const all[] = { &init_command, &node_init_command, &sre_context_command };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		_cleanup_free_ char *text = NULL;
		size_t size;
		FILE *file = open_memstream(&text, &size);

		options_describe(all[i], file);
		fclose(file);
		assert_non_null(strstr(text, all[i]->name));
		for (const struct option_row *row = all[i]->options; row->name; row++) {
			assert_non_null(strstr(text, row->name));
			assert_non_null(strstr(text, row->help));
		}
	}
}

static void an_operand_stands_for_its_option(void **state)
{
	static const struct command with = { .options = rows, .operand = &rows[1] };
	static char dir[] = "--dir=/a", eighty[] = "80", more[] = "81", minus[] = "-80";
	char *const good[] = { dir, eighty }, *const twice[] = { eighty, dir, more }, *const dash[] = { dir, minus };
	struct settings settings = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_true(options_parse(&with, 2, good, &settings, &err));
	assert_string_equal(settings.port, "80");
	settings = (struct settings){ 0 };
	assert_false(options_parse(&with, 3, twice, &settings, &err));
	assert_non_null(strstr(err.message, "twice"));
	settings = (struct settings){ 0 };
	assert_false(options_parse(&with, 2, dash, &settings, &err));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_spellings_and_repeats_are_read),
		cmocka_unit_test(an_operand_stands_for_its_option),
		cmocka_unit_test(what_is_not_given_has_its_default),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(too_many_repeats_are_refused),
		cmocka_unit_test(numbers_are_decimal_and_in_range),
		cmocka_unit_test(help_names_every_option_of_every_command),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
