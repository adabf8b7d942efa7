/*
 * bus: the connection to NATS; the only user of nats.h. A lost connection comes back by itself for ever; a closed one
 * is built anew from the files on disk (renewed credentials, rotated certificates). Callbacks run on the library's
 * delivery threads and must not block: hand the message on.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

struct bus;
struct bus_msg;
struct bus_subscription;

/* All strings are copied. Files are read at each connect. */
struct bus_options {
	const char *url;             /* tls://host:port, several with commas */
	const char *name;            /* of the client, as `nats server report connections` shows it */
	const char *creds;           /* path: NATS user credentials; NULL only in tests of a bare server */
	const char *ca, *cert, *key; /* paths; NULL: no TLS, only in tests */
	const char *expected_host;   /* in the server's certificate; NULL: the URL's */
	const char *inbox_prefix;    /* "_INBOX.web.<id>", demanded by the rights */
	void (*on_state)(void *arg, bool connected, const char *why); /* may be NULL */
	void *arg;
};

/* Fails only for bad options; an absent server is waited for in the background (bus_connected tells). */
bool bus_open(const struct bus_options *options, struct bus **ret, struct error *err) _must_check_;
void bus_free(struct bus *bus); /* drains, then closes */
DEFINE_CLEANUP(struct bus *, bus_free)
bool bus_connected(const struct bus *bus);
bool bus_wait_connected(const struct bus *bus, int timeout_ms);

/* Header names and values; an array ends with { NULL, NULL }; a NULL value is left out; NULL array: none. */
struct bus_header {
	const char *name;
	const char *value;
};

#define BUS_REQUEST_ID "Request-Id"
#define BUS_TRACEPARENT "traceparent"
#define BUS_AUTHORIZATION "Authorization" /* "Bearer <token>" */
#define BUS_PULSE "Pulse"                 /* whose identities are good no longer: lib/token/pulse.h */
#define BUS_DEADLINE "Deadline"           /* Unix ms */
#define BUS_CONTENT_TYPE "Content-Type"   /* application/protobuf (default) or application/json */
#define BUS_IDEMPOTENCY_KEY "Idempotency-Key"
#define BUS_SOURCE_IP "Source-Ip" /* of the HTTP client, from the gateway */
#define BUS_ERROR "Nats-Service-Error"
#define BUS_ERROR_CODE "Nats-Service-Error-Code" /* "<http status>"; the body is a stralix.v1.Error */

/* A message that came in. What the getters give belongs to it. */
const char *bus_msg_subject(const struct bus_msg *msg);
const char *bus_msg_reply(const struct bus_msg *msg);                    /* NULL: no answer wanted */
const char *bus_msg_header(const struct bus_msg *msg, const char *name); /* NULL when absent */
const void *bus_msg_data(const struct bus_msg *msg);
size_t bus_msg_size(const struct bus_msg *msg);
void bus_msg_free(struct bus_msg *msg);
DEFINE_CLEANUP(struct bus_msg *, bus_msg_free)

/* All data is copied. */
bool bus_publish(struct bus *bus, const char *subject, const struct bus_header *headers, const void *data, size_t size,
                 struct error *err) _must_check_;
bool bus_respond(struct bus *bus, const struct bus_msg *to, const struct bus_header *headers, const void *data,
                 size_t size, struct error *err) _must_check_;

/* Blocks the caller. Nobody there, or not connected: ERR_UNAVAILABLE at once; no answer: ERR_TIMEOUT. An answer with
 * error headers is still an answer: see bus_msg_header. */
bool bus_request(struct bus *bus, const char *subject, const struct bus_header *headers, const void *data, size_t size,
                 int timeout_ms, struct bus_msg **ret, struct error *err) _must_check_;

/* Calls done exactly once, from another thread, if and only if this returns true: with the reply (now done's to free),
 * or with NULL and why. */
typedef void (*bus_reply_fn)(void *arg, struct bus_msg *reply, const struct error *why);
bool bus_request_async(struct bus *bus, const char *subject, const struct bus_header *headers, const void *data,
                       size_t size, int timeout_ms, bus_reply_fn done, void *arg, struct error *err) _must_check_;

/* The message is the callback's to free. queue may be NULL. Subscriptions outlive reconnects and rebuilt connections. A
 * refused subscription is reported by on_state and logged: rights are wrong. */
typedef void (*bus_message_fn)(void *arg, struct bus_msg *msg);
bool bus_subscribe(struct bus *bus, const char *subject, const char *queue, bus_message_fn fn, void *arg,
                   struct bus_subscription **ret, struct error *err) _must_check_;
/* Takes nothing new, hands on what has arrived, and returns when the last callback has; never from a callback. */
void bus_unsubscribe(struct bus_subscription *subscription);

/* Makes a JetStream stream if it isn't there: file storage, old messages dropped after max_age_s. */
bool bus_ensure_stream(struct bus *bus, const char *name, const char *subject, int64_t max_age_s,
                       struct error *err) _must_check_;

/* Whether a text may stand as one token of a subject: [a-z0-9-]{1,63}. */
bool bus_token_valid(const char *text);
