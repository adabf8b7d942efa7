/* caller: see caller.h. */

#include "agent/engine/caller.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/failpoint.h"
#include "lib/base/log.h"
#include "lib/contract/contract.h"

#include "stralix/v1/caller.contract.h"

#include "agent/caller/frame.h"

enum { GRACE_MS = 3000, HELLO_MS = 5000, CAPABILITIES = 64 };

struct caller {
	pthread_mutex_t
		turn; /* taken before lock and let go with it: whoever asks all the time lets others in between */
	pthread_mutex_t lock; /* of all below: one asks at a time */
	char *program;
	int program_fd; /* opened beforehand: its own uid may not be able to walk there */
	uid_t uid;
	uint8_t *hello; /* packed CallRequest with the daemon in it */
	size_t hello_size;
	uint64_t ref;
	pid_t pid; /* 0: isn't running */
	int fd;
};

static void end(struct caller *caller)
{
	int status = 0;

	closep(&caller->fd);
	caller->fd = -1;
	if (caller->pid <= 0)
		return;
	kill(caller->pid, SIGKILL);
	while (waitpid(caller->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		log_warn("stralix-agent-caller ended: %s %d", WIFEXITED(status) ? "status" : "signal",
		         WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	caller->pid = 0;
}

void caller_free(struct caller *caller)
{
	if (!caller)
		return;
	end(caller);
	closep(&caller->program_fd);
	if (caller->hello)
		explicit_bzero(caller->hello, caller->hello_size);
	free(caller->hello);
	free(caller->program);
	pthread_mutex_destroy(&caller->turn);
	pthread_mutex_destroy(&caller->lock);
	free(caller);
}

static bool pack_hello(struct caller *caller, const Stralix__V1__CallDaemon *daemon, struct error *err)
{
	Stralix__V1__CallRequest hello;

	stralix__v1__call_request__init(&hello);
	hello.patience_ms = HELLO_MS;
	hello.body_case = STRALIX__V1__CALL_REQUEST__BODY_DAEMON;
	hello.daemon = (Stralix__V1__CallDaemon *)(uintptr_t)daemon;
	caller->hello_size = protobuf_c_message_get_packed_size(&hello.base);
	caller->hello = malloc(caller->hello_size);
	if (!caller->hello)
		return error_set(err, ERR_INTERNAL, "out of memory");
	protobuf_c_message_pack(&hello.base, caller->hello);
	return true;
}

bool caller_new(const struct caller_options *options, struct caller **ret, struct error *err)
{
	_cleanup_(caller_freep) struct caller *caller = calloc(1, sizeof(*caller));

	if (!caller)
		return error_set(err, ERR_INTERNAL, "out of memory");
	pthread_mutex_init(&caller->turn, NULL);
	pthread_mutex_init(&caller->lock, NULL);
	caller->fd = -1;
	caller->uid = options->uid;
	caller->program = strdup(options->program);
	caller->program_fd = open(options->program, O_PATH | O_CLOEXEC);
	if (caller->program_fd < 0)
		return error_errno(err, errno, "open %s", options->program);
	if (!caller->program)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!pack_hello(caller, options->daemon, err))
		return false;
	*ret = TAKE_PTR(caller);
	return true;
}

/* From here to become(): in the child of a process with threads, so system calls only. */

static bool drop_rights(uid_t uid)
{
	for (unsigned long capability = 0; capability < CAPABILITIES; capability++)
		if (prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1 && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
			return false;
	/* The raw calls: glibc's would signal the engine's other threads. */
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
	       syscall(SYS_setgroups, (size_t)0, NULL) == 0 && syscall(SYS_setresgid, uid, uid, uid) == 0 &&
	       syscall(SYS_setresuid, uid, uid, uid) == 0;
}

static void become(const struct caller *caller, int talk, pid_t engine)
{
	static const char *const argv[] = { "stralix-agent-caller", NULL };
	const char *environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL, NULL };
	int program;
	sigset_t none;

#ifdef STRALIX_FAILPOINTS
	environment[2] = failpoint_environment();
#endif
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(talk, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0 ||
	    (program = fcntl(caller->program_fd, F_DUPFD, 4)) < 0 || dup2(program, 3) < 0 ||
	    fcntl(3, F_SETFD, FD_CLOEXEC) < 0 || syscall(SYS_close_range, 4U, ~0U, 0U) < 0 ||
	    (caller->uid > 0 && !drop_rights(caller->uid)) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    /* It ends with the engine, so that no late call comes after the engine's next start. */
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != engine)
		return;
	syscall(SYS_execveat, 3, "", argv, environment, AT_EMPTY_PATH);
}

static bool start(struct caller *caller, struct error *err)
{
	int pair[2], why;
	pid_t engine = getpid();

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, errno, "socketpair");
	caller->pid = fork();
	why = errno;
	if (caller->pid == 0) {
		become(caller, pair[1], engine);
		_exit(127);
	}
	close(pair[1]);
	caller->fd = pair[0];
	if (caller->pid > 0)
		return true;
	caller->pid = 0;
	end(caller);
	return error_errno(err, why, "fork");
}

static bool exchange(struct caller *caller, const void *data, size_t size, int64_t deadline_ms, struct arena *arena,
                     Stralix__V1__CallReply **ret, struct error *err)
{
	_cleanup_buf_ struct buf answer = { 0 };
	ProtobufCMessage *message;
	bool closed;

	if (!call_frame_send(caller->fd, data, size, deadline_ms, err) ||
	    !call_frame_receive(caller->fd, deadline_ms, &answer, &closed, err))
		return false;
	if (closed)
		return error_set(err, ERR_UNAVAILABLE, "stralix-agent-caller has ended");
	if (!contract_unpack(&stralix__v1__call_reply__descriptor, answer.data, answer.size, CALL_FRAME, arena,
	                     &message, err) ||
	    !contract_validate(&stralix__v1__call_reply__rules, message, arena, err))
		return false;
	*ret = (Stralix__V1__CallReply *)message;
	return true;
}

static bool introduce(struct caller *caller, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(CALL_FRAME);
	Stralix__V1__CallReply *reply;

	if (!arena)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return exchange(caller, caller->hello, caller->hello_size, clock_monotonic_ms() + HELLO_MS, arena, &reply,
	                err) &&
	       (!reply->code[0] || error_set(err, error_code_parse(reply->code), "%s", reply->message));
}

static bool make_ready(struct caller *caller, struct error *err)
{
	int status;

	/* One that has ended by itself is found before something is asked of it. */
	if (caller->pid > 0 && waitpid(caller->pid, &status, WNOHANG) == caller->pid) {
		log_warn("stralix-agent-caller ended: %s %d", WIFEXITED(status) ? "status" : "signal",
		         WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
		caller->pid = 0;
		end(caller);
	}
	if (caller->pid > 0)
		return true;
	if (start(caller, err) && introduce(caller, err))
		return true;
	end(caller);
	return error_wrap(err, "start stralix-agent-caller");
}

static bool ask(struct caller *caller, Stralix__V1__CallRequest *request, const uint8_t *packed, size_t size,
                struct arena *arena, Stralix__V1__CallReply **ret, struct error *err)
{
	int64_t deadline_ms = clock_monotonic_ms() + request->patience_ms + GRACE_MS;
	struct error why = { 0 };

	if (exchange(caller, packed, size, deadline_ms, arena, ret, &why) && (*ret)->ref == request->ref)
		return true;
	end(caller);
	/* Whatever it was, it is over: the next call finds a new one. */
	return error_set(err, why.code == ERR_TIMEOUT ? ERR_TIMEOUT : ERR_UNAVAILABLE, "stralix-agent-caller: %s",
	                 why.code == ERR_NONE ? "an answer to something else" : why.message);
}

bool caller_ask(struct caller *caller, Stralix__V1__CallRequest *request, struct arena *arena,
                Stralix__V1__CallReply **ret, struct error *err)
{
	uint8_t *packed;
	size_t size;

	pthread_mutex_lock(&caller->turn);
	pthread_mutex_lock(&caller->lock);
	pthread_mutex_unlock(&caller->turn);
	request->ref = ++caller->ref;
	size = protobuf_c_message_get_packed_size(&request->base);
	packed = malloc(size);
	bool ok = (packed || error_set(err, ERR_INTERNAL, "out of memory")) && make_ready(caller, err);
	if (ok) {
		protobuf_c_message_pack(&request->base, packed);
		ok = ask(caller, request, packed, size, arena, ret, err);
		explicit_bzero(packed, size); /* keys may be in it */
	}
	free(packed);
	pthread_mutex_unlock(&caller->lock);
	return ok;
}
