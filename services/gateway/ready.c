/* What the gateway says of itself. */

#include "ready.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"

#include "events.h"
#include "metrics.h"
#include "respond.h"

enum { FRESH_MS = 1000, STALE_MS = 5000, PROBE_MS = 2000 };

/* The last answer of authz. */
struct ready {
	pthread_mutex_t lock;
	int64_t answered_ms; /* 0: never */
	int64_t asked_ms;
	bool asking;
};

struct ready *ready_new(void)
{
	struct ready *ready = calloc(1, sizeof(*ready));

	if (ready)
		pthread_mutex_init(&ready->lock, NULL);
	return ready;
}

void ready_free(struct ready *ready)
{
	if (!ready)
		return;
	pthread_mutex_destroy(&ready->lock);
	free(ready);
}

void health_start(struct request *request)
{
	const struct respond_headers headers = { .content_type = "application/json" };
	_cleanup_buf_ struct buf body = { 0 };

	buf_puts(&body, "{\"status\":\"ok\"}");
	respond_buf(request, 200, &headers, &body);
}

static void tell(struct request *request)
{
	struct ready *ready = request->gateway->ready;
	struct respond_headers headers = { .content_type = "application/json" };
	_cleanup_buf_ struct buf body = { 0 };
	bool bus = bus_connected(request->gateway->bus), authz;

	pthread_mutex_lock(&ready->lock);
	authz = ready->answered_ms && clock_monotonic_ms() - ready->answered_ms < STALE_MS;
	pthread_mutex_unlock(&ready->lock);
	if (!bus || !authz)
		headers.retry_after = "2";
	buf_printf(&body, "{\"ready\":%s,\"bus\":%s,\"authz\":%s}", bus && authz ? "true" : "false",
	           bus ? "true" : "false", authz ? "true" : "false");
	respond_buf(request, bus && authz ? 200 : 503, &headers, &body);
}

static void finish(struct ready *ready, bool answered)
{
	pthread_mutex_lock(&ready->lock);
	ready->asking = false;
	ready->answered_ms = answered ? clock_monotonic_ms() : 0;
	pthread_mutex_unlock(&ready->lock);
}

static void on_reply(void *arg, struct bus_msg *message, const struct error *why)
{
	_cleanup_(bus_msg_freep) struct bus_msg *reply = message;
	struct request *request = arg;

	(void)why;
	finish(request->gateway->ready, reply != NULL);
	http_resume(request->exchange);
}

/* Whether this one shall ask. */
static bool take_turn(struct ready *ready)
{
	int64_t now = clock_monotonic_ms();
	bool turn;

	pthread_mutex_lock(&ready->lock);
	turn = !ready->asking && (!ready->asked_ms || now - ready->asked_ms >= FRESH_MS);
	if (turn) {
		ready->asking = true;
		ready->asked_ms = now;
	}
	pthread_mutex_unlock(&ready->lock);
	return turn;
}

/* A call without a token: authz refuses it before it looks at anything, which is answer enough. */
void ready_start(struct request *request)
{
	const struct bus_header headers[] = { { BUS_REQUEST_ID, request->id }, { NULL, NULL } };
	struct error err = { 0 };

	if (!take_turn(request->gateway->ready)) {
		tell(request);
		return;
	}
	request->next = tell;
	http_suspend(request->exchange);
	if (!bus_request_async(request->gateway->bus, "rpc.authz.GetSession", headers, NULL, 0, PROBE_MS, on_reply,
	                       request, &err)) {
		finish(request->gateway->ready, false);
		http_resume(request->exchange);
	}
}

void metrics_start(struct request *request)
{
	struct gateway *gateway = request->gateway;
	const struct respond_headers headers = { .content_type = "text/plain; version=0.0.4; charset=utf-8" };
	_cleanup_buf_ struct buf body = { 0 };
	struct events_counts events;
	struct error err = { 0 };

	if (request->proxied) {
		error_set(&err, ERR_NOT_FOUND, "There is nothing at this address.");
		respond_problem(request, &err, 0, NULL);
		return;
	}
	events_count(gateway->events, &events);
	metrics_write(gateway->metrics,
	              &(struct metrics_gauges){ .bus_connected = bus_connected(gateway->bus),
	                                        .waiting = atomic_load(&gateway->waiting),
	                                        .active = atomic_load(&gateway->active),
	                                        .streams = events.streams,
	                                        .identities = identities_count(gateway->identities),
	                                        .events = events.taken,
	                                        .events_refused = events.refused },
	              &body);
	respond_buf(request, 200, &headers, &body);
}
