/* test_log: what stands in a line, read back from standard error. */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/log.h"

/* Standard error goes to a file that each test reads. */
struct capture {
	int saved, file;
};

static int begin(void **state)
{
	static struct capture capture;
	char path[] = "/tmp/test_log.XXXXXX";

	capture.file = mkstemp(path);
	unlink(path);
	capture.saved = dup(STDERR_FILENO);
	dup2(capture.file, STDERR_FILENO);
	log_open("test", LOG_INFO_);
	*state = &capture;
	return 0;
}

static int end(void **state)
{
	struct capture *capture = *state;

	log_context(NULL, NULL);
	dup2(capture->saved, STDERR_FILENO);
	close(capture->saved);
	close(capture->file);
	return 0;
}

static const char *lines(void **state, char *buffer, size_t size)
{
	struct capture *capture = *state;
	ssize_t got = pread(capture->file, buffer, size - 1, 0);

	buffer[got > 0 ? got : 0] = '\0';
	return buffer;
}

static void a_line_is_one_json_object_with_escapes(void **state)
{
	char text[1000];

	log_info("say \"hi\"\\\n\x01 \xC3\xA9 \xFF\xC0\xAF");
	lines(state, text, sizeof(text));
	assert_non_null(strstr(text, "\"level\":\"info\",\"process\":\"test\",\"message\":"
	                             "\"say \\\"hi\\\"\\\\\\u000a\\u0001 \xC3\xA9 \\ufffd\\ufffd\\ufffd\"}\n"));
	assert_memory_equal(text, "{\"time\":\"20", 11);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static void lines_below_the_level_are_not_written(void **state)
{
	char text[1000];

	log_debug("no");
	assert_string_equal(lines(state, text, sizeof(text)), "");
}

static void ids_are_fields_and_null_fields_are_left_out(void **state)
{
	char text[1000];

	log_context("r-1", NULL);
	log_write(LOG_WARN_, (const struct log_field[]){ { "node", "n1" }, { "task", NULL }, { NULL, NULL } }, "x");
	lines(state, text, sizeof(text));
	assert_non_null(strstr(text, "\"message\":\"x\",\"requestId\":\"r-1\",\"node\":\"n1\"}"));
	assert_null(strstr(text, "actor"));
}

static void a_failure_is_one_line_with_code_and_violations(void **state)
{
	struct error err = { 0 };
	char text[1000];

	error_field(&err, "domain", "HOSTNAME", "is no name");
	log_failure(LOG_ERROR_, &err, "create");
	lines(state, text, sizeof(text));
	assert_non_null(strstr(text, "\"message\":\"create: domain: is no name\",\"code\":\"INVALID\","
	                             "\"violations\":\"domain (HOSTNAME): is no name\"}"));
}

static void level_names_parse(void **state)
{
	enum log_level level;

	(void)state;
	assert_true(log_level_parse("warn", &level));
	assert_int_equal(level, LOG_WARN_);
	assert_false(log_level_parse("loud", &level));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_line_is_one_json_object_with_escapes, begin, end),
		cmocka_unit_test_setup_teardown(lines_below_the_level_are_not_written, begin, end),
		cmocka_unit_test_setup_teardown(ids_are_fields_and_null_fields_are_left_out, begin, end),
		cmocka_unit_test_setup_teardown(a_failure_is_one_line_with_code_and_violations, begin, end),
		cmocka_unit_test(level_names_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
