/* discovery: answers $SRV.PING, INFO and STATS (NATS ADR-32), so that `nats micro ls|info|stats` shows the process. */
#pragma once

#include "lib/bus/bus.h"

struct discovery;

struct discovery_endpoint {
	const char *name;            /* "CreateWebsite" */
	const char *subject;         /* "rpc.web.CreateWebsite" */
	const char *queue;           /* "web" */
	const char *request, *reply; /* message names */
};

/* name, version, description: of the service. only_own: subscribe to $SRV.*.<name>.<id> alone (agents). id may be NULL:
 * made. All is copied. */
bool discovery_start(struct bus *bus, const char *name, const char *id, const char *version, const char *description,
                     const struct discovery_endpoint *endpoints, size_t n, bool only_own, struct discovery **ret,
                     struct error *err) _must_check_;
void discovery_free(struct discovery *discovery);
DEFINE_CLEANUP(struct discovery *, discovery_free)

/* Counts one call of an endpoint; err NULL for success. Any thread. */
void discovery_count(struct discovery *discovery, size_t endpoint, int64_t took_us, const struct error *err);
