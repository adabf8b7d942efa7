/* The real stralix-signer, started as authz starts it: it signs, holds no rights, and goes with its parent. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "services/authz/authz.h"
#include "services/authz/child.h"
#include "services/authz/signer_client.h"

enum { NOBODY = 65534, DEADLINE_S = 5 };

struct fixture {
	char folder[64], program[96], key_path[80], config_path[80];
	uint8_t public[TOKEN_KEY];
	pid_t pid;
	struct signer_client *client;
};

/* The only child of this process. */
static pid_t find_child(void)
{
	char path[64];
	int pid = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%d", &pid) != 1) /* NOLINT(cert-err34-c): the kernel's own number */
		pid = 0;
	fclose(file);
	return pid;
}

static bool write_config(struct fixture *f)
{
	FILE *file = fopen(f->config_path, "we");
	bool ok = file && fprintf(file, "token_key: %s\n", f->key_path) > 0;

	return file && fclose(file) == 0 && ok;
}

/* Where nobody may execute it, too: a checkout may lie below a home of mode 0700. */
static bool copy_program(const char *from, const char *to)
{
	_cleanup_close_ int in = open(from, O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	ssize_t n = 1;

	while (in >= 0 && out >= 0 && (n = sendfile(out, in, NULL, (size_t)1 << 20)) > 0)
		;
	return in >= 0 && out >= 0 && n == 0;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct child child = { .uid = NOBODY };
	struct token_key *key = token_key_new();
	struct error err = { 0 };

	if (!f || !key)
		return -1;
	*state = f;
	snprintf(f->folder, sizeof(f->folder), "/tmp/stralix-signer.XXXXXX");
	if (!mkdtemp(f->folder))
		return -1;
	snprintf(f->program, sizeof(f->program), "%s/stralix-signer", f->folder);
	snprintf(f->key_path, sizeof(f->key_path), "%s/token.key", f->folder);
	snprintf(f->config_path, sizeof(f->config_path), "%s/config.yaml", f->folder);
	child.path = f->program;
	child.config = f->config_path;
	token_key_public(key, f->public);
	if (!token_key_write(key, f->key_path, &err) || !write_config(f) ||
	    !copy_program(getenv("STRALIX_SIGNER"), f->program))
		return -1;
	token_key_free(key);
	if (geteuid() == 0 && (chown(f->folder, NOBODY, NOBODY) || chown(f->key_path, NOBODY, NOBODY)))
		return -1;
	if (!child_start(&child, &err) || !signer_client_new(AUTHZ_SIGNER_FD, &f->client, &err))
		return -1;
	f->pid = find_child();
	return f->pid > 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	int status;

	signer_client_free(f->client);
	waitpid(f->pid, &status, 0); /* its socket is closed: it ends by itself */
	unlink(f->program);
	unlink(f->config_path);
	unlink(f->key_path);
	rmdir(f->folder);
	free(f);
	return 0;
}

static bool sign(struct fixture *f, char token[static TOKEN_MAX], struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new((size_t)256 * 1024);
	char id[] = "0192f000-0000-7000-8000-000000000001", role[] = "admin", audience[] = "web";
	Stralix__V1__SignIdentity identity;

	stralix__v1__sign_identity__init(&identity);
	identity.user_id = identity.organisation_id = identity.session_id = id;
	identity.role = role;
	identity.audience = audience;
	return signer_client_identity(f->client, &identity, arena, token, err);
}

static void it_signs_with_the_key_that_authz_cannot_read(void **state)
{
	struct fixture *f = *state;
	struct token_claims claims;
	struct error err = { 0 };
	char token[TOKEN_MAX];

	assert_true(sign(f, token, &err));
	assert_true(token_verify(f->public, token, &claims, &err));
	assert_string_equal(claims.iss, "authz");
	assert_in_range(claims.iat, clock_unix_ms() / 1000 - 2, clock_unix_ms() / 1000);
	assert_int_equal(claims.exp, claims.iat + 5);
}

/* A line of /proc/PID/status. */
static void status_line(pid_t pid, const char *name, char *ret, size_t size)
{
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	assert_non_null(file);
	ret[0] = '\0';
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
			snprintf(ret, size, "%s", line + strlen(name) + 1 + strspn(line + strlen(name) + 1, " \t"));
	ret[strcspn(ret, "\n")] = '\0';
	fclose(file);
}

static void it_holds_no_rights_and_no_network(void **state)
{
	struct fixture *f = *state;
	char token[TOKEN_MAX], text[64], path[64], ours[64] = "", its[64] = "";
	struct error err = { 0 };

	assert_true(sign(f, token, &err)); /* it runs by now */
	status_line(f->pid, "NoNewPrivs", text, sizeof(text));
	assert_string_equal(text, "1");
	if (geteuid() != 0)
		return;
	status_line(f->pid, "Uid", text, sizeof(text));
	assert_string_equal(text, "65534\t65534\t65534\t65534");
	status_line(f->pid, "Groups", text, sizeof(text));
	assert_string_equal(text, "");
	status_line(f->pid, "CapPrm", text, sizeof(text));
	assert_string_equal(text, "0000000000000000");
	status_line(f->pid, "CapBnd", text, sizeof(text));
	assert_string_equal(text, "0000000000000000");
	snprintf(path, sizeof(path), "/proc/%d/ns/net", f->pid);
	assert_true(readlink("/proc/self/ns/net", ours, sizeof(ours) - 1) > 0);
	assert_true(readlink(path, its, sizeof(its) - 1) > 0);
	assert_string_not_equal(ours, its);
}

static void it_has_four_descriptors(void **state)
{
	struct fixture *f = *state;
	char token[TOKEN_MAX], path[64];
	struct error err = { 0 };
	int n = 0;
	DIR *folder;

	assert_true(sign(f, token, &err));
	snprintf(path, sizeof(path), "/proc/%d/fd", f->pid);
	folder = opendir(path);
	assert_non_null(folder);
	for (const struct dirent *entry; (entry = readdir(folder));) /* NOLINT(concurrency-mt-unsafe): one reader */
		n += entry->d_name[0] != '.';
	closedir(folder);
	assert_int_equal(n, 4);
}

static void when_it_dies_authz_is_told_to_stop(void **state)
{
	struct fixture *f = *state;
	const struct timespec deadline = { .tv_sec = DEADLINE_S };
	struct error err = { 0 };
	char token[TOKEN_MAX];
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	kill(f->pid, SIGKILL);
	assert_int_equal(sigtimedwait(&term, NULL, &deadline), SIGTERM);
	assert_false(sign(f, token, &err));
}

#define WITH_SIGNER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SIGNER(it_signs_with_the_key_that_authz_cannot_read),
		WITH_SIGNER(it_holds_no_rights_and_no_network),
		WITH_SIGNER(it_has_four_descriptors),
		WITH_SIGNER(when_it_dies_authz_is_told_to_stop),
	};
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &term, NULL);
	return cmocka_run_group_tests_name("authz/child", tests, NULL, NULL);
}
