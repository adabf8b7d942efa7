/* From headers to the right start function, and from the answer to log and counters. */

#include "server.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/bus/discovery.h"

#include "api.h"
#include "dyndns.h"
#include "events.h"
#include "framing.h"
#include "metrics.h"
#include "ready.h"
#include "respond.h"
#include "static.h"

enum { IDLE_S = 75 }; /* longer than the proxy keeps a connection */

/* Addresses that are no rpc. */
static const struct {
	const char *path, *allow;
	void (*start)(struct request *request);
	enum metrics_place place;
} own_routes[] = {
	{ "/healthz", "GET, HEAD", health_start, METRICS_SELF },
	{ "/readyz", "GET, HEAD", ready_start, METRICS_SELF },
	{ "/metrics", "GET, HEAD", metrics_start, METRICS_SELF },
	{ "/openapi.json", "GET, HEAD", static_openapi, METRICS_STATIC },
	{ "/api/v1/events", "GET", events_start, METRICS_EVENTS },
	{ "/nic/update", "GET", dyndns_start, METRICS_OTHER },
};

static void refuse(struct request *request, unsigned status, const char *allow)
{
	const struct respond_headers headers = { .allow = allow };

	respond_problem(request, &request->error, status, &headers);
}

static bool is_get(const struct request *request)
{
	const char *method = http_method(request->exchange);

	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static bool allows(const char *allow, const char *method)
{
	return strcmp(method, "GET") == 0 || (strcmp(method, "HEAD") == 0 && strstr(allow, "HEAD"));
}

/* True when the address is one of the gateway's own. */
static bool start_own(struct request *request)
{
	for (size_t i = 0; i < ARRAY_SIZE(own_routes); i++) {
		if (strcmp(request->path.text, own_routes[i].path) != 0)
			continue;
		request->metric = metrics_index(request->gateway->metrics, own_routes[i].place);
		if (allows(own_routes[i].allow, http_method(request->exchange))) {
			own_routes[i].start(request);
		} else {
			error_set(&request->error, ERR_METHOD, "%s isn't possible here; %s is.",
			          http_method(request->exchange), own_routes[i].allow);
			refuse(request, 405, own_routes[i].allow);
		}
		return true;
	}
	return false;
}

static void start_api(struct request *request)
{
	char allow[ROUTE_METHODS];

	if (!router_find(request->gateway->router, http_method(request->exchange), request->path.text, request->arena,
	                 &request->match, allow, &request->error)) {
		request->match.route = NULL;
		refuse(request, 0, allow[0] ? allow : NULL);
		return;
	}
	request->metric = request->match.route->index;
	api_start(request);
}

static void start_static(struct request *request)
{
	request->metric = metrics_index(request->gateway->metrics, METRICS_STATIC);
	if (is_get(request)) {
		static_start(request);
		return;
	}
	error_set(&request->error, ERR_METHOD, "%s isn't possible here; GET, HEAD is.", http_method(request->exchange));
	refuse(request, 405, "GET, HEAD");
}

static void start(struct request *request)
{
	if (!path_parse(http_target(request->exchange), request->arena, &request->path, &request->error))
		refuse(request, 0, NULL);
	else if (start_own(request))
		return;
	else if (strncmp(request->path.text, "/api/", 5) == 0)
		start_api(request);
	else
		start_static(request);
}

static void on_framing(void *arg, const char *name, const char *value)
{
	framing_header(arg, name, value);
}

static void on_begin(void *arg, struct http_exchange *exchange)
{
	static const struct respond_headers last = { .close = true };
	struct gateway *gateway = arg;
	struct request *request = request_new(gateway, exchange);
	struct framing framing = { 0 };
	unsigned status;

	atomic_fetch_add(&gateway->active, 1);
	http_set_user(exchange, request);
	if (!request)
		return;
	request->metric = metrics_index(gateway->metrics, METRICS_OTHER);
	request->next = start;
	http_each_header(exchange, on_framing, &framing);
	status = framing_check(&framing, http_target(exchange), &request->error);
	if (status) {
		respond_problem(request, &request->error, status, &last);
	} else if (!router_method_known(http_method(exchange))) {
		error_set(&request->error, ERR_METHOD, "This method isn't known.");
		respond_problem(request, &request->error, 501, &last);
	}
}

static void on_run(void *arg, struct http_exchange *exchange)
{
	struct request *request = http_user(exchange);

	(void)arg;
	if (!request) {
		http_reply(exchange, 503, NULL, NULL, 0);
		return;
	}
	log_context(request->id, NULL);
	request->next(request);
	log_context(NULL, NULL);
}

/* Changes and faults are worth a line each; reading is in the proxy's log. */
static void log_request(const struct request *request, int64_t took_us)
{
	const struct route *route = request->match.route;
	char status[12], took[24];
	const struct log_field fields[] = {
		{ "route", route ? route->subject + 4 : NULL },
		{ "status", status },
		{ "took_us", took },
		{ "source_ip", request->source_ip },
		{ "code", request->error.code ? error_code_name(request->error.code) : NULL },
		{ "client_request_id", request->client_id[0] ? request->client_id : NULL },
		{ NULL, NULL },
	};
	bool worth = request->status >= 500 || (route && route->method->mutating);

	snprintf(status, sizeof(status), "%u", request->status);
	snprintf(took, sizeof(took), "%lld", (long long)took_us);
	log_context(request->id, request->identity ? request->identity->user_id : NULL);
	log_write(request->status >= 500 ? LOG_WARN_
	          : worth                ? LOG_INFO_
	                                 : LOG_DEBUG_,
	          fields, "%s %s", http_method(request->exchange),
	          request->path.text ? request->path.text : "(no path)");
	log_context(NULL, NULL);
}

static void on_done(void *arg, struct http_exchange *exchange)
{
	struct gateway *gateway = arg;
	struct request *request = http_user(exchange);
	int64_t took_us;

	if (request) {
		took_us = clock_monotonic_us() - request->started_us;
		metrics_count(gateway->metrics, request->metric, request->status, took_us);
		if (request->match.route && gateway->discovery)
			discovery_count(gateway->discovery, request->match.route->index, took_us,
			                request->error.code ? &request->error : NULL);
		log_request(request, took_us);
		request_free(request);
	}
	atomic_fetch_sub(&gateway->active, 1);
}

bool server_start(struct gateway *gateway, struct error *err)
{
	static const struct http_callbacks callbacks = { on_begin, on_run, on_done };
	const struct http_options options = {
		.listen = gateway->settings.listen,
		.max_connections = (unsigned)gateway->settings.max_connections,
		.max_body = FRAMING_BODY_MAX,
		.max_drain = FRAMING_DRAIN_MAX,
		.idle_s = IDLE_S,
		.callbacks = &callbacks,
		.arg = gateway,
	};

	return http_start(&options, &gateway->http, err);
}
