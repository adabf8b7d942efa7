/* What of PHP may be set: every directive of the list takes its own default, and nothing that could be more than a
 * value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/contract/php.h"

static bool takes(const char *name, const char *value)
{
	const struct php_directive *directive = php_directive(name);

	assert_non_null(directive);
	return php_directive_takes(directive, value);
}

static void every_directive_takes_its_default_and_no_foul_value(void **state)
{
	static const char *const foul[] = { "",     " ",   "1 ",          "-1",     "1\n",
		                            "1;2",  "\"",  "${HOME}",     "$HOME",  "1M\"\nuser = root",
		                            "0x10", "1e3", "99999999999", "../etc", "a=b",
		                            "[x]",  "01" };

	(void)state;
	for (const struct php_directive *row = php_directives; row->name; row++) {
		if (!php_directive_takes(row, row->fallback))
			fail_msg("%s refuses its own %s", row->name, row->fallback);
		for (unsigned i = 0; i < sizeof(foul) / sizeof(foul[0]); i++)
			if (php_directive_takes(row, foul[i]))
				fail_msg("%s takes '%s'", row->name, foul[i]);
	}
}

static void what_protects_others_cannot_be_set(void **state)
{
	static const char *const never[] = { "open_basedir",
		                             "disable_functions",
		                             "sendmail_path",
		                             "error_log",
		                             "extension",
		                             "auto_prepend_file",
		                             "user_ini.filename",
		                             "session.save_path",
		                             "upload_tmp_dir",
		                             "sys_temp_dir",
		                             "" };

	(void)state;
	for (unsigned i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		assert_null(php_directive(never[i]));
}

static void values_have_bounds(void **state)
{
	(void)state;
	assert_true(takes("memory_limit", "16M"));
	assert_true(takes("memory_limit", "1G"));
	assert_true(takes("memory_limit", "16777216"));
	assert_false(takes("memory_limit", "15M"));
	assert_false(takes("memory_limit", "1025M"));
	assert_false(takes("memory_limit", "9999999999G"));
	assert_true(takes("max_execution_time", "300"));
	assert_false(takes("max_execution_time", "0"));
	assert_false(takes("max_execution_time", "1M"));
	assert_true(takes("display_errors", "on"));
	assert_false(takes("display_errors", "1"));
	assert_true(takes("date.timezone", "America/Argentina/Buenos_Aires"));
	assert_true(takes("date.timezone", "Etc/GMT+1"));
	assert_false(takes("date.timezone", "Europe/"));
	assert_false(takes("date.timezone", "/Europe"));
	assert_int_equal(php_size("8M"), 8 << 20);
	assert_int_equal(php_size("8 M"), 0);
}

static void a_choice_names_its_fault(void **state)
{
	Stralix__V1__PhpIni first = { .name = (char[]){ "memory_limit" }, .value = (char[]){ "64M" } }, second = first;
	Stralix__V1__PhpIni *list[] = { &first, &second };
	Stralix__V1__Php php = { .ini = list, .n_ini = 1 };
	struct error err = { 0 };

	(void)state;
	assert_true(php_check(NULL, &err));
	assert_true(php_check(&php, &err));
	php.n_ini = 2;
	assert_false(php_check(&php, &err));
	assert_string_equal(err.violations[0].field, "settings.php.ini[1].name");
	assert_string_equal(err.violations[0].rule, "repeated");
	err = (struct error){ 0 };
	second.name = (char[]){ "open_basedir" };
	assert_false(php_check(&php, &err));
	assert_string_equal(err.violations[0].rule, "allowed");
	err = (struct error){ 0 };
	first.value = (char[]){ "lots" };
	assert_false(php_check(&php, &err));
	assert_string_equal(err.violations[0].field, "settings.php.ini[0].value");
}

static void a_file_is_no_larger_than_a_request(void **state)
{
	Stralix__V1__PhpIni first = { .name = (char[]){ "upload_max_filesize" }, .value = (char[]){ "9M" } };
	Stralix__V1__PhpIni second = { .name = (char[]){ "post_max_size" }, .value = (char[]){ "9216K" } };
	Stralix__V1__PhpIni *list[] = { &first, &second };
	Stralix__V1__Php php = { .ini = list, .n_ini = 1 };
	struct error err = { 0 };

	(void)state;
	assert_true(php_check_sizes(NULL, &err));
	assert_int_equal(php_bytes(NULL, "post_max_size"), 8 << 20);
	assert_int_equal(php_bytes(&php, "upload_max_filesize"), 9 << 20);
	assert_false(php_check_sizes(&php, &err)); /* 9M in the default's 8M */
	assert_string_equal(err.violations[0].field, "settings.php.ini[0].value");
	assert_string_equal(err.violations[0].rule, "post_max_size");
	php.n_ini = 2;
	assert_true(php_check_sizes(&php, &err));
	second.value = (char[]){ "9215K" };
	err = (struct error){ 0 };
	assert_false(php_check_sizes(&php, &err));
	assert_string_equal(err.violations[0].rule, "post_max_size");
	list[0] = &second;
	php.n_ini = 1;
	second.value = (char[]){ "1M" };
	err = (struct error){ 0 };
	assert_false(php_check_sizes(&php, &err)); /* the default's 2M in 1M */
	assert_string_equal(err.violations[0].field, "settings.php.ini[0].value");
	assert_string_equal(err.violations[0].rule, "upload_max_filesize");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_no_larger_than_a_request),
		cmocka_unit_test(every_directive_takes_its_default_and_no_foul_value),
		cmocka_unit_test(what_protects_others_cannot_be_set),
		cmocka_unit_test(values_have_bounds),
		cmocka_unit_test(a_choice_names_its_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
