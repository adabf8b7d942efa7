/* Requests by route and status, and a latency histogram by route, in the text format of Prometheus. */

#include "metrics.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { STATUS_FIRST = 100, STATUS_LAST = 599, BUCKETS = 10 };

static const int64_t bounds_us[BUCKETS] = { 1000, 2500, 5000, 10000, 25000, 50000, 100000, 500000, 2500000, 10000000 };
static const char *const bounds_text[BUCKETS] = { "0.001", "0.0025", "0.005", "0.01", "0.025",
	                                          "0.05",  "0.1",    "0.5",   "2.5",  "10" };
static const char *const place_names[METRICS_PLACES] = { "static", "events", "self", "other" };

struct counters {
	_Atomic uint64_t statuses[STATUS_LAST - STATUS_FIRST + 1];
	_Atomic uint64_t buckets[BUCKETS + 1]; /* the last: above all bounds */
	_Atomic uint64_t sum_us;
};

struct metrics {
	const struct route *routes;
	size_t n_routes;
	struct counters *counters;
};

bool metrics_new(const struct router *router, struct metrics **ret, struct error *err)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));

	if (metrics) {
		metrics->routes = router_routes(router, &metrics->n_routes);
		metrics->counters = calloc(metrics->n_routes + METRICS_PLACES, sizeof(*metrics->counters));
	}
	if (!metrics || !metrics->counters) {
		metrics_free(metrics);
		return error_set(err, ERR_INTERNAL, "out of memory");
	}
	*ret = metrics;
	return true;
}

void metrics_free(struct metrics *metrics)
{
	if (!metrics)
		return;
	free(metrics->counters);
	free(metrics);
}

size_t metrics_index(const struct metrics *metrics, enum metrics_place place)
{
	return metrics->n_routes + (size_t)place;
}

void metrics_count(struct metrics *metrics, size_t index, unsigned status, int64_t took_us)
{
	struct counters *counters = &metrics->counters[index];
	size_t bucket = 0;

	if (status < STATUS_FIRST || status > STATUS_LAST)
		return;
	while (bucket < BUCKETS && took_us > bounds_us[bucket])
		bucket++;
	atomic_fetch_add_explicit(&counters->statuses[status - STATUS_FIRST], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&counters->buckets[bucket], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&counters->sum_us, (uint64_t)took_us, memory_order_relaxed);
}

static const char *name_of(const struct metrics *metrics, size_t index)
{
	return index < metrics->n_routes ? metrics->routes[index].subject + 4 /* without "rpc." */
	                                 : place_names[index - metrics->n_routes];
}

static void write_statuses(const struct metrics *metrics, size_t index, struct buf *buf)
{
	const struct counters *counters = &metrics->counters[index];

	for (size_t i = 0; i <= STATUS_LAST - STATUS_FIRST; i++) {
		uint64_t n = atomic_load_explicit(&counters->statuses[i], memory_order_relaxed);

		if (n > 0)
			buf_printf(buf, "stralix_http_requests_total{route=\"%s\",status=\"%zu\"} %llu\n",
			           name_of(metrics, index), i + STATUS_FIRST, (unsigned long long)n);
	}
}

static void write_latencies(const struct metrics *metrics, size_t index, struct buf *buf)
{
	const struct counters *counters = &metrics->counters[index];
	const char *name = name_of(metrics, index);
	unsigned long long n = 0;

	for (size_t i = 0; i <= BUCKETS; i++) {
		n += atomic_load_explicit(&counters->buckets[i], memory_order_relaxed);
		buf_printf(buf, "stralix_http_request_seconds_bucket{route=\"%s\",le=\"%s\"} %llu\n", name,
		           i < BUCKETS ? bounds_text[i] : "+Inf", n);
	}
	buf_printf(buf, "stralix_http_request_seconds_sum{route=\"%s\"} %.6f\n", name,
	           (double)atomic_load_explicit(&counters->sum_us, memory_order_relaxed) / 1e6);
	buf_printf(buf, "stralix_http_request_seconds_count{route=\"%s\"} %llu\n", name, n);
}

static void gauge(struct buf *buf, const char *name, const char *help, const char *type, uint64_t value)
{
	buf_printf(buf, "# HELP stralix_%s %s\n# TYPE stralix_%s %s\nstralix_%s %llu\n", name, help, name, type, name,
	           (unsigned long long)value);
}

void metrics_write(const struct metrics *metrics, const struct metrics_gauges *gauges, struct buf *buf)
{
	size_t n = metrics->n_routes + METRICS_PLACES;

	buf_puts(buf, "# HELP stralix_http_requests_total Requests answered.\n"
	              "# TYPE stralix_http_requests_total counter\n");
	for (size_t i = 0; i < n; i++)
		write_statuses(metrics, i, buf);
	buf_puts(buf, "# HELP stralix_http_request_seconds From the headers to the end of the answer.\n"
	              "# TYPE stralix_http_request_seconds histogram\n");
	for (size_t i = 0; i < n; i++)
		write_latencies(metrics, i, buf);
	gauge(buf, "bus_connected", "Whether the bus is reached.", "gauge", gauges->bus_connected);
	gauge(buf, "http_active", "Requests that aren't answered yet.", "gauge", gauges->active);
	gauge(buf, "calls_waiting", "Calls that wait for a service.", "gauge", gauges->waiting);
	gauge(buf, "event_streams", "Browsers that listen for events.", "gauge", gauges->streams);
	gauge(buf, "identities", "Identity tokens kept.", "gauge", gauges->identities);
	gauge(buf, "events_total", "Events taken from the bus.", "counter", gauges->events);
	gauge(buf, "events_refused_total", "Events of an odd form.", "counter", gauges->events_refused);
}
