/* sandbox: a child goes into its namespaces and waits on a pipe for what to run; it dies with the engine. */

#include "agent/engine/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/base/clock.h"

enum { ARGUMENTS_MAX = 4096, ARGUMENTS = 16, OUTPUT_MAX = 65536, SCRATCH = 8, CHILD_STATUS = 125 };

struct sandbox {
	uid_t uid;
	char *scratch[SCRATCH + 1];
	char scratch_options[64];
	bool talks;
	int program; /* opened beforehand, since the sandbox's uid may not be able to walk there; -1: none */
	pid_t pid;   /* 0: none */
	int request; /* where the child waits for its arguments; -1: none, or started */
	int output;  /* what it writes; -1: none */
	int talk;    /* its standard input; -1: none */
};

static void reap(struct sandbox *sandbox, bool kill_it, int *status)
{
	int raw = 0;

	if (sandbox->pid > 0) {
		if (kill_it)
			kill(sandbox->pid, SIGKILL);
		while (waitpid(sandbox->pid, &raw, 0) < 0 && errno == EINTR)
			;
	}
	*status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
	closep(&sandbox->request);
	closep(&sandbox->output);
	closep(&sandbox->talk);
	sandbox->pid = 0;
	sandbox->request = sandbox->output = sandbox->talk = -1;
}

void sandbox_free(struct sandbox *sandbox)
{
	int status;

	if (!sandbox)
		return;
	reap(sandbox, true, &status);
	closep(&sandbox->program);
	for (unsigned i = 0; i < SCRATCH; i++)
		free(sandbox->scratch[i]);
	free(sandbox);
}

bool sandbox_new(const struct sandbox_options *options, struct sandbox **ret, struct error *err)
{
	_cleanup_(sandbox_freep) struct sandbox *sandbox = calloc(1, sizeof(*sandbox));

	if (!sandbox)
		return error_set(err, ERR_INTERNAL, "out of memory");
	sandbox->request = sandbox->output = sandbox->talk = -1;
	sandbox->program = options->program ? open(options->program, O_PATH | O_CLOEXEC) : -1;
	if (options->program && sandbox->program < 0)
		return error_errno(err, errno, "open %s", options->program);
	sandbox->talks = options->talks;
	sandbox->uid = options->uid ? options->uid : geteuid();
	snprintf(sandbox->scratch_options, sizeof(sandbox->scratch_options), "mode=0700,size=8m,uid=%u,gid=%u",
	         sandbox->uid, options->uid ? sandbox->uid : getegid());
	for (unsigned i = 0; options->scratch[i]; i++) {
		if (i == SCRATCH || !(sandbox->scratch[i] = strdup(options->scratch[i])))
			return error_set(err, ERR_INTERNAL, "sandbox: too many folders");
	}
	*ret = TAKE_PTR(sandbox);
	return true;
}

/* From here to child(): in the child of a process with threads, so system calls only. */

static bool put_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

static size_t digits(char *out, unsigned number)
{
	char reversed[12];
	size_t n = 0;

	do
		reversed[n++] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	for (size_t i = 0; i < n; i++)
		out[i] = reversed[n - 1 - i];
	return n;
}

/* "33 33 1": the id stays what it is, and no other exists. */
static bool map_id(const char *path, unsigned id)
{
	char line[32];
	size_t n = digits(line, id);

	line[n++] = ' ';
	n += digits(line + n, id);
	memcpy(line + n, " 1", 3);
	return put_text(path, line);
}

static bool become(uid_t uid)
{
	/* The raw calls: glibc's would signal the engine's other threads. Afterwards /proc/self must be ours again. */
	return (uid == geteuid() ||
	        (syscall(SYS_setgroups, (size_t)0, NULL) == 0 && syscall(SYS_setresgid, uid, uid, uid) == 0 &&
	         syscall(SYS_setresuid, uid, uid, uid) == 0)) &&
	       prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

static bool enter_namespaces(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	return unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC) == 0 &&
	       put_text("/proc/self/setgroups", "deny") && map_id("/proc/self/uid_map", uid) &&
	       map_id("/proc/self/gid_map", gid);
}

static bool open_network(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &lo) == 0;

	if (fd >= 0)
		close(fd);
	/* A kernel without IPv6 has no such file, and then nothing to bind either. */
	put_text("/proc/sys/net/ipv6/ip_nonlocal_bind", "1");
	return up && put_text("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0") &&
	       put_text("/proc/sys/net/ipv4/ip_nonlocal_bind", "1");
}

static bool close_files(const struct sandbox *sandbox)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, .propagation = MS_PRIVATE };

	if (mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attr, sizeof(attr)) < 0)
		return false;
	for (unsigned i = 0; sandbox->scratch[i]; i++)
		if (mount("tmpfs", sandbox->scratch[i], "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		          sandbox->scratch_options) < 0)
			return false;
	return true;
}

/* Arguments come as NUL-terminated strings, closed by an empty one. */
static bool run_what_is_asked(int request, int program)
{
	static const char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL };
	char text[ARGUMENTS_MAX];
	char *argv[ARGUMENTS + 1] = { NULL };
	ssize_t size = read(request, text, sizeof(text));
	unsigned n = 0;

	if (size <= 0 || text[size - 1] != '\0')
		_exit(0); /* the engine has gone, or wants no test */
	for (char *next = text; next < text + size && *next && n < ARGUMENTS; next += strlen(next) + 1)
		argv[n++] = next;
	if (n == 0)
		return false;
	if (program >= 0)
		syscall(SYS_execveat, program, "", argv, environment, AT_EMPTY_PATH);
	else
		execve(argv[0], argv, (char *const *)(uintptr_t)environment);
	return false;
}

static void complain(const char *what)
{
	char text[128];
	size_t n = strlen(what);

	memcpy(text, "sandbox: ", 9);
	memcpy(text + 9, what, n);
	memcpy(text + 9 + n, " failed: errno ", 15);
	n += 24;
	n += digits(text + n, (unsigned)errno);
	text[n++] = '\n';
	if (write(STDERR_FILENO, text, n) < 0)
		_exit(CHILD_STATUS);
}

/* request is descriptor 3, the program 4, output 1 and 2, talk (-1: nothing to read) 0, everything else is closed. */
static void child(const struct sandbox *sandbox, int request, int output, int talk)
{
	static const struct rlimit limit = { 4096, 4096 };
	int null = talk >= 0 ? talk : open("/dev/null", O_RDONLY);

	int program = sandbox->program < 0 ? -1 : fcntl(sandbox->program, F_DUPFD, 6);

	if (request < 6 && (request = fcntl(request, F_DUPFD, 6)) < 0)
		_exit(CHILD_STATUS);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	dup2(null, STDIN_FILENO);
	dup2(request, 3);
	if (program >= 0)
		dup2(program, 4);
	syscall(SYS_close_range, program >= 0 ? 5U : 4U, ~0U, 0U);
	fcntl(3, F_SETFD, FD_CLOEXEC);
	fcntl(4, F_SETFD, FD_CLOEXEC);
	setrlimit(RLIMIT_NOFILE, &limit);
	if (!become(sandbox->uid))
		complain("changing the uid");
	else if (!enter_namespaces())
		complain("making namespaces");
	else if (!open_network())
		complain("opening the network");
	else if (!close_files(sandbox))
		complain("making the files read-only");
	else if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ||
	         prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		complain("giving up rights");
	else if (!run_what_is_asked(3, program >= 0 ? 4 : -1))
		complain("running the test");
	_exit(CHILD_STATUS);
}

/* Each one's first is the child's, but of output, whose second is. */
struct pipes {
	int request[2], output[2], talk[2];
};

static bool make_pipes(const struct sandbox *sandbox, struct pipes *ret, struct error *err)
{
	*ret = (struct pipes){ { -1, -1 }, { -1, -1 }, { -1, -1 } };
	if (pipe2(ret->request, O_CLOEXEC) == 0 && pipe2(ret->output, O_CLOEXEC) == 0 &&
	    (!sandbox->talks || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret->talk) == 0))
		return true;
	error_errno(err, errno, "make a pipe");
	for (unsigned i = 0; i < 2; i++) {
		closep(&ret->request[i]);
		closep(&ret->output[i]);
	}
	return false;
}

bool sandbox_prepare(struct sandbox *sandbox, struct error *err)
{
	struct pipes pipes;

	if (sandbox->pid > 0)
		return true;
	if (!make_pipes(sandbox, &pipes, err))
		return false;
	sandbox->pid = fork();
	if (sandbox->pid == 0)
		child(sandbox, pipes.request[0], pipes.output[1], pipes.talk[0]);
	close(pipes.request[0]);
	close(pipes.output[1]);
	closep(&pipes.talk[0]);
	sandbox->request = pipes.request[1];
	sandbox->output = pipes.output[0];
	sandbox->talk = pipes.talk[1];
	if (sandbox->pid < 0) {
		int why = errno, status;

		sandbox->pid = 0;
		reap(sandbox, false, &status);
		return error_errno(err, why, "start the sandbox");
	}
	return true;
}

bool sandbox_start(struct sandbox *sandbox, const char *const *argv, struct error *err)
{
	char text[ARGUMENTS_MAX];
	size_t size = 0;

	if (!sandbox_prepare(sandbox, err))
		return false;
	for (unsigned i = 0; argv[i]; i++) {
		size_t length = strlen(argv[i]) + 1;

		if (length == 1 || i >= ARGUMENTS || size + length >= sizeof(text))
			return error_set(err, ERR_INTERNAL, "the test has too many arguments");
		memcpy(text + size, argv[i], length);
		size += length;
	}
	text[size++] = '\0';
	/* One that has ended already said why: sandbox_wait hears it. */
	if (write(sandbox->request, text, size) != (ssize_t)size && errno != EPIPE)
		return error_errno(err, errno, "ask the sandbox");
	close(sandbox->request);
	sandbox->request = -1;
	return true;
}

/* False when the deadline came first. */
static bool read_output(const struct sandbox *sandbox, int64_t deadline_ms, struct buf *output)
{
	char chunk[4096];

	for (;;) {
		struct pollfd ready = { .fd = sandbox->output, .events = POLLIN };
		int64_t left = deadline_ms - clock_monotonic_ms();

		if (left <= 0)
			return false;
		if (poll(&ready, 1, (int)left) <= 0)
			continue;
		ssize_t got = read(sandbox->output, chunk, sizeof(chunk));
		if (got <= 0)
			return true;
		if (output->size + (size_t)got <= OUTPUT_MAX)
			buf_add(output, chunk, (size_t)got);
	}
}

bool sandbox_wait(struct sandbox *sandbox, int64_t deadline_ms, struct buf *output, int *status, struct error *err)
{
	bool in_time = read_output(sandbox, deadline_ms, output);

	reap(sandbox, !in_time, status);
	if (!in_time)
		return error_set(err, ERR_TIMEOUT, "the daemon's test took too long");
	if (*status == CHILD_STATUS)
		return error_set(err, ERR_INTERNAL, "%s", output->data ? output->data : "the sandbox failed");
	return true;
}

int sandbox_socket(const struct sandbox *sandbox)
{
	return sandbox->talk;
}
