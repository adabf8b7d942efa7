/* stralix-agent-link: the network half of the agent. Unprivileged; the engine is on descriptor 3. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "lib/base/log.h"

#include "agent/link/link.h"

enum { ENGINE_FD = 3 };

static bool run(const char *config, struct link_settings *settings, struct error *err)
{
	_cleanup_(link_freep) struct link *link = NULL;
	enum log_level level = LOG_INFO_;
	int type = 0, room = 1 << 20;
	socklen_t size = sizeof(type);

	if (!config_load(config, link_settings_rows, settings, err))
		return false;
	if (!log_level_parse(settings->log_level, &level))
		return error_set(err, ERR_INVALID, "log_level: debug, info, warn or error");
	log_open("agent-link", level);
	if (getsockopt(ENGINE_FD, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_SEQPACKET)
		return error_set(err, ERR_INTERNAL, "descriptor %d isn't the socketpair to the engine", ENGINE_FD);
	fcntl(ENGINE_FD, F_SETFD, FD_CLOEXEC);
	setsockopt(ENGINE_FD, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)); /* the wiring made it larger where it may */
	return link_open(settings, ENGINE_FD, &link, err) && link_run(link, err);
}

/* The end of the socketpair is the one way out of the loop. */
static void on_term(int number)
{
	(void)number;
	shutdown(ENGINE_FD, SHUT_RD);
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' }, { NULL, 0, NULL, 0 } };
	struct sigaction term = { .sa_handler = on_term };
	struct link_settings settings = { 0 };
	struct error err = { 0 };
	const char *config = NULL;
	int option;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet */
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (option == 'c')
			config = optarg;
	if (!config) {
		fprintf(stderr, "usage: stralix-agent-link --config link.yaml\n");
		return 2;
	}
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 }); /* keys don't go into a core */
	log_open("agent-link", LOG_INFO_);
	sigaction(SIGTERM, &term, NULL);
	sigaction(SIGINT, &term, NULL);
	signal(SIGPIPE, SIG_IGN);
	bool ok = run(config, &settings, &err);
	if (!ok)
		log_failure(LOG_ERROR_, &err, "link");
	config_done(link_settings_rows, &settings);
	return ok ? 0 : 1;
}
