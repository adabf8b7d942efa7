/* authz's side of the socket to the signer: one request at a time, and a thread that notices when the signer is gone.
 */
#include "signer_client.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/base/log.h"
#include "lib/contract/contract.h"

enum { ANSWER_S = 2, FRAME_MAX = 16 * 1024 };

struct signer_client {
	int fd;
	uint64_t ref;
	pthread_mutex_t lock;
	pthread_t watcher;
	bool watched;
	atomic_bool closing;
};

static void *watch(void *arg)
{
	struct signer_client *client = arg;
	struct pollfd gone = { .fd = client->fd };

	while (poll(&gone, 1, -1) < 0 && errno == EINTR)
		;
	if (!atomic_load(&client->closing)) {
		log_error("the signer is gone: stopping");
		kill(getpid(), SIGTERM);
	}
	return NULL;
}

bool signer_client_new(int fd, struct signer_client **ret, struct error *err)
{
	struct timeval wait = { .tv_sec = ANSWER_S };
	_cleanup_(signer_client_freep) struct signer_client *client = calloc(1, sizeof(*client));
	int failed;

	if (!client) {
		close(fd);
		return error_set(err, ERR_INTERNAL, "no memory");
	}
	client->fd = fd;
	pthread_mutex_init(&client->lock, NULL);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)))
		return error_errno(err, errno, "the signer's socket (file descriptor %d)", fd);
	failed = pthread_create(&client->watcher, NULL, watch, client);
	if (failed)
		return error_errno(err, failed, "watch the signer");
	client->watched = true;
	*ret = TAKE_PTR(client);
	return true;
}

void signer_client_free(struct signer_client *client)
{
	if (!client)
		return;
	atomic_store(&client->closing, true);
	shutdown(client->fd, SHUT_RDWR);
	if (client->watched)
		pthread_join(client->watcher, NULL);
	close(client->fd);
	pthread_mutex_destroy(&client->lock);
	free(client);
}

/* Answers to requests that were given up on are skipped; NULL fails. */
static Stralix__V1__SignerReply *receive(struct signer_client *client, struct arena *arena, struct error *err)
{
	Stralix__V1__SignerReply *reply;
	uint8_t frame[FRAME_MAX];

	do {
		ssize_t size = recv(client->fd, frame, sizeof(frame), 0);
		ProtobufCMessage *message = NULL;

		if (size <= 0)
			error_set(err, ERR_UNAVAILABLE, size ? "the signer doesn't answer" : "the signer is gone");
		else if (!contract_unpack(&stralix__v1__signer_reply__descriptor, frame, (size_t)size, sizeof(frame),
		                          arena, &message, err))
			error_wrap(err, "the signer's answer");
		reply = (Stralix__V1__SignerReply *)message;
	} while (reply && reply->ref < client->ref);
	if (!reply || reply->ref == client->ref)
		return reply;
	error_set(err, ERR_INTERNAL, "the signer answers what wasn't asked");
	return NULL;
}

static Stralix__V1__SignerReply *exchange(struct signer_client *client, Stralix__V1__SignerRequest *request,
                                          struct arena *arena, struct error *err)
{
	uint8_t *frame;
	size_t size;

	request->ref = ++client->ref;
	frame = contract_pack(&request->base, arena, &size);
	if (!frame) {
		error_set(err, ERR_TOO_LARGE, "no room for a request to the signer");
		return NULL;
	}
	if (send(client->fd, frame, size, MSG_NOSIGNAL) != (ssize_t)size) {
		error_set(err, ERR_UNAVAILABLE, "the signer doesn't listen");
		return NULL;
	}
	return receive(client, arena, err);
}

static bool have_signed(struct signer_client *client, Stralix__V1__SignerRequest *request, struct arena *arena,
                        char ret[static TOKEN_MAX], struct error *err)
{
	Stralix__V1__SignerReply *reply;

	pthread_mutex_lock(&client->lock);
	reply = exchange(client, request, arena, err);
	pthread_mutex_unlock(&client->lock);
	if (!reply)
		return false;
	if (*reply->error)
		return error_set(err, ERR_INTERNAL, "the signer refuses: %s", reply->error);
	if (!*reply->token || snprintf(ret, TOKEN_MAX, "%s", reply->token) >= TOKEN_MAX)
		return error_set(err, ERR_INTERNAL, "the signer gave no token");
	return true;
}

bool signer_client_identity(struct signer_client *client, Stralix__V1__SignIdentity *identity, struct arena *arena,
                            char ret[static TOKEN_MAX], struct error *err)
{
	Stralix__V1__SignerRequest request;

	stralix__v1__signer_request__init(&request);
	request.body_case = STRALIX__V1__SIGNER_REQUEST__BODY_IDENTITY;
	request.identity = identity;
	return have_signed(client, &request, arena, ret, err);
}

bool signer_client_pulse(struct signer_client *client, Stralix__V1__SignPulse *pulse, struct arena *arena,
                         char ret[static TOKEN_MAX], struct error *err)
{
	Stralix__V1__SignerRequest request;

	stralix__v1__signer_request__init(&request);
	request.body_case = STRALIX__V1__SIGNER_REQUEST__BODY_PULSE;
	request.pulse = pulse;
	return have_signed(client, &request, arena, ret, err);
}
