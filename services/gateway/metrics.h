/* metrics: counters for Prometheus. Any thread. */
#pragma once

#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"

#include "router.h"

/* What is counted beside the routes, after them. */
enum metrics_place { METRICS_STATIC, METRICS_EVENTS, METRICS_SELF, METRICS_OTHER, METRICS_PLACES };

struct metrics;

/* The router stays the caller's and must live longer. */
bool metrics_new(const struct router *router, struct metrics **ret, struct error *err) _must_check_;
void metrics_free(struct metrics *metrics);
DEFINE_CLEANUP(struct metrics *, metrics_free)

size_t metrics_index(const struct metrics *metrics, enum metrics_place place);

/* index: that of a route, or metrics_index. */
void metrics_count(struct metrics *metrics, size_t index, unsigned status, int64_t took_us);

/* What only its owner knows at the moment of asking. */
struct metrics_gauges {
	bool bus_connected;
	size_t waiting, active, streams, identities;
	uint64_t events, events_refused;
};
void metrics_write(const struct metrics *metrics, const struct metrics_gauges *gauges, struct buf *buf);
