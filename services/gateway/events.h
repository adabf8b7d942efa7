/*
 * events: server-sent events. One subscription in the process, a ring of the newest events, and for each browser a
 * place in the ring: nothing is buffered per browser, and one that falls behind by a whole ring is cut off.
 */
#pragma once

#include "event.h"
#include "request.h"

enum { EVENTS_RING = 4096, EVENTS_PER_TOKEN = 8 };

struct events;

struct events_options {
	struct bus *bus;
	struct identities *identities;
	size_t max_streams;
};

bool events_open(const struct events_options *options, struct events **ret, struct error *err) _must_check_;
void events_end_streams(struct events *events); /* all of them; new ones are refused */
void events_close(struct events *events);       /* after the bus and the HTTP server */
DEFINE_CLEANUP(struct events *, events_close)

/* Puts an event into the ring and wakes those who may hear of it. Any thread. */
void events_publish(struct events *events, const struct event *event);

/* Events may have been missed: tells everybody to look anew. */
void events_missed(struct events *events);

/* Heartbeats, and whether the sessions still hold; about once a second. */
void events_tick(struct events *events);

/* GET /api/v1/events. */
void events_start(struct request *request);

struct events_counts {
	size_t streams;
	uint64_t taken, refused;
};
void events_count(struct events *events, struct events_counts *ret);
