/* internal: what the files of lib/bus share; nobody else includes it. */
#pragma once

#include <nats/nats.h>
#include <pthread.h>
#include <stdatomic.h>

#include "lib/bus/bus.h"

struct requests;

/* One connection, from its opening until it closes for good. */
struct link {
	natsConnection *nc;
	unsigned users; /* threads inside a call with nc; guarded by bus.mutex */
};

struct bus {
	char *url, *name, *creds, *ca, *cert, *key, *expected_host;
	void (*on_state)(void *arg, bool connected, const char *why);
	void *arg;

	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t changed;
	pthread_t supervisor;
	bool supervised, stopping;
	struct link *link; /* NULL: not connected */
	struct bus_subscription *subscriptions;
	uint64_t opened, closed; /* connections: made, and said to be closed by their callback */
	atomic_bool connected;

	struct requests *requests;
	struct bus_subscription *inbox;
};

/* Borrows the live connection; ERR_UNAVAILABLE when there is none. Ends with link_release. */
bool link_acquire(struct bus *bus, struct link **ret, struct error *err) _must_check_;
void link_release(struct bus *bus, struct link *link);

/* ERR_UNAVAILABLE with a second's Retry-After; returns false. */
bool bus_unavailable(struct error *err, const char *why);

/* Sets err from what the library says; returns false. */
bool nats_failed(struct error *err, natsStatus status, const char *what);

/* Subscribes everything on a fresh connection; forgets the subscriptions of a dead one. bus.mutex isn't held. */
bool subscriptions_attach(struct bus *bus, natsConnection *nc, struct error *err) _must_check_;
/* Subscribes what came since. Held: bus.mutex. */
bool subscriptions_attach_new(struct bus *bus, natsConnection *nc, struct error *err) _must_check_;
void subscriptions_detach(struct bus *bus);

/* Sends one message; reply may be NULL. */
bool link_send(struct link *link, const char *subject, const char *reply, const struct bus_header *headers,
               const void *data, size_t size, struct error *err) _must_check_;
struct bus_msg *bus_msg_wrap(natsMsg *msg); /* takes msg; NULL without memory */
bool bus_msg_no_responders(const struct bus_msg *msg);

/* The table of requests that wait for an answer. subject: where the answers come, with a wildcard at the end. */
bool requests_new(const char *inbox_prefix, struct requests **ret, struct error *err) _must_check_;
void requests_free(struct requests *requests);
const char *requests_subject(const struct requests *requests);
void requests_on_reply(void *requests, struct bus_msg *msg);
void requests_fail_all(struct requests *requests, const char *why); /* ERR_UNAVAILABLE */
