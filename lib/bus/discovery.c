/* discovery: NATS ADR-32, so that `nats micro` shows the process. */
#include "lib/bus/discovery.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/uuid.h"
#include "lib/json/json.h"

enum { VERBS = 3, LEVELS = 3, SUBJECT = 256, LAST_ERROR = 160 };

struct endpoint {
	char *name, *subject, *queue, *request, *reply;
	uint64_t requests, errors; /* guarded by discovery.mutex, like what follows */
	int64_t time_us;
	char last_error[LAST_ERROR];
};

struct discovery {
	struct bus *bus;
	char *name, *id, *version, *description;
	char started[CLOCK_RFC3339];
	pthread_mutex_t mutex;
	struct endpoint *endpoints;
	size_t n_endpoints;
	struct bus_subscription *subscriptions[VERBS * LEVELS];
};

static void member(struct buf *json, const char *before, const char *name, const char *value)
{
	buf_printf(json, "%s\"%s\":", before, name);
	json_quote(json, value);
}

static void add_info(struct discovery *discovery, struct buf *json)
{
	member(json, ",", "description", discovery->description);
	buf_puts(json, ",\"endpoints\":[");
	for (size_t i = 0; i < discovery->n_endpoints; i++) {
		const struct endpoint *each = &discovery->endpoints[i];

		member(json, i ? ",{" : "{", "name", each->name);
		member(json, ",", "subject", each->subject);
		member(json, ",", "queue_group", each->queue);
		member(json, ",\"metadata\":{", "request", each->request);
		member(json, ",", "reply", each->reply);
		buf_puts(json, "}}");
	}
	buf_putc(json, ']');
}

static void add_stats(struct discovery *discovery, struct buf *json)
{
	member(json, ",", "started", discovery->started);
	buf_puts(json, ",\"endpoints\":[");
	pthread_mutex_lock(&discovery->mutex);
	for (size_t i = 0; i < discovery->n_endpoints; i++) {
		const struct endpoint *each = &discovery->endpoints[i];
		int64_t time_ns = each->time_us * 1000;

		member(json, i ? ",{" : "{", "name", each->name);
		member(json, ",", "subject", each->subject);
		member(json, ",", "queue_group", each->queue);
		member(json, ",", "last_error", each->last_error);
		buf_printf(json,
		           ",\"num_requests\":%" PRIu64 ",\"num_errors\":%" PRIu64 ",\"processing_time\":%" PRId64
		           ",\"average_processing_time\":%" PRId64 "}",
		           each->requests, each->errors, time_ns,
		           each->requests ? time_ns / (int64_t)each->requests : 0);
	}
	pthread_mutex_unlock(&discovery->mutex);
	buf_putc(json, ']');
}

static void answer(struct discovery *discovery, const struct bus_msg *msg, const char *type,
                   void (*add)(struct discovery *discovery, struct buf *json))
{
	_cleanup_buf_ struct buf json = { 0 };
	struct error err = { 0 };

	buf_printf(&json, "{\"type\":\"io.nats.micro.v1.%s_response\"", type);
	member(&json, ",", "name", discovery->name);
	member(&json, ",", "id", discovery->id);
	member(&json, ",", "version", discovery->version);
	buf_puts(&json, ",\"metadata\":{}");
	if (add)
		add(discovery, &json);
	buf_putc(&json, '}');
	if (buf_failed(&json))
		error_set(&err, ERR_INTERNAL, "out of memory");
	if (err.code || !bus_respond(discovery->bus, msg, NULL, json.data, json.size, &err))
		log_debug("discovery: %s", err.message);
}

static void on_ping(void *arg, struct bus_msg *msg)
{
	_cleanup_(bus_msg_freep) struct bus_msg *owned = msg;

	answer(arg, owned, "ping", NULL);
}

static void on_info(void *arg, struct bus_msg *msg)
{
	_cleanup_(bus_msg_freep) struct bus_msg *owned = msg;

	answer(arg, owned, "info", add_info);
}

static void on_stats(void *arg, struct bus_msg *msg)
{
	_cleanup_(bus_msg_freep) struct bus_msg *owned = msg;

	answer(arg, owned, "stats", add_stats);
}

static const struct {
	const char *name;
	bus_message_fn fn;
} verbs[VERBS] = { { "PING", on_ping }, { "INFO", on_info }, { "STATS", on_stats } };

static bool subscribe_verb(struct discovery *discovery, size_t verb, bool only_own, struct error *err)
{
	const char *const suffixes[LEVELS][4] = { { ".", discovery->name, ".", discovery->id },
		                                  { ".", discovery->name, "", "" },
		                                  { "", "", "", "" } };

	for (size_t i = 0; i < (only_own ? 1 : LEVELS); i++) {
		const char *const *suffix = suffixes[i];
		char subject[SUBJECT];

		snprintf(subject, sizeof(subject), "$SRV.%s%s%s%s%s", verbs[verb].name, suffix[0], suffix[1], suffix[2],
		         suffix[3]);
		if (!bus_subscribe(discovery->bus, subject, NULL, verbs[verb].fn, discovery,
		                   &discovery->subscriptions[verb * LEVELS + i], err))
			return false;
	}
	return true;
}

static bool copy(char **to, const char *from)
{
	*to = strdup(from ? from : "");
	return *to;
}

static bool copy_endpoints(struct discovery *discovery, const struct discovery_endpoint *endpoints, size_t n)
{
	discovery->endpoints = calloc(n ? n : 1, sizeof(*discovery->endpoints));
	if (!discovery->endpoints)
		return false;
	discovery->n_endpoints = n;
	for (size_t i = 0; i < n; i++) {
		struct endpoint *each = &discovery->endpoints[i];

		if (!copy(&each->name, endpoints[i].name) || !copy(&each->subject, endpoints[i].subject) ||
		    !copy(&each->queue, endpoints[i].queue) || !copy(&each->request, endpoints[i].request) ||
		    !copy(&each->reply, endpoints[i].reply))
			return false;
	}
	return true;
}

bool discovery_start(struct bus *bus, const char *name, const char *id, const char *version, const char *description,
                     const struct discovery_endpoint *endpoints, size_t n, bool only_own, struct discovery **ret,
                     struct error *err)
{
	_cleanup_(discovery_freep) struct discovery *new = calloc(1, sizeof(*new));
	struct uuid fresh = uuid_v7();
	char fresh_text[UUID_TEXT];

	if (!new)
		return error_set(err, ERR_INTERNAL, "out of memory");
	pthread_mutex_init(&new->mutex, NULL);
	new->bus = bus;
	clock_rfc3339(clock_unix_ms(), new->started);
	if (!copy(&new->name, name) || !copy(&new->id, id ? id : uuid_format(&fresh, fresh_text)) ||
	    !copy(&new->version, version) || !copy(&new->description, description) ||
	    !copy_endpoints(new, endpoints, n))
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (size_t i = 0; i < VERBS; i++)
		if (!subscribe_verb(new, i, only_own, err))
			return error_wrap(err, "answer to discovery");
	*ret = TAKE_PTR(new);
	return true;
}

void discovery_free(struct discovery *discovery)
{
	if (!discovery)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(discovery->subscriptions); i++)
		bus_unsubscribe(discovery->subscriptions[i]);
	for (size_t i = 0; i < discovery->n_endpoints; i++) {
		free(discovery->endpoints[i].name);
		free(discovery->endpoints[i].subject);
		free(discovery->endpoints[i].queue);
		free(discovery->endpoints[i].request);
		free(discovery->endpoints[i].reply);
	}
	free(discovery->endpoints);
	free(discovery->name);
	free(discovery->id);
	free(discovery->version);
	free(discovery->description);
	pthread_mutex_destroy(&discovery->mutex);
	free(discovery);
}

void discovery_count(struct discovery *discovery, size_t endpoint, int64_t took_us, const struct error *err)
{
	struct endpoint *each = &discovery->endpoints[endpoint];

	pthread_mutex_lock(&discovery->mutex);
	each->requests++;
	each->time_us += took_us;
	if (err) {
		each->errors++;
		snprintf(each->last_error, sizeof(each->last_error), "%d:%s", error_http_status(err->code),
		         error_code_name(err->code));
	}
	pthread_mutex_unlock(&discovery->mutex);
}
