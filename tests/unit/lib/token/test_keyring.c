/* Keyrings: lines "name key", each name once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/token/token.h"

#define KEY_A "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define KEY_B "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static bool read_text(const char *text, struct keyring **ret, struct error *err)
{
	char path[] = "/tmp/stralix-keyring-XXXXXX";
	_cleanup_close_ int fd = mkstemp(path);
	bool done;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	done = keyring_read(path, ret, err);
	unlink(path);
	return done;
}

static void each_name_has_its_key(void **state)
{
	_cleanup_(keyring_freep) struct keyring *keyring = NULL;
	struct error err = { 0 };

	(void)state;
	assert_true(read_text("# who signs\nauthz " KEY_A "\n\nauthz.service " KEY_B "\n", &keyring, &err));
	assert_int_equal(keyring_find(keyring, "authz")[0], 0);
	assert_int_equal(keyring_find(keyring, "authz.service")[0], 1);
	assert_null(keyring_find(keyring, "web"));
	assert_null(keyring_find(keyring, ""));
}

static void bad_lines_are_refused_by_number(void **state)
{
	static const char *const lines[] = {
		"web\n",           "web " KEY_A " \n", "web  " KEY_A "\n", " " KEY_A "\n",
		"Web " KEY_A "\n", "w*b " KEY_A "\n",  "web " KEY_A "=\n", "authz " KEY_B "\n"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct keyring *keyring = NULL;
		struct error err = { 0 };
		char text[256];

		snprintf(text, sizeof text, "authz " KEY_A "\n%s", lines[i]);
		if (read_text(text, &keyring, &err))
			fail_msg("accepted: %s", lines[i]);
		assert_null(keyring);
		assert_non_null(strstr(err.message, "line 2"));
	}
}

static void a_missing_file_is_named(void **state)
{
	struct keyring *keyring = NULL;
	struct error err = { 0 };

	(void)state;
	assert_false(keyring_read("/nonexistent/keyring", &keyring, &err));
	assert_non_null(strstr(err.message, "/nonexistent/keyring"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_name_has_its_key),
		cmocka_unit_test(bad_lines_are_refused_by_number),
		cmocka_unit_test(a_missing_file_is_named),
	};

	return cmocka_run_group_tests_name("keyring", tests, NULL, NULL);
}
