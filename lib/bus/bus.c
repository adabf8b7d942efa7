/* bus: the connection. One supervisor thread makes it, and makes it anew from the files on disk whenever it closes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "discard.h"
#include "internal.h"

enum {
	CONNECT_TIMEOUT_MS = 2000,
	WRITE_DEADLINE_MS = 5000,
	PING_INTERVAL_MS = 5000,
	PINGS_OUT = 2,
	DELIVERY_THREADS = 4,
	RETRY_LEAST_MS = 100,
	RETRY_MOST_MS = 2000,
	RETRY_JITTER_MS = 150,
	NONCE_TRIES = 4, /* the library fails one signature in 256; the next nonce is another one */
	DRAIN_MS = 5000,
	AWAY_RETRY_S = 1,
};

bool bus_unavailable(struct error *err, const char *why)
{
	error_set(err, ERR_UNAVAILABLE, "%s", why);
	if (err)
		err->retry_after_s = AWAY_RETRY_S;
	return false;
}

bool nats_failed(struct error *err, natsStatus status, const char *what)
{
	natsStatus last = NATS_OK;
	const char *text = nats_GetLastError(&last);
	enum error_code code = ERR_UNAVAILABLE;

	if (status == NATS_TIMEOUT)
		code = ERR_TIMEOUT;
	else if (status == NATS_MAX_PAYLOAD)
		code = ERR_TOO_LARGE;
	else if (status == NATS_INVALID_SUBJECT || status == NATS_INVALID_ARG)
		code = ERR_INTERNAL;
	return error_set(err, code, "%s: %s", what, last == status && text ? text : natsStatus_GetText(status));
}

static void report(struct bus *bus, bool connected, const char *why)
{
	if (bus->on_state)
		bus->on_state(bus->arg, connected, why);
	else
		log_debug("bus: %s: %s", connected ? "connected" : "not connected", why);
}

static void on_closed(natsConnection *nc, void *arg)
{
	struct bus *bus = arg;

	(void)nc;
	pthread_mutex_lock(&bus->mutex);
	bus->closed++;
	pthread_cond_broadcast(&bus->changed);
	pthread_mutex_unlock(&bus->mutex);
}

/* A refused subject or a slow consumer: the connection lives on, but something is wrong. */
static void on_error(natsConnection *nc, natsSubscription *subscription, natsStatus status, void *arg)
{
	const char *text = NULL;
	char why[512];

	(void)subscription;
	if (status == NATS_NOT_PERMITTED)
		(void)natsConnection_GetLastError(nc, &text);
	snprintf(why, sizeof(why), "%s", text && text[0] ? text : natsStatus_GetText(status));
	report(arg, bus_connected(arg), why);
}

static natsStatus set_security(const struct bus *bus, natsOptions *options)
{
	natsStatus status = NATS_OK;

	if (bus->creds)
		status = natsOptions_SetUserCredentialsFromFiles(options, bus->creds, NULL);
	if (status == NATS_OK && bus->ca) {
		status = natsOptions_SetSecure(options, true);
		if (status == NATS_OK)
			status = natsOptions_LoadCATrustedCertificates(options, bus->ca);
	}
	if (status == NATS_OK && bus->cert)
		status = natsOptions_LoadCertificatesChain(options, bus->cert, bus->key);
	if (status == NATS_OK && bus->expected_host)
		status = natsOptions_SetExpectedHostname(options, bus->expected_host);
	return status;
}

/* The library's own reconnecting keeps the old certificate for ever: it is off, a closed connection is made anew. */
static natsStatus set_behaviour(struct bus *bus, natsOptions *options)
{
	natsStatus status = natsOptions_SetURL(options, bus->url);

#define ALSO(call) status = status == NATS_OK ? (call) : status
	ALSO(natsOptions_SetName(options, bus->name));
	ALSO(natsOptions_SetTimeout(options, CONNECT_TIMEOUT_MS));
	ALSO(natsOptions_SetAllowReconnect(options, false));
	ALSO(natsOptions_SetSendAsap(options, true)); /* else each message waits 1 ms for a flusher */
	ALSO(natsOptions_SetWriteDeadline(options, WRITE_DEADLINE_MS));
	ALSO(natsOptions_SetPingInterval(options, PING_INTERVAL_MS));
	ALSO(natsOptions_SetMaxPingsOut(options, PINGS_OUT));
	ALSO(natsOptions_SetFailRequestsOnDisconnect(options, true));
	ALSO(natsOptions_UseGlobalMessageDelivery(options, true)); /* else a thread a subscription */
	ALSO(natsOptions_SetClosedCB(options, on_closed, bus));
	ALSO(natsOptions_SetErrorHandler(options, on_error, bus));
#undef ALSO
	return status;
}

static void options_destroyp(natsOptions **options)
{
	natsOptions_Destroy(*options);
}

/* Where the library's own requests (JetStream's) get their answers: below the prefix of ours, minus the wildcard. */
static natsStatus set_inbox(const struct bus *bus, natsOptions *options)
{
	const char *subject = requests_subject(bus->requests);
	_cleanup_free_ char *prefix = strndup(subject, strlen(subject) - strlen(".*"));

	return prefix ? natsOptions_SetCustomInboxPrefix(options, prefix) : NATS_NO_MEMORY;
}

/* One attempt, from fresh options, hence from the files as they are now. */
static bool try_connect(struct bus *bus, natsConnection **ret, natsStatus *ret_status, struct error *err)
{
	_cleanup_(options_destroyp) natsOptions *options = NULL;
	natsStatus status = natsOptions_Create(&options);

	if (status == NATS_OK)
		status = set_behaviour(bus, options);
	if (status == NATS_OK)
		status = set_inbox(bus, options);
	if (status == NATS_OK)
		status = set_security(bus, options);
	if (status == NATS_OK)
		status = natsConnection_Connect(ret, options);
	*ret_status = status;
	return status == NATS_OK || nats_failed(err, status, "connect to NATS");
}

static bool open_link(struct bus *bus, struct link **ret, struct error *err)
{
	_cleanup_free_ struct link *link = calloc(1, sizeof(*link));
	natsStatus status = NATS_OK;
	bool ok = false;

	if (!link)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (unsigned i = 0; !ok && i < NONCE_TRIES; i++) {
		ok = try_connect(bus, &link->nc, &status, err);
		if (!ok && status != NATS_CONNECTION_AUTH_FAILED)
			break;
	}
	if (!ok)
		return false;

	pthread_mutex_lock(&bus->mutex);
	bus->opened++;
	pthread_mutex_unlock(&bus->mutex);
	*ret = TAKE_PTR(link);
	return true;
}

/* Destroys a connection once nobody is inside a call with it. */
static void close_link(struct bus *bus, struct link *link)
{
	natsConnection_Close(link->nc); /* ends the calls of others */
	pthread_mutex_lock(&bus->mutex);
	while (link->users)
		pthread_cond_wait(&bus->changed, &bus->mutex);
	pthread_mutex_unlock(&bus->mutex);
	subscriptions_detach(bus);
	natsConnection_Destroy(link->nc);
	free(link);
}

/* Connects, subscribes everything, and only then lets others send. */
static bool bring_up(struct bus *bus, struct error *err)
{
	struct link *link = NULL;

	if (!open_link(bus, &link, err))
		return false;
	if (!subscriptions_attach(bus, link->nc, err)) {
		close_link(bus, link);
		return false;
	}
	pthread_mutex_lock(&bus->mutex);
	/* What was subscribed while the server took the others in isn't there yet. */
	bool all = subscriptions_attach_new(bus, link->nc, err);
	if (all) {
		bus->link = link;
		atomic_store(&bus->connected, true);
		pthread_cond_broadcast(&bus->changed);
	}
	pthread_mutex_unlock(&bus->mutex);
	if (!all) {
		close_link(bus, link);
		return false;
	}
	report(bus, true, "connected");
	return true;
}

static void take_down(struct bus *bus)
{
	struct link *link;
	const char *text = NULL;
	char why[256];

	pthread_mutex_lock(&bus->mutex);
	link = TAKE_PTR(bus->link);
	atomic_store(&bus->connected, false);
	pthread_mutex_unlock(&bus->mutex);
	if (!link)
		return;
	(void)natsConnection_GetLastError(link->nc, &text);
	snprintf(why, sizeof(why), "%s", text && text[0] ? text : "connection closed");
	close_link(bus, link);
	requests_fail_all(bus->requests, "the connection to NATS was lost");
	report(bus, false, why);
}

/* Waits for a change, at most so long; 0: for ever. Held: bus.mutex. */
static void wait_changed(struct bus *bus, int64_t ms)
{
	struct timespec until;

	if (!ms) {
		pthread_cond_wait(&bus->changed, &bus->mutex);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_cond_timedwait(&bus->changed, &bus->mutex, &until);
}

/* Sleeps before the next attempt: short at first, for a server that restarts; ends early when stopping. */
static void back_off(struct bus *bus, unsigned failures)
{
	int64_t most = RETRY_LEAST_MS << (failures / 16 < 5 ? failures / 16 : 5), until;
	uint16_t noise = 0;

	(void)!getrandom(&noise, sizeof(noise), GRND_NONBLOCK);
	most = (most < RETRY_MOST_MS ? most : RETRY_MOST_MS) + noise % RETRY_JITTER_MS;
	until = clock_monotonic_ms() + most;
	pthread_mutex_lock(&bus->mutex);
	for (int64_t left = most; !bus->stopping && left > 0; left = until - clock_monotonic_ms())
		wait_changed(bus, left);
	pthread_mutex_unlock(&bus->mutex);
}

/* Until connected or stopping. The same reason is reported once. */
static void keep_connecting(struct bus *bus)
{
	char last[256] = "";
	bool stopping = false;

	for (unsigned failures = 0; !stopping; failures++) {
		struct error err = { 0 };

		if (bring_up(bus, &err))
			return;
		if (strncmp(last, err.message, sizeof(last) - 1) != 0)
			report(bus, false, err.message);
		snprintf(last, sizeof(last), "%.*s", (int)sizeof(last) - 1, err.message);
		back_off(bus, failures);
		pthread_mutex_lock(&bus->mutex);
		stopping = bus->stopping;
		pthread_mutex_unlock(&bus->mutex);
	}
}

/* Lets what has arrived be handled and what was sent leave, then closes. */
static void drain(struct bus *bus)
{
	int64_t until = clock_monotonic_ms() + DRAIN_MS;
	natsConnection *nc;

	pthread_mutex_lock(&bus->mutex);
	nc = bus->link ? bus->link->nc : NULL;
	pthread_mutex_unlock(&bus->mutex);
	if (!nc)
		return;
	if (natsConnection_DrainTimeout(nc, DRAIN_MS) == NATS_OK) {
		pthread_mutex_lock(&bus->mutex);
		while (!natsConnection_IsClosed(nc) && clock_monotonic_ms() < until)
			wait_changed(bus, 50);
		pthread_mutex_unlock(&bus->mutex);
	}
	take_down(bus);
}

static void *supervise(void *arg)
{
	struct bus *bus = arg;

	for (;;) {
		bool stopping, lost;

		pthread_mutex_lock(&bus->mutex);
		while (!bus->stopping && bus->link && !natsConnection_IsClosed(bus->link->nc))
			wait_changed(bus, 0);
		stopping = bus->stopping;
		lost = bus->link && natsConnection_IsClosed(bus->link->nc);
		pthread_mutex_unlock(&bus->mutex);

		if (lost)
			take_down(bus);
		if (stopping)
			break;
		keep_connecting(bus);
	}
	drain(bus);
	return NULL;
}

bool link_acquire(struct bus *bus, struct link **ret, struct error *err)
{
	struct link *link;

	pthread_mutex_lock(&bus->mutex);
	link = bus->link;
	if (link)
		link->users++;
	pthread_mutex_unlock(&bus->mutex);
	if (!link)
		return bus_unavailable(err, "not connected to NATS");
	*ret = link;
	return true;
}

void link_release(struct bus *bus, struct link *link)
{
	pthread_mutex_lock(&bus->mutex);
	if (--link->users == 0)
		pthread_cond_broadcast(&bus->changed);
	pthread_mutex_unlock(&bus->mutex);
}

bool bus_connected(const struct bus *bus)
{
	return atomic_load(&bus->connected);
}

bool bus_wait_connected(const struct bus *bus, int timeout_ms)
{
	int64_t until = clock_monotonic_ms() + timeout_ms;

	while (!bus_connected(bus) && clock_monotonic_ms() < until)
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	return bus_connected(bus);
}

static bool copy_text(char **to, const char *from)
{
	return !from || (*to = strdup(from));
}

static bool copy_options(struct bus *bus, const struct bus_options *options, struct error *err)
{
	if (!options->url || !options->url[0] || !options->name || !options->name[0])
		return error_set(err, ERR_INVALID, "the bus needs a URL and a name");
	if (!options->cert != !options->key || (options->cert && !options->ca))
		return error_set(err, ERR_INVALID, "a certificate goes with its key and an authority");
	bus->on_state = options->on_state;
	bus->arg = options->arg;
	if (!copy_text(&bus->url, options->url) || !copy_text(&bus->name, options->name) ||
	    !copy_text(&bus->creds, options->creds) || !copy_text(&bus->ca, options->ca) ||
	    !copy_text(&bus->cert, options->cert) || !copy_text(&bus->key, options->key) ||
	    !copy_text(&bus->expected_host, options->expected_host))
		return error_set(err, ERR_INTERNAL, "out of memory");
	return true;
}

static struct bus *bus_new(void)
{
	struct bus *bus = calloc(1, sizeof(*bus));
	pthread_condattr_t monotonic;

	if (!bus)
		return NULL;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&bus->mutex, NULL);
	pthread_cond_init(&bus->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return bus;
}

bool bus_open(const struct bus_options *options, struct bus **ret, struct error *err)
{
	_cleanup_(bus_freep) struct bus *bus = bus_new();
	int failed;

	if (!bus)
		return error_set(err, ERR_INTERNAL, "out of memory");
	/* A lock that is held is worth no spinning: the processes of the panel share few cores. */
	if (nats_Open(0) != NATS_OK || nats_SetMessageDeliveryPoolSize(DELIVERY_THREADS) != NATS_OK)
		return error_set(err, ERR_INTERNAL, "start the delivery threads of the NATS library");
	if (!copy_options(bus, options, err) || !requests_new(options->inbox_prefix, &bus->requests, err) ||
	    !bus_subscribe(bus, requests_subject(bus->requests), NULL, requests_on_reply, bus->requests, &bus->inbox,
	                   err))
		return error_wrap(err, "open the bus");
	failed = pthread_create(&bus->supervisor, NULL, supervise, bus);
	if (failed)
		return error_errno(err, failed, "start the bus's thread");
	bus->supervised = true;
	*ret = TAKE_PTR(bus);
	return true;
}

static void stop_supervisor(struct bus *bus)
{
	pthread_mutex_lock(&bus->mutex);
	bus->stopping = true;
	pthread_cond_broadcast(&bus->changed);
	pthread_mutex_unlock(&bus->mutex);
	if (bus->supervised)
		pthread_join(bus->supervisor, NULL);
}

/* The library calls on_closed once for each connection, on a thread of its own, perhaps after it was destroyed. */
static bool wait_callbacks(struct bus *bus)
{
	int64_t until = clock_monotonic_ms() + DRAIN_MS;
	bool all;

	pthread_mutex_lock(&bus->mutex);
	while (bus->closed < bus->opened && clock_monotonic_ms() < until)
		wait_changed(bus, 50);
	all = bus->closed >= bus->opened;
	pthread_mutex_unlock(&bus->mutex);
	return all;
}

void bus_free(struct bus *bus)
{
	if (!bus)
		return;
	stop_supervisor(bus);
	while (bus->subscriptions)
		bus_unsubscribe(bus->subscriptions);
	requests_free(bus->requests);
	discard_all();
	if (!wait_callbacks(bus))
		return; /* a callback may still come: rather lose the memory than let it read what is freed */
	free(bus->url);
	free(bus->name);
	free(bus->creds);
	free(bus->ca);
	free(bus->cert);
	free(bus->key);
	free(bus->expected_host);
	pthread_cond_destroy(&bus->changed);
	pthread_mutex_destroy(&bus->mutex);
	free(bus);
}

bool bus_token_valid(const char *text)
{
	size_t length = text ? strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") : 0;

	return length >= 1 && length <= 63 && !text[length];
}
