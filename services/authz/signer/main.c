/* stralix-signer: authz's child, which alone holds the key of identity tokens. No network, no database, no other input.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "lib/base/clock.h"
#include "lib/base/config.h"
#include "lib/base/log.h"
#include "lib/contract/contract.h"

#include "sign.h"

enum { SOCKET = 3, ARENA = 256 * 1024 };

struct settings {
	char *token_key, *log_level;
};

static const struct config_row rows[] = {
	{ .key = "token_key",
	  .type = CONFIG_STRING,
	  .offset = offsetof(struct settings, token_key),
	  .help = "file of the private key of identity tokens" },
	{ .key = "log_level",
	  .type = CONFIG_STRING,
	  .offset = offsetof(struct settings, log_level),
	  .default_text = "info",
	  .help = "debug, info, warn or error" },
	{ .key = NULL },
};

static bool answer(const struct token_key *key, const uint8_t *frame, size_t size, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA);
	Stralix__V1__SignerReply reply;
	uint8_t *packed;

	if (!arena)
		return error_set(err, ERR_INTERNAL, "no memory");
	if (!sign_answer(key, clock_unix_ms() / 1000, frame, size, arena, &reply, err))
		return false;
	if (*reply.error)
		log_warn("refused: %s", reply.error);
	packed = contract_pack(&reply.base, arena, &size);
	if (!packed)
		return error_set(err, ERR_TOO_LARGE, "no room for an answer");
	if (send(SOCKET, packed, size, MSG_NOSIGNAL) != (ssize_t)size)
		return error_errno(err, errno, "answer authz");
	return true;
}

/* Until authz is gone. */
static bool serve(const struct token_key *key, struct error *err)
{
	uint8_t frame[SIGN_FRAME_MAX + 1]; /* one more: a frame that is too large shows */
	ssize_t size;

	while ((size = recv(SOCKET, frame, sizeof(frame), 0)) != 0) {
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return error_errno(err, errno, "listen to authz");
		if (!answer(key, frame, (size_t)size, err))
			return false;
	}
	return true;
}

static bool start(const char *path, struct settings *settings, struct token_key **ret, struct error *err)
{
	enum log_level level;

	if (!config_load(path, rows, settings, err))
		return false;
	if (!log_level_parse(settings->log_level, &level))
		return error_set(err, ERR_INVALID, "log_level '%s' is none", settings->log_level);
	log_open("signer", level);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return error_errno(err, errno, "protect the key");
	return token_key_read(settings->token_key, ret, err);
}

int main(int argc, char **argv)
{
	_cleanup_(token_key_freep) struct token_key *key = NULL;
	struct settings settings = { 0 };
	struct error err = { 0 };
	bool ok;

	if (argc != 3 || strcmp(argv[1], "--config") != 0) {
		fputs("usage: stralix-signer --config FILE\n\nStarted by stralix-authz, on file descriptor 3. "
		      "Settings:\n",
		      stderr);
		config_describe(rows, stderr);
		return EXIT_FAILURE;
	}
	log_open("signer", LOG_INFO_);
	ok = start(argv[2], &settings, &key, &err) && serve(key, &err);
	if (!ok)
		log_failure(LOG_ERROR_, &err, "signer");
	config_done(rows, &settings);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
