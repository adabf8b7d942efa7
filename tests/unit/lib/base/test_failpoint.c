/* Failpoints: a file arms one, once, for whoever comes first. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/base/failpoint.h"

enum { PATIENCE_MS = 5000 };

static char dir[] = "/tmp/stralix-failpoint-XXXXXX";

static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void arm(const char *name, const char *word)
{
	FILE *file = fopen(in_dir(name), "w");

	assert_non_null(file);
	fputs(word, file);
	assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(dir) && setenv("STRALIX_FAILPOINTS", dir, 1) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	unlink(in_dir("test.step"));
	unlink(in_dir("test.step.hit"));
	return rmdir(dir);
}

/* A child that goes through the failpoint and ends with 7. */
static pid_t passer(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	failpoint_of("test", "step");
	_exit(7);
}

static int ended(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void an_unarmed_one_is_passed(void **state)
{
	(void)state;
	assert_int_equal(WEXITSTATUS(ended(passer())), 7);
	assert_int_not_equal(access(in_dir("test.step.hit"), F_OK), 0);
}

static void die_kills_the_first_alone(void **state)
{
	int status;

	(void)state;
	arm("test.step", "die\n");
	status = ended(passer());
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_int_equal(WEXITSTATUS(ended(passer())), 7);
}

static void pause_waits_until_the_hit_is_gone(void **state)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	int status;
	pid_t pid;

	(void)state;
	unlink(in_dir("test.step.hit"));
	arm("test.step", "pause\n");
	pid = passer();
	while (access(in_dir("test.step.hit"), F_OK) != 0 && clock_monotonic_ms() < deadline)
		usleep(1000);
	assert_int_equal(access(in_dir("test.step.hit"), F_OK), 0);
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	assert_int_equal(WEXITSTATUS(ended(passer())), 7); /* the next one isn't stopped */
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	assert_int_equal(unlink(in_dir("test.step.hit")), 0);
	assert_int_equal(WEXITSTATUS(ended(pid)), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unarmed_one_is_passed),
		cmocka_unit_test(die_kills_the_first_alone),
		cmocka_unit_test(pause_waits_until_the_hit_is_gone),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
