/* Opens the parts in the order in which they need each other, and closes them the other way round. */

#include "gateway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/bus/bus.h"
#include "lib/bus/discovery.h"
#include "lib/contract/contract.h"

#include "credentials.h"
#include "events.h"
#include "identity.h"
#include "metrics.h"
#include "ready.h"
#include "router.h"
#include "server.h"
#include "static.h"
#include "ticker.h"

enum { IDENTITIES_MAX = 16384, SPARE_FILES = 256, DRAIN_POLL_MS = 20, INBOX = 64 };

static const char *or_null(const char *text)
{
	return *text ? text : NULL;
}

/* "_INBOX.gateway.<8 random>": two copies never share one. */
static void make_inbox(char ret[static INBOX])
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char bytes[8];
	size_t used = (size_t)snprintf(ret, INBOX, "_INBOX.gateway.");

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		abort();
	for (size_t i = 0; i < sizeof(bytes); i++)
		ret[used++] = alphabet[bytes[i] & 31];
	ret[used] = '\0';
}

static void on_bus_state(void *arg, bool connected, const char *why)
{
	struct gateway *gateway = arg;
	const struct log_field fields[] = { { "why", why }, { NULL, NULL } };
	struct events *events = atomic_load(&gateway->events);

	log_write(connected ? LOG_INFO_ : LOG_WARN_, fields, connected ? "bus is connected" : "bus is away");
	if (connected && events)
		events_missed(events);
}

static bool open_bus(struct gateway *gateway, struct error *err)
{
	const struct settings *settings = &gateway->settings;
	char inbox[INBOX];
	const struct bus_options options = {
		.url = settings->nats_url,
		.name = "gateway",
		.creds = or_null(settings->nats_creds),
		.ca = or_null(settings->nats_ca),
		.cert = or_null(settings->nats_cert),
		.key = or_null(settings->nats_key),
		.expected_host = or_null(settings->nats_ca) ? or_null(settings->nats_host) : NULL,
		.inbox_prefix = inbox,
		.on_state = on_bus_state,
		.arg = gateway,
	};

	make_inbox(inbox);
	return bus_open(&options, &gateway->bus, err);
}

static bool open_identities(struct gateway *gateway, struct error *err)
{
	if (!token_key_read(gateway->settings.token_key, &gateway->key, err) ||
	    !keyring_read(gateway->settings.keyring, &gateway->keyring, err))
		return false;
	if (!keyring_find(gateway->keyring, "authz"))
		return error_set(err, ERR_INVALID, "keyring %s: no key of authz", gateway->settings.keyring);
	return freshness_new(gateway->bus, gateway->key, gateway->keyring, &gateway->freshness, err) &&
	       identities_new(&(struct identities_options){ .bus = gateway->bus,
	                                                    .key = gateway->key,
	                                                    .keyring = gateway->keyring,
	                                                    .freshness = gateway->freshness,
	                                                    .max = IDENTITIES_MAX },
	                      &gateway->identities, err);
}

/* The routes, as `nats micro info gateway` shows them. */
static bool open_discovery(struct gateway *gateway, struct error *err)
{
	size_t n;
	const struct route *routes = router_routes(gateway->router, &n);
	_cleanup_free_ struct discovery_endpoint *endpoints = calloc(n + 1, sizeof(*endpoints));

	if (!endpoints)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (size_t i = 0; i < n; i++)
		endpoints[i] =
			(struct discovery_endpoint){ routes[i].method->name, routes[i].subject, routes[i].service->name,
			                             routes[i].method->request->descriptor->name,
			                             routes[i].method->reply->descriptor->name };
	return discovery_start(gateway->bus, "gateway", NULL, STRALIX_VERSION,
	                       "HTTP, server-sent events and the user interface", endpoints, n, false,
	                       &gateway->discovery, err);
}

static void on_tick(void *arg)
{
	struct gateway *gateway = arg;

	events_tick(gateway->events);
	identities_sweep(gateway->identities);
}

/* As many descriptors as the system gives, and no more connections than that. */
static void fit_connections(struct settings *settings)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 && getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	if (limit.rlim_cur > (rlim_t)SPARE_FILES * 2 &&
	    (rlim_t)settings->max_connections > limit.rlim_cur - SPARE_FILES)
		settings->max_connections = (int64_t)limit.rlim_cur - SPARE_FILES;
}

/* The bus is at work already, and tells events what it missed. */
static bool open_events(struct gateway *gateway, struct error *err)
{
	struct events *events = NULL;

	if (!events_open(&(struct events_options){ gateway->bus, gateway->identities,
	                                           (size_t)gateway->settings.max_streams },
	                 &events, err))
		return false;
	atomic_store(&gateway->events, events);
	return true;
}

static bool open_parts(struct gateway *gateway, struct error *err)
{
	const struct settings *settings = &gateway->settings;

	gateway->ready = ready_new();
	if (!gateway->ready)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return credentials_origins(settings->public_url, &gateway->origins, err) &&
	       files_open(settings->ui_dir, settings->openapi, &gateway->files, err) &&
	       router_new(contract_services, &gateway->router, err) &&
	       metrics_new(gateway->router, &gateway->metrics, err) && open_bus(gateway, err) &&
	       open_identities(gateway, err) && open_events(gateway, err) && open_discovery(gateway, err) &&
	       ticker_start(on_tick, gateway, &gateway->ticker, err) && server_start(gateway, err);
}

bool gateway_open(struct settings *settings, struct gateway **ret, struct error *err)
{
	struct gateway *gateway = calloc(1, sizeof(*gateway));

	if (!gateway) {
		config_done(settings_rows, settings);
		return error_set(err, ERR_INTERNAL, "out of memory");
	}
	gateway->settings = *settings;
	*settings = (struct settings){ 0 };
	fit_connections(&gateway->settings);
	if (!open_parts(gateway, err)) {
		gateway_close(gateway);
		return error_wrap(err, "start the gateway");
	}
	*ret = gateway;
	return true;
}

void gateway_drain(struct gateway *gateway, int drain_ms)
{
	const struct timespec pause = { .tv_nsec = DRAIN_POLL_MS * 1000000L };
	int64_t until = clock_monotonic_ms() + drain_ms;

	atomic_store(&gateway->draining, true);
	http_quiesce(gateway->http);
	events_end_streams(gateway->events);
	while (atomic_load(&gateway->active) > 0 && clock_monotonic_ms() < until)
		nanosleep(&pause, NULL);
}

void gateway_close(struct gateway *gateway)
{
	ticker_stop(gateway->ticker);
	http_free(gateway->http);
	discovery_free(gateway->discovery);
	bus_free(gateway->bus);
	events_close(gateway->events);
	identities_free(gateway->identities);
	freshness_free(gateway->freshness);
	metrics_free(gateway->metrics);
	router_free(gateway->router);
	files_close(gateway->files);
	ready_free(gateway->ready);
	keyring_free(gateway->keyring);
	token_key_free(gateway->key);
	free(gateway->origins);
	config_done(settings_rows, &gateway->settings);
	free(gateway);
}

unsigned gateway_port(const struct gateway *gateway)
{
	return http_port(gateway->http);
}
