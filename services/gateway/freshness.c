/* freshness: see freshness.h. */

#include "freshness.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/token/pulse.h"

#include "stralix/v1/authz.pb-c.h"

#include "ask.h"
#include "identity.h"
#include "rpc.h"

enum {
	EVERY_MS = 1000,
	TIMEOUT_MS = 2000,
	MARGIN_S = 1, /* a pulse must still be good when the service reads it */
	ARENA_MAX = 64 << 10,
};

struct freshness {
	pthread_mutex_t lock;
	struct bus *bus;
	const struct token_key *key;
	const struct keyring *keyring;
	struct pulse pulse;
	int64_t asked_ms; /* monotonic; when last */
	bool asking, told;
};

bool freshness_new(struct bus *bus, const struct token_key *key, const struct keyring *keyring, struct freshness **ret,
                   struct error *err)
{
	struct freshness *freshness = calloc(1, sizeof(*freshness));

	if (!freshness)
		return error_set(err, ERR_INTERNAL, "out of memory");
	pthread_mutex_init(&freshness->lock, NULL);
	freshness->bus = bus;
	freshness->key = key;
	freshness->keyring = keyring;
	freshness->asked_ms = clock_monotonic_ms() - EVERY_MS;
	*ret = freshness;
	return true;
}

void freshness_free(struct freshness *freshness)
{
	if (!freshness)
		return;
	pthread_mutex_destroy(&freshness->lock);
	free(freshness);
}

static bool read_reply(const struct freshness *freshness, const struct bus_msg *reply, struct pulse *ret,
                       struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	ProtobufCMessage *message = NULL;

	if (!arena)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return rpc_unpack(reply, &stralix__v1__get_pulse_reply__descriptor, arena, &message, err) &&
	       pulse_read(freshness->keyring, ((const Stralix__V1__GetPulseReply *)(const void *)message)->pulse, ret,
	                  err);
}

/* Without a pulse all goes on, only dearer; it is said once until there is one again. */
static void settle(struct freshness *freshness, const struct pulse *pulse, const struct error *why)
{
	bool tell;

	pthread_mutex_lock(&freshness->lock);
	if (pulse)
		freshness->pulse = *pulse;
	freshness->asking = false;
	tell = !pulse && !freshness->told;
	freshness->told = !pulse;
	pthread_mutex_unlock(&freshness->lock);
	if (tell)
		log_warn("no pulse of authz: identities are asked for every five seconds: %s", why->message);
}

static void on_reply(void *arg, struct bus_msg *message, const struct error *why)
{
	_cleanup_(bus_msg_freep) struct bus_msg *reply = message;
	struct freshness *freshness = arg;
	struct error err = { 0 };
	struct pulse pulse;

	if (!reply)
		settle(freshness, NULL, why);
	else
		settle(freshness, read_reply(freshness, reply, &pulse, &err) ? &pulse : NULL, &err);
}

void freshness_want(struct freshness *freshness, const char *request_id)
{
	int64_t now = clock_monotonic_ms();
	Stralix__V1__Empty empty;
	struct error err = { 0 };
	bool ask;

	pthread_mutex_lock(&freshness->lock);
	ask = !freshness->asking && now - freshness->asked_ms >= EVERY_MS;
	if (ask) {
		freshness->asking = true;
		freshness->asked_ms = now;
	}
	pthread_mutex_unlock(&freshness->lock);
	if (!ask)
		return;
	stralix__v1__empty__init(&empty);
	if (!ask_authz(freshness->bus, freshness->key, "GetPulse", &empty.base, request_id, TIMEOUT_MS, on_reply,
	               freshness, &err))
		settle(freshness, NULL, &err);
}

bool freshness_covers(struct freshness *freshness, const struct identity *identity, char *pulse)
{
	int64_t now_s = clock_unix_ms() / 1000;
	bool covers;

	pthread_mutex_lock(&freshness->lock);
	covers = pulse_alive(&freshness->pulse, now_s + MARGIN_S, 0) &&
	         !pulse_revokes(&freshness->pulse, identity->user_id, identity->session_id, identity->organisation_id);
	if (covers && pulse)
		memcpy(pulse, freshness->pulse.token, strlen(freshness->pulse.token) + 1);
	pthread_mutex_unlock(&freshness->lock);
	return covers;
}
