/* request: one HTTP request on its way through the gateway: who asks, what for, until when, and what comes next. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/uuid.h"
#include "lib/bus/bus.h"

#include "credentials.h"
#include "gateway.h"
#include "http.h"
#include "identity.h"
#include "path.h"
#include "router.h"

enum { REQUEST_TRACEPARENT = 56, REQUEST_IP = 46, REQUEST_KEY = 65 };

struct request {
	struct gateway *gateway;
	struct http_exchange *exchange;
	struct arena *arena;
	/* What to do when the exchange runs next: at once when the body is in, later when what it waits for is there.
	 */
	void (*next)(struct request *request);

	char id[UUID_TEXT];
	char client_id[65]; /* the caller's own request id, for the log; empty when absent or odd */
	char traceparent[REQUEST_TRACEPARENT];
	char source_ip[REQUEST_IP];
	char idempotency_key[REQUEST_KEY]; /* empty: none */
	char if_match[REQUEST_KEY];        /* without its quotes; empty: none, or no strong ETag */
	char content_type[128];
	bool bad_idempotency_key, proxied;
	struct credentials credentials;
	struct path path;
	struct route_match match; /* route NULL: no rpc */
	struct identity_key identity_key;

	int64_t started_us;       /* monotonic */
	int64_t deadline_ms;      /* monotonic */
	int64_t deadline_unix_ms; /* the same moment, for services */

	/* Of what the request waits for; written by another thread before it resumes the exchange. */
	struct identity_waiter waiter;
	struct identity *identity;
	struct bus_msg *reply;
	void *own;          /* what an address that is no rpc keeps of its own, from the arena */
	struct error error; /* code ERR_NONE: none */
	bool counted_waiting;

	size_t metric; /* which route to count it under */
	unsigned status;
};

/* Reads what stands in the headers. NULL without memory. */
struct request *request_new(struct gateway *gateway, struct http_exchange *exchange);
void request_free(struct request *request);

/* Starts the clock of the call: 5 s to read something, 10 s to change something. */
void request_set_deadline(struct request *request, int64_t timeout_ms);
int request_remaining_ms(const struct request *request); /* at least 0 */

/* A W3C traceparent with a new span: of the given one's trace when that is valid, else of a new trace. */
void request_trace(const char *given, char ret[static REQUEST_TRACEPARENT]);

/* Whether text is one of a list of addresses separated by blanks or commas. */
bool request_ip_listed(const char *list, const char *ip);

/*
 * The client's address: the peer's; or, when the peer is a trusted proxy, X-Real-IP, else the last address of
 * X-Forwarded-For that isn't a trusted proxy's own. Headers may be NULL.
 */
void request_source_ip(const char *peer, const char *trusted, const char *real_ip, const char *forwarded_for,
                       char ret[static REQUEST_IP]);
