/* stralix-gateway: HTTP, server-sent events and the user interface in front of the bus. */

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/log.h"

#include "gateway.h"

enum { DRAIN_MS = 12000, USAGE = 2 };

static int usage(FILE *out, int status)
{
	fputs("usage: stralix-gateway --config FILE\n"
	      "Serves the panel's interface over HTTP on a loopback address. Settings:\n",
	      out);
	config_describe(settings_rows, out);
	return status;
}

static int fail(const struct error *err)
{
	log_failure(LOG_ERROR_, err, "gateway");
	return 1;
}

/* Signals are blocked before any thread exists, so that only this one takes them. */
static void block_signals(sigset_t *ret)
{
	sigemptyset(ret);
	sigaddset(ret, SIGTERM);
	sigaddset(ret, SIGINT);
	pthread_sigmask(SIG_BLOCK, ret, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int serve(struct settings *settings)
{
	struct gateway *gateway = NULL;
	struct error err = { 0 };
	sigset_t signals;
	int number = 0;

	block_signals(&signals);
	if (!gateway_open(settings, &gateway, &err))
		return fail(&err);
	log_info("listening on port %u", gateway_port(gateway));
	sigwait(&signals, &number);
	log_info("stopping: %s", sigabbrev_np(number));
	gateway_drain(gateway, DRAIN_MS);
	if (atomic_load(&gateway->active) > 0) {
		log_warn("%u requests were cut off", atomic_load(&gateway->active));
		_exit(0); /* libmicrohttpd can't be stopped with suspended connections */
	}
	gateway_close(gateway);
	return 0;
}

int main(int argc, char **argv)
{
	struct settings settings = { 0 };
	struct error err = { 0 };
	enum log_level level;

	log_open("gateway", LOG_INFO_);
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (argc != 3 || strcmp(argv[1], "--config") != 0)
		return usage(stderr, USAGE);
	if (!config_load(argv[2], settings_rows, &settings, &err))
		return fail(&err);
	if (!log_level_parse(settings.log_level, &level)) {
		error_set(&err, ERR_INVALID, "log_level: '%s' is none of debug, info, warn, error", settings.log_level);
		config_done(settings_rows, &settings);
		return fail(&err);
	}
	log_open("gateway", level);
	return serve(&settings);
}
