/* Starts the signer beside authz and gives up what root may do. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/failpoint.h"
#include "lib/base/log.h"

#include "authz.h"

enum { HIGHEST_CAPABILITY = 63 };

static bool bounding_set_clear(struct error *err)
{
	for (int capability = 0; capability <= HIGHEST_CAPABILITY; capability++)
		if (prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1 && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0))
			return error_errno(err, errno, "drop capability %d", capability);
	return true;
}

/* Leaving uid 0 clears all capabilities but the bounding set. */
bool privileges_drop(uid_t uid, struct error *err)
{
	if (uid && geteuid() == 0) {
		if (!bounding_set_clear(err))
			return false;
		if (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
			return error_errno(err, errno, "become uid %u", uid);
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return error_errno(err, errno, "no new privileges");
	return true;
}

static bool become_signer(const struct child *child, int fd, struct error *err)
{
	char name[] = "stralix-signer", option[] = "--config";
	char *config = strdup(child->config);
	char *const argv[] = { name, option, config, NULL };
	char *const environment[] = {
#ifdef STRALIX_FAILPOINTS
		(char *)(uintptr_t)failpoint_environment(),
#endif
		NULL
	};

	if (!config)
		return error_errno(err, ENOMEM, "start the signer");
	if (fd == AUTHZ_SIGNER_FD ? fcntl(fd, F_SETFD, 0) < 0 : dup2(fd, AUTHZ_SIGNER_FD) < 0)
		return error_errno(err, errno, "the signer's socket");
	if (close_range(AUTHZ_SIGNER_FD + 1, ~0U, 0))
		return error_errno(err, errno, "close descriptors");
	if (child->uid && geteuid() == 0 && unshare(CLONE_NEWNET))
		return error_errno(err, errno, "a network namespace for the signer");
	if (!privileges_drop(child->uid, err))
		return false;
	execve(child->path, argv, environment);
	return error_errno(err, errno, "execute %s", child->path);
}

static bool keep(int fd, struct error *err)
{
	if (fd == AUTHZ_SIGNER_FD)
		return true;
	if (dup3(fd, AUTHZ_SIGNER_FD, O_CLOEXEC) < 0)
		return error_errno(err, errno, "the signer's socket");
	close(fd);
	return true;
}

bool child_start(const struct child *child, struct error *err)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return error_errno(err, errno, "a socket to the signer");
	pid = fork();
	if (pid < 0) {
		close(pair[0]);
		close(pair[1]);
		return error_errno(err, errno, "start the signer");
	}
	if (pid == 0) {
		become_signer(child, pair[1], err);
		log_failure(LOG_ERROR_, err, "start the signer");
		_exit(EXIT_FAILURE);
	}
	close(pair[1]);
	return keep(pair[0], err);
}
