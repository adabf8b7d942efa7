/* stralix-agent: wiring. Joins the two halves by a socketpair and ends both when either ends, so that the supervisor
 * starts both anew. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

enum { HALF_FD = 3, FRAME_ROOM = 1 << 20, STOP_MS = 8000, CAPABILITIES = 64 };

/* One of the two programs. */
struct half {
	const char *program, *config;
	uid_t uid; /* 0: stays what this process is */
	pid_t pid; /* 0: isn't running */
};

struct wiring {
	struct half engine, link;
};

static bool drop_rights(uid_t uid)
{
	for (unsigned long capability = 0; capability < CAPABILITIES; capability++)
		if (prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1 && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
			return false;
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 && setgroups(0, NULL) == 0 &&
	       setresgid(uid, uid, uid) == 0 && setresuid(uid, uid, uid) == 0;
}

/* In the child: the socketpair on its fixed number and nothing else but standard input and output. */
static void become(const struct half *half, int fd, pid_t parent)
{
	sigset_t none;

	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	if (fd != HALF_FD && dup2(fd, HALF_FD) < 0)
		return;
	fcntl(HALF_FD, F_SETFD, 0);
	if (close_range(HALF_FD + 1, ~0U, 0) < 0)
		return;
	int program = open(half->program, O_PATH | O_CLOEXEC);
	if (program < 0 || (half->uid > 0 && !drop_rights(half->uid)) ||
	    prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) < 0 ||
	    (half->uid > 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) || getppid() != parent)
		return;
	const char *const argv[] = { half->program, "--config", half->config, NULL };
	execv(half->program, (char *const *)(uintptr_t)argv);
	/* The program may lie where its own uid can't walk to. */
	if (errno == EACCES)
		fexecve(program, (char *const *)(uintptr_t)argv, environ);
}

static bool start(struct half *half, int fd, struct error *err)
{
	pid_t parent = getpid();

	half->pid = fork();
	if (half->pid == 0) {
		become(half, fd, parent);
		log_error("start %s: %s", half->program, strerrordesc_np(errno));
		_exit(127);
	}
	if (half->pid > 0)
		return true;
	half->pid = 0;
	return error_errno(err, errno, "fork");
}

static bool make_pair(int pair[2], struct error *err)
{
	int room = FRAME_ROOM;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, errno, "socketpair");
	for (unsigned i = 0; i < 2; i++)
		if (setsockopt(pair[i], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) < 0 &&
		    setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)) < 0)
			return error_errno(err, errno, "room for frames");
	return true;
}

static bool start_both(struct wiring *wiring, struct error *err)
{
	int pair[2] = { -1, -1 };
	/* Numbers above the one that it gets in the child, so that they can't be in each other's way. */
	bool ok = make_pair(pair, err) && start(&wiring->engine, pair[0], err) && start(&wiring->link, pair[1], err);

	closep(&pair[0]);
	closep(&pair[1]);
	return ok;
}

/* Collects those that have ended; true when one has. */
static bool reap(struct wiring *wiring)
{
	bool ended = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct half *half = pid == wiring->engine.pid ? &wiring->engine : &wiring->link;

		if (pid != half->pid)
			continue;
		half->pid = 0;
		ended = true;
		log_info("%s ended: %s %d", half->program, WIFEXITED(status) ? "status" : "signal",
		         WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	}
	return ended;
}

static void signal_both(const struct wiring *wiring, int number)
{
	if (wiring->link.pid > 0)
		kill(wiring->link.pid, number);
	if (wiring->engine.pid > 0)
		kill(wiring->engine.pid, number);
}

/* Waits for the next signal; 0 when the time is over. */
static int next_signal(int fd, int timeout_ms)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	struct signalfd_siginfo info;

	if (poll(&ready, 1, timeout_ms) <= 0 || read(fd, &info, sizeof(info)) != sizeof(info))
		return 0;
	return (int)info.ssi_signo;
}

static void end_both(struct wiring *wiring, int signals)
{
	int64_t deadline = clock_monotonic_ms() + STOP_MS;

	signal_both(wiring, SIGTERM);
	while (wiring->engine.pid > 0 || wiring->link.pid > 0) {
		int64_t left = deadline - clock_monotonic_ms();

		if (left <= 0)
			break;
		next_signal(signals, (int)left);
		reap(wiring);
	}
	signal_both(wiring, SIGKILL);
}

/* Returns the exit status: 0 after a signal, 1 when a half ended by itself. */
static int run(struct wiring *wiring, struct error *err)
{
	sigset_t set;
	int asked = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	_cleanup_close_ int signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals < 0 || !start_both(wiring, err)) {
		signal_both(wiring, SIGKILL);
		return -1;
	}
	while (asked == 0) {
		int number = next_signal(signals, -1);

		if (number == SIGCHLD && reap(wiring))
			break;
		if (number == SIGTERM || number == SIGINT)
			asked = number;
	}
	end_both(wiring, signals);
	return asked ? 0 : 1;
}

static bool parse(int argc, char **argv, struct wiring *wiring)
{
	static const struct option options[] = {
		{ "link", required_argument, NULL, 'l' },         { "engine", required_argument, NULL, 'e' },
		{ "link-uid", required_argument, NULL, 'u' },     { "engine-program", required_argument, NULL, 'E' },
		{ "link-program", required_argument, NULL, 'L' }, { NULL, 0, NULL, 0 }
	};
	int option;
	char *end = NULL;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet */
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (option) {
		case 'l':
			wiring->link.config = optarg;
			break;
		case 'e':
			wiring->engine.config = optarg;
			break;
		case 'u':
			wiring->link.uid = (uid_t)strtoul(optarg, &end, 10);
			if (!*optarg || *end)
				return false;
			break;
		case 'E':
			wiring->engine.program = optarg;
			break;
		case 'L':
			wiring->link.program = optarg;
			break;
		default:
			return false;
		}
	return wiring->link.config && wiring->engine.config && optind == argc;
}

int main(int argc, char **argv)
{
	struct wiring wiring = { .engine = { .program = "/usr/lib/stralix/stralix-agent-engine" },
		                 .link = { .program = "/usr/lib/stralix/stralix-agent-link" } };
	struct error err = { 0 };

	log_open("agent", LOG_INFO_);
	if (!parse(argc, argv, &wiring)) {
		fprintf(stderr, "usage: stralix-agent --link link.yaml --engine engine.yaml [--link-uid N]\n"
		                "                     [--engine-program PATH] [--link-program PATH]\n");
		return 2;
	}
	if (geteuid() == 0 && wiring.link.uid == 0)
		log_warn("--link-uid is missing: link keeps the rights of root");
	int status = run(&wiring, &err);
	if (status < 0)
		log_failure(LOG_ERROR_, &err, "agent");
	return status < 0 ? 1 : status;
}
