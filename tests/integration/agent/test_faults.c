/* What the world does to an engine: full disks, flipped bits, a daemon that hangs or doesn't listen, crowds. */

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "agent/engine/file.h"
#include "harness.h"
#include "pauses.h"

enum { SMALL_DISK_MB = 24, CROWD = 200, RELOADS_MOST = 12, BATCH = 50, SNAPSHOTS = 20, LONG_PATH = 2 * HARNESS_PATH };

/* ---- outcomes ---- */

static void expect_failed(Stralix__V1__Outcome *outcome, const char *code, const char *words)
{
	if (outcome->state != STRALIX__V1__OUTCOME__STATE__FAILED || strcmp(outcome->code, code) != 0 ||
	    !strstr(outcome->message, words))
		fail_msg("not %s with '%s': %d %s: %s", code, words, (int)outcome->state, outcome->code,
		         outcome->message);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
}

static void expect_success(Stralix__V1__Outcome *outcome)
{
	if (outcome->state != STRALIX__V1__OUTCOME__STATE__SUCCESS)
		fail_msg("no success: %d %s: %s", (int)outcome->state, outcome->code, outcome->message);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
}

static unsigned live_generation(const struct harness *harness)
{
	char path[LONG_PATH], target[64] = "";

	snprintf(path, sizeof(path), "%s/nginx/live", harness->node);
	assert_true(readlink(path, target, sizeof(target) - 1) > 4);
	return (unsigned)strtoul(target + 4, NULL, 10);
}

/* Files that only live while something is written. */
static void expect_no_leftovers(const struct harness *harness)
{
	char command[LONG_PATH + 64];

	snprintf(command, sizeof(command), "%s", harness->node);
	DIR *dir = opendir(command);
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		assert_null(strstr(entry->d_name, ".new"));
	closedir(dir);
}

/* ---- a small disk ---- */

/* The node's folder on a disk of its own: ext4 in a file where there are loop devices, else memory. */
static bool mount_ext4(const struct harness *harness, const char *inodes)
{
	char image[LONG_PATH], size[32];
	pid_t pid;
	int status;

	snprintf(image, sizeof(image), "%s/disk.img", harness->dir);
	snprintf(size, sizeof(size), "%dM", SMALL_DISK_MB);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 1);
		dup2(null, 2);
		execlp("sh", "sh", "-c",
		       "truncate -s \"$2\" \"$1\" && mkfs.ext4 -q -F $4 \"$1\" && mount -o loop \"$1\" \"$3\"", "sh",
		       image, size, harness->node, inodes, (char *)NULL);
		_exit(127);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void mount_small(struct harness *harness, bool few_inodes)
{
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mkdir(harness->node, 0755), 0);
	if (mount_ext4(harness, few_inodes ? "-N 128" : ""))
		return;
	print_message("# no loop device: a disk in memory instead\n");
	assert_int_equal(mount("tmpfs", harness->node, "tmpfs", 0,
	                       few_inodes ? "size=24m,mode=755,nr_inodes=128" : "size=24m,mode=755"),
	                 0);
}

static void filler(const struct harness *harness, unsigned i, char path[static LONG_PATH])
{
	snprintf(path, LONG_PATH, "%s/filler-%u", harness->node, i);
}

static void fill(const struct harness *harness)
{
	static const char zeros[65536];
	char path[LONG_PATH];
	size_t piece = sizeof(zeros);

	filler(harness, 0, path);
	_cleanup_close_ int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	while (piece > 0)
		if (write(fd, zeros, piece) < 0)
			piece /= 2;
	fsync(fd);
}

static void fill_inodes(const struct harness *harness, unsigned *n)
{
	char path[LONG_PATH];
	int fd;

	for (;; ++*n) {
		filler(harness, *n, path);
		fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		if (fd < 0)
			break;
		close(fd);
	}
	assert_int_equal(errno, ENOSPC);
}

static void empty(const struct harness *harness, unsigned n)
{
	char path[LONG_PATH];

	for (unsigned i = 0; i < n; i++) {
		filler(harness, i, path);
		unlink(path);
	}
}

static void unmount(struct harness *harness)
{
	harness_stop(harness);
	harness_end_nginx(harness);
	assert_int_equal(umount2(harness->node, MNT_DETACH), 0);
}

/* Commands on a full disk: refused at once, or failed in words; live as it was, served on. Then there is room again. */
static void expect_full(struct harness *harness, const char *before)
{
	struct harness_command bad;
	char after[65];

	harness_command(&bad, "full.example");
	harness_send(harness, &bad);
	Stralix__V1__Outcome *answer = harness_answer(harness);
	if (answer->state == STRALIX__V1__OUTCOME__STATE__ACCEPTED)
		expect_failed(harness_ending(harness, bad.task_id), "DISK", "");
	else
		assert_string_equal(answer->code,
		                    "DISK"); /* the journal can't even note it: refused, and tried again */
	stralix__v1__outcome__free_unpacked(answer, NULL);
	harness_live_hash(harness, after);
	assert_string_equal(before, after);
	assert_true(harness_serves(harness, "first.example"));
	expect_no_leftovers(harness);
}

static void a_full_disk(void **state, bool inodes)
{
	struct harness *harness = *state;
	struct harness_command first, later;
	char before[65];
	unsigned n = inodes ? 0 : 1;

	mount_small(harness, inodes);
	harness_start(harness);
	harness_command(&first, "first.example");
	harness_run_well(harness, &first);
	harness_live_hash(harness, before);
	if (inodes)
		fill_inodes(harness, &n);
	else
		fill(harness);
	for (unsigned i = 0; i < 3; i++)
		expect_full(harness, before);
	empty(harness, n);
	harness_command(&later, "later.example");
	harness_run_well(harness, &later);
	assert_true(harness_serves(harness, "later.example"));
	unmount(harness);
}

static void a_disk_without_room_fails_the_task_and_nothing_else(void **state)
{
	a_full_disk(state, false);
}

static void a_disk_without_inodes_fails_the_task_and_nothing_else(void **state)
{
	a_full_disk(state, true);
}

/* Full from a moment on: the task ends, one way or the other, and what is live agrees. */
static void full_from(void **state, const char *moment)
{
	struct harness *harness = *state;
	struct harness_command first, second, later;

	mount_small(harness, false);
	harness_start(harness);
	harness_command(&first, "first.example");
	harness_run_well(harness, &first);
	pauses_arm(harness, moment);
	harness_command(&second, "second.example");
	harness_send(harness, &second);
	stralix__v1__outcome__free_unpacked(harness_answer(harness), NULL);
	pauses_await(harness, moment);
	fill(harness);
	pauses_release(harness, moment);
	Stralix__V1__Outcome *outcome = harness_ending(harness, second.task_id);
	bool done = outcome->state == STRALIX__V1__OUTCOME__STATE__SUCCESS;
	if (done)
		stralix__v1__outcome__free_unpacked(outcome, NULL);
	else
		expect_failed(outcome, "DISK", "");
	assert_true(done == harness_serves(harness, "second.example"));
	assert_true(harness_serves(harness, "first.example"));
	empty(harness, 1);
	harness_command(&later, "later.example");
	harness_run_well(harness, &later);
	unmount(harness);
}

static void a_disk_that_is_full_at_the_test_is_told_about(void **state)
{
	full_from(state, "engine.testing");
}

static void a_disk_that_is_full_at_the_reload_is_told_about(void **state)
{
	full_from(state, "engine.activated");
}

static void a_disk_that_is_full_at_the_journal_is_told_about(void **state)
{
	full_from(state, "engine.verified");
}

/* ---- a bit ---- */

static void flip_a_bit(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat info;
	char byte;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &info), 0);
	assert_int_equal(pread(fd, &byte, 1, info.st_size / 2), 1);
	byte = (char)(byte ^ 1);
	assert_int_equal(pwrite(fd, &byte, 1, info.st_size / 2), 1);
}

static void a_flipped_bit_is_found_before_it_goes_live(void **state)
{
	struct harness *harness = *state;
	static const char *const moments[] = { "engine.staged", "engine.testing" };
	struct harness_command first;
	char before[65], after[65], path[2 * LONG_PATH];

	harness_start(harness);
	harness_command(&first, "first.example");
	harness_run_well(harness, &first);
	harness_live_hash(harness, before);
	for (unsigned i = 0; i < ARRAY_SIZE(moments); i++) {
		struct harness_command second;
		unsigned next = live_generation(harness) + 1 + i;

		harness_command(&second, "second.example");
		pauses_arm(harness, moments[i]);
		harness_send(harness, &second);
		stralix__v1__outcome__free_unpacked(harness_answer(harness), NULL);
		pauses_await(harness, moments[i]);
		snprintf(path, sizeof(path), "%s/nginx/gen-%u/%s", harness->node, next, "mime.types");
		flip_a_bit(path);
		pauses_release(harness, moments[i]);
		Stralix__V1__Outcome *outcome = harness_ending(harness, second.task_id);
		assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__FAILED);
		assert_non_null(strstr(outcome->message, "mime.types"));
		stralix__v1__outcome__free_unpacked(outcome, NULL);
		harness_live_hash(harness, after);
		assert_string_equal(before, after);
	}
	harness_command(&first, "third.example");
	harness_run_well(harness, &first);
}

/* ---- a daemon that doesn't do as it is told ---- */

static pid_t nginx_pid(const struct harness *harness)
{
	_cleanup_buf_ struct buf text = { 0 };
	char path[LONG_PATH];

	snprintf(path, sizeof(path), "%s/run/nginx.pid", harness->node);
	assert_true(file_read(path, 64, &text, NULL));
	return (pid_t)strtol(text.data, NULL, 10);
}

static void a_reload_that_nginx_does_not_hear_fails_the_task(void **state)
{
	struct harness *harness = *state;
	struct harness_command first, second;
	char before[65], after[65];

	harness_start(harness);
	harness_command(&first, "first.example");
	harness_run_well(harness, &first);
	harness_live_hash(harness, before);
	kill(nginx_pid(harness), SIGSTOP);
	harness_command(&second, "second.example");
	Stralix__V1__Outcome *outcome = harness_run(harness, &second);
	assert_true(harness_serves(harness, "first.example")); /* by the workers */
	harness_live_hash(harness, after);
	kill(nginx_pid(harness), SIGCONT);
	expect_failed(outcome, "VERIFY_FAILED", "generation");
	assert_string_equal(before, after);
	harness_again(&second, 2);
	harness_run_well(harness, &second);
}

static int occupy(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		                       .sin_addr = { htonl(INADDR_LOOPBACK) },
		                       .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void a_port_that_somebody_else_has_fails_the_task_with_nginxs_words(void **state)
{
	struct harness *harness = *state;
	struct harness_command first, second;
	int64_t deadline = clock_monotonic_ms() + 30000;

	harness_start(harness);
	harness_command(&first, "first.example");
	harness_run_well(harness, &first);
	harness_kill(harness);
	harness_end_nginx(harness);
	_cleanup_close_ int taken = occupy(harness->http_port);
	harness_start(harness);
	harness_command(&second, "second.example");
	expect_failed(harness_run(harness, &second), "VERIFY_FAILED", "Address already in use");
	closep(&taken);
	while (!harness_serves(harness, "first.example") && clock_monotonic_ms() < deadline)
		poll(NULL, 0, 50);
	assert_true(harness_serves(harness, "first.example")); /* without anybody's doing */
	harness_again(&second, 2);
	harness_run_well(harness, &second);
}

static void a_test_that_hangs_is_ended(void **state)
{
	struct harness *harness = *state;
	struct harness_command first, second;
	char wrapper[LONG_PATH], hang[LONG_PATH], script[2 * LONG_PATH];

	snprintf(wrapper, sizeof(wrapper), "%s/nginx", harness->dir);
	snprintf(hang, sizeof(hang), "%s/hang", harness->dir);
	snprintf(script, sizeof(script),
	         "#!/bin/sh\n[ ! -e %s ] || case \"$*\" in -t*) sleep 1000;; esac\nexec /usr/sbin/nginx \"$@\"\n",
	         hang);
	harness_write(wrapper, script, strlen(script), 0755);
	harness_setting(harness, "nginx_binary", wrapper);
	harness_setting(harness, "test_s", "2");
	harness_start(harness);
	harness_command(&first, "first.example");
	harness_run_well(harness, &first);
	harness_write(hang, "", 0, 0644);
	harness_command(&second, "second.example");
	expect_failed(harness_run(harness, &second), "TIMEOUT", "too long");
	assert_int_equal(unlink(hang), 0);
	assert_true(harness_serves(harness, "first.example"));
	harness_again(&second, 2);
	harness_run_well(harness, &second);
}

/* ---- crowds ---- */

static void one_bad_among_fifty_goes_back_alone(void **state)
{
	struct harness *harness = *state;
	struct harness_command commands[BATCH];
	static char domains[BATCH][32];
	char traps[LONG_PATH], trap[LONG_PATH + 32], lines[2 * LONG_PATH];
	unsigned first;

	/* An include with a pattern may find nothing: only the bad one's trap is there. */
	snprintf(traps, sizeof(traps), "%s/traps", harness->dir);
	assert_int_equal(mkdir(traps, 0755), 0);
	snprintf(lines, sizeof(lines),
	         "	index index.html;\n	include %s/{{each names}}{{name:server_name}}{{end}}[x];", traps);
	harness_edit_template(harness, "site.conf", "	index{{each index}} {{file:file_name}}{{end}};", lines);
	snprintf(trap, sizeof(trap), "%s/bad.examplex", traps);
	harness_write(trap, "no_such_directive on;\n", 22, 0644);
	harness_start(harness);
	harness_command(&commands[0], "before.example");
	harness_run_well(harness, &commands[0]);
	first = live_generation(harness);
	for (unsigned i = 0; i < BATCH; i++) {
		snprintf(domains[i], sizeof(domains[i]), i == BATCH / 2 ? "bad.example" : "good%u.example", i);
		harness_command(&commands[i], domains[i]);
		harness_send(harness, &commands[i]);
	}
	for (unsigned i = 0; i < BATCH; i++) {
		Stralix__V1__Outcome *outcome = harness_ending(harness, commands[i].task_id);

		if (i == BATCH / 2)
			expect_failed(outcome, "TEST_FAILED", "no_such_directive");
		else
			expect_success(outcome);
		assert_true((i != BATCH / 2) == harness_serves(harness, domains[i]));
	}
	assert_in_range(live_generation(harness) - first, 1, 8);
}

static void two_hundred_at_once_take_few_reloads(void **state)
{
	struct harness *harness = *state;
	static struct harness_command commands[CROWD];
	static char domains[CROWD][32];
	unsigned first;

	harness_start(harness);
	harness_command(&commands[0], "before.example");
	harness_run_well(harness, &commands[0]);
	first = live_generation(harness);
	for (unsigned i = 0; i < CROWD; i++) {
		snprintf(domains[i], sizeof(domains[i]), "crowd%u.example", i);
		harness_command(&commands[i], domains[i]);
		harness_send(harness, &commands[i]);
	}
	for (unsigned i = 0; i < CROWD; i++)
		expect_success(harness_ending(harness, commands[i].task_id));
	print_message("# %u reloads for %u sites\n", live_generation(harness) - first, CROWD);
	assert_in_range(live_generation(harness) - first, 1, RELOADS_MOST);
	for (unsigned i = 0; i < CROWD; i++)
		assert_true(harness_serves(harness, domains[i]));
}

/* What would be there after a power cut at any moment. */
static void nginx_takes_the_live_tree_at_any_moment(void **state)
{
	struct harness *harness = *state;
	static struct harness_command commands[SNAPSHOTS];
	static char domains[SNAPSHOTS][32];
	unsigned tested = 0;

	harness_start(harness);
	for (unsigned i = 0; i < SNAPSHOTS; i++) {
		snprintf(domains[i], sizeof(domains[i]), "snap%u.example", i);
		harness_command(&commands[i], domains[i]);
		harness_send(harness, &commands[i]);
		stralix__v1__outcome__free_unpacked(harness_answer(harness), NULL);
		poll(NULL, 0, (int)(i * 7 % 40)); /* no wait for a condition: another moment each time */
		kill(harness->engine, SIGSTOP);
		int status = harness_configtest(harness);
		kill(harness->engine, SIGCONT);
		assert_in_range(status + 1, 0, 1);
		tested += status == 0;
	}
	for (unsigned i = 0; i < SNAPSHOTS; i++)
		expect_success(harness_ending(harness, commands[i].task_id));
	assert_in_range(tested, SNAPSHOTS / 2, SNAPSHOTS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pauses_set_up, pauses_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_flipped_bit_is_found_before_it_goes_live),
		TEST(a_reload_that_nginx_does_not_hear_fails_the_task),
		TEST(a_port_that_somebody_else_has_fails_the_task_with_nginxs_words),
		TEST(a_test_that_hangs_is_ended),
		TEST(one_bad_among_fifty_goes_back_alone),
		TEST(two_hundred_at_once_take_few_reloads),
		TEST(nginx_takes_the_live_tree_at_any_moment),
		TEST(a_disk_without_room_fails_the_task_and_nothing_else),
		TEST(a_disk_without_inodes_fails_the_task_and_nothing_else),
		TEST(a_disk_that_is_full_at_the_test_is_told_about),
		TEST(a_disk_that_is_full_at_the_reload_is_told_about),
		TEST(a_disk_that_is_full_at_the_journal_is_told_about),
	};

	if (geteuid() != 0) {
		print_message("1..0 # SKIP disks and namespaces need root\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
