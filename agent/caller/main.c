/*
 * stralix-agent-caller: what needs HTTP and JSON, and reads what a daemon answers. The engine starts it with a uid of
 * its own, without capabilities, and asks on descriptor 0; it opens no file and has no other way into the node.
 */

#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "agent/caller/frame.h"
#include "agent/caller/serve.h"
#include "agent/keys/closed.h"

/* What held keys is overwritten. */
static void wipe(struct buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->capacity);
	buf_done(buf);
}

/* False: the engine has gone, or says what it never says. */
static bool serve(struct caller *caller)
{
	_cleanup_(wipe) struct buf request = { 0 };
	_cleanup_buf_ struct buf reply = { 0 };
	struct error err = { 0 };
	bool closed;

	return call_frame_receive(0, 0, &request, &closed, &err) && !closed &&
	       caller_serve(caller, request.data, request.size, &reply) &&
	       call_frame_send(0, reply.data, reply.size, 0, &err);
}

/* What the libraries read, they read before: afterwards nothing is opened any more. */
static bool shut_in(void)
{
	const struct rlimit nothing = { 0, 0 };

	if (curl_global_init(CURL_GLOBAL_NOTHING) != CURLE_OK || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    setrlimit(RLIMIT_CORE, &nothing) < 0 || setrlimit(RLIMIT_FSIZE, &nothing) < 0)
		return false;
#ifdef STRALIX_FAILPOINTS
	return true; /* a test's places are files */
#else
	return close_files();
#endif
}

int main(void)
{
	_cleanup_(caller_closep) struct caller *caller = caller_open();

	signal(SIGPIPE, SIG_IGN);
	if (!caller || !shut_in()) {
		fprintf(stderr, "stralix-agent-caller: it can't shut itself in: %s\n", strerrordesc_np(errno));
		return 1;
	}
	while (serve(caller))
		;
	return 0;
}
