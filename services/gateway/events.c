/* Server-sent events: the ring, the streams that read it, their heartbeats and their sessions. */

#include "events.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"

#include "api.h"
#include "respond.h"

enum {
	HEARTBEAT_MS = 15000, /* the only way to learn that a browser has gone */
	CHECK_MS = 15000,     /* of the session, plus up to the jitter */
	CHECK_JITTER_MS = 10000,
	CHECK_TIMEOUT_MS = 3000,
	UNCHECKED_MS = 120000, /* authz away for longer: the stream ends */
	PIECE = 640,           /* room for one event or greeting */
	IDENTIFY_MS = 5000,
	FULL_RETRY_S = 2,
	PROBE_MS = 250, /* the first write to a browser that has gone succeeds, the second doesn't */
};

/* One browser. */
struct stream {
	struct stream *next, **link; /* link NULL: no longer listed */
	struct events *events;
	struct http_exchange *exchange;
	unsigned refs; /* the answer's, and a check's that is under way */
	struct identity *identity;
	struct identity_key key;
	char token[CREDENTIALS_TOKEN], request_id[UUID_TEXT];
	uint64_t cursor; /* the next event to look at */
	bool greet, reset, beat, probing, dead, asleep, checking;
	int64_t beat_at_ms, check_at_ms, checked_ms;
	struct identity_waiter waiter;
	char piece[PIECE];
	size_t piece_size, piece_sent;
};

struct events {
	pthread_mutex_t lock;
	struct events_options options;
	struct event_rights *rights;
	struct bus_subscription *subscription;
	int64_t start; /* the first half of ids: another process starts another count */
	struct event ring[EVENTS_RING];
	uint64_t head; /* of the next event; the first is 1 */
	struct stream *streams;
	size_t n_streams;
	uint64_t refused;
	bool ended;
};

/* ---- streams, under the lock ---- */

static void wake(struct stream *stream)
{
	if (!stream->asleep)
		return;
	stream->asleep = false;
	http_resume(stream->exchange);
}

static void unref(struct stream *stream)
{
	if (--stream->refs > 0)
		return;
	identity_unref(stream->identity);
	explicit_bzero(stream->token, sizeof(stream->token));
	free(stream);
}

static void unlist(struct stream *stream)
{
	if (!stream->link)
		return;
	*stream->link = stream->next;
	if (stream->next)
		stream->next->link = stream->link;
	stream->link = NULL;
	stream->events->n_streams--;
}

static void list(struct stream *stream)
{
	struct events *events = stream->events;

	stream->next = events->streams;
	stream->link = &events->streams;
	if (stream->next)
		stream->next->link = &stream->next;
	events->streams = stream;
	events->n_streams++;
}

static size_t streams_of(const struct events *events, const struct identity_key *key)
{
	size_t n = 0;

	for (const struct stream *stream = events->streams; stream; stream = stream->next)
		n += !stream->dead && memcmp(stream->key.digest, key->digest, sizeof(key->digest)) == 0;
	return n;
}

static uint64_t oldest(const struct events *events)
{
	return events->head > EVENTS_RING ? events->head - EVENTS_RING : 1;
}

/* ---- what a browser reads ---- */

static void say(struct stream *stream, const char *text)
{
	stream->piece_size = (size_t)snprintf(stream->piece, PIECE, "%s", text);
	stream->piece_sent = 0;
}

/* The next visible event; false when there is none. */
static bool next_event(struct stream *stream)
{
	struct events *events = stream->events;

	while (stream->cursor < events->head) {
		uint64_t n = stream->cursor++;
		const struct event *event = &events->ring[n % EVENTS_RING];

		if (!event_visible(event, stream->identity, events->rights))
			continue;
		stream->piece_size = event_format(event, events->start, n, stream->piece);
		stream->piece_sent = 0;
		return true;
	}
	return false;
}

/* Prepares what to send next; false: nothing now. */
static bool next_piece(struct stream *stream)
{
	static const struct event anew = { .organisation = "" };

	if (stream->greet) {
		stream->greet = false;
		say(stream, ": events\nretry: 2000\n\n");
	} else if (stream->reset) {
		stream->reset = false;
		stream->piece_size = event_format(&anew, stream->events->start, stream->cursor - 1, stream->piece);
		stream->piece_sent = 0;
	} else if (!next_event(stream)) {
		if (!stream->beat)
			return false;
		say(stream, ":\n\n");
	}
	stream->beat = false;
	stream->beat_at_ms = clock_monotonic_ms() + (stream->probing ? PROBE_MS : HEARTBEAT_MS);
	stream->probing = false;
	return true;
}

static size_t fill(struct stream *stream, char *out, size_t max)
{
	size_t filled = 0;

	while (filled < max) {
		size_t left = stream->piece_size - stream->piece_sent;
		size_t size = left < max - filled ? left : max - filled;

		if (left == 0) {
			if (!next_piece(stream))
				break;
			continue;
		}
		memcpy(out + filled, stream->piece + stream->piece_sent, size);
		stream->piece_sent += size;
		filled += size;
	}
	return filled;
}

static ssize_t stream_read(void *arg, char *out, size_t max)
{
	struct stream *stream = arg;
	struct events *events = stream->events;
	ssize_t size = -1;

	pthread_mutex_lock(&events->lock);
	if (stream->cursor < oldest(events))
		stream->dead = true; /* too slow: what it missed can't be told any more */
	if (!stream->dead) {
		size = (ssize_t)fill(stream, out, max);
		if (size == 0) {
			stream->asleep = true;
			http_suspend(stream->exchange);
		}
	}
	pthread_mutex_unlock(&events->lock);
	return size;
}

static void stream_gone(void *arg)
{
	struct stream *stream = arg;
	struct events *events = stream->events;

	pthread_mutex_lock(&events->lock);
	stream->dead = true;
	unlist(stream);
	unref(stream);
	pthread_mutex_unlock(&events->lock);
}

/* ---- events in ---- */

void events_publish(struct events *events, const struct event *event)
{
	pthread_mutex_lock(&events->lock);
	events->ring[events->head % EVENTS_RING] = *event;
	events->head++;
	for (struct stream *stream = events->streams; stream; stream = stream->next) {
		if (event_visible(event, stream->identity, events->rights))
			wake(stream);
		else if (stream->asleep)
			stream->cursor = events->head; /* it had read all before: nothing missed */
	}
	pthread_mutex_unlock(&events->lock);
}

void events_missed(struct events *events)
{
	static const struct event anew = { .organisation = "" };

	events_publish(events, &anew);
}

static void on_message(void *arg, struct bus_msg *message)
{
	_cleanup_(bus_msg_freep) struct bus_msg *msg = message;
	struct events *events = arg;
	struct event event;

	if (event_parse(bus_msg_subject(msg), bus_msg_data(msg), bus_msg_size(msg), &event)) {
		events_publish(events, &event);
		return;
	}
	pthread_mutex_lock(&events->lock);
	events->refused++;
	pthread_mutex_unlock(&events->lock);
}

/* ---- sessions ---- */

static void plan_check(struct stream *stream, int64_t now)
{
	stream->check_at_ms = now + CHECK_MS + (int64_t)(stream->key.digest[2] * CHECK_JITTER_MS / 255);
}

static void on_checked(void *arg, struct identity *identity, const struct error *why)
{
	struct stream *stream = arg;
	struct events *events = stream->events;
	int64_t now = clock_monotonic_ms();

	pthread_mutex_lock(&events->lock);
	stream->checking = false;
	if (identity) {
		identity_unref(stream->identity);
		stream->identity = identity;
		stream->checked_ms = now;
	} else if (why->code == ERR_UNAUTHENTICATED || now - stream->checked_ms > UNCHECKED_MS) {
		stream->dead = true;
		wake(stream);
	}
	plan_check(stream, now);
	unref(stream);
	pthread_mutex_unlock(&events->lock);
}

/* One stream whose session is to be looked at, with a reference; NULL when there is none now. */
static struct stream *due_stream(struct events *events, int64_t now)
{
	struct stream *stream;

	pthread_mutex_lock(&events->lock);
	stream = events->streams;
	while (stream && (stream->checking || stream->dead || stream->check_at_ms > now))
		stream = stream->next;
	if (stream) {
		stream->checking = true;
		stream->refs++;
	}
	pthread_mutex_unlock(&events->lock);
	return stream;
}

/* What identities_find keeps for seconds is new enough here. */
static void check(struct stream *stream)
{
	struct identities *identities = stream->events->options.identities;
	struct identity *identity = NULL;
	struct error err = { 0 };

	switch (identities_find(identities, &stream->key, stream->token, stream->request_id, &identity, &err)) {
	case IDENTITY_GOOD:
	case IDENTITY_REFUSED:
		on_checked(stream, identity, &err);
		return;
	case IDENTITY_UNKNOWN:
		break;
	}
	stream->waiter = (struct identity_waiter){ NULL, on_checked, stream };
	identities_fetch(identities, &stream->key, stream->token, stream->request_id, CHECK_TIMEOUT_MS,
	                 &stream->waiter);
}

void events_tick(struct events *events)
{
	int64_t now = clock_monotonic_ms();
	struct stream *stream;

	pthread_mutex_lock(&events->lock);
	for (stream = events->streams; stream; stream = stream->next) {
		if (stream->beat_at_ms <= now) {
			stream->beat = true;
			wake(stream);
		}
	}
	pthread_mutex_unlock(&events->lock);
	while ((stream = due_stream(events, now)) != NULL)
		check(stream);
}

/* ---- opening ---- */

static void place(struct stream *stream, const char *last_event_id)
{
	struct events *events = stream->events;
	uint64_t n;

	stream->cursor = events->head;
	if (!last_event_id)
		return;
	if (event_parse_id(last_event_id, events->start, &n) && n < events->head && n + 1 >= oldest(events))
		stream->cursor = n + 1;
	else
		stream->reset = true;
}

static struct stream *stream_new(struct request *request)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	int64_t now = clock_monotonic_ms();

	if (!stream)
		return NULL;
	stream->events = request->gateway->events;
	stream->exchange = request->exchange;
	stream->refs = 1;
	stream->identity = identity_ref(request->identity);
	stream->key = request->identity_key;
	memcpy(stream->token, request->credentials.token, sizeof(stream->token));
	memcpy(stream->request_id, request->id, sizeof(stream->request_id));
	stream->greet = true; /* sends the headers at once */
	stream->beat_at_ms = now + HEARTBEAT_MS;
	stream->checked_ms = now;
	plan_check(stream, now);
	return stream;
}

/* Has all of a token's streams say something now: those whose browser has gone are found out by it. */
static void probe(struct events *events, const struct identity_key *key)
{
	for (struct stream *stream = events->streams; stream; stream = stream->next) {
		if (memcmp(stream->key.digest, key->digest, sizeof(key->digest)) != 0)
			continue;
		stream->beat = stream->probing = true;
		wake(stream);
	}
}

/* Takes a place in the ring, if there is room for one more. */
static bool admit(struct stream *stream, const char *last_event_id, struct error *err)
{
	struct events *events = stream->events;
	bool admitted = false;

	pthread_mutex_lock(&events->lock);
	if (events->ended || events->n_streams >= events->options.max_streams) {
		error_set(err, ERR_UNAVAILABLE, "No more event streams can be opened now.");
	} else if (streams_of(events, &stream->key) >= EVENTS_PER_TOKEN) {
		error_set(err, ERR_RATE_LIMITED, "This session has %d event streams open already.", EVENTS_PER_TOKEN);
		err->retry_after_s = FULL_RETRY_S;
		probe(events, &stream->key);
	} else {
		place(stream, last_event_id);
		list(stream);
		admitted = true;
	}
	pthread_mutex_unlock(&events->lock);
	return admitted;
}

static void open_stream(struct request *request)
{
	static const struct http_stream reader = { stream_read, stream_gone };
	const struct respond_headers headers = { .content_type = "text/event-stream", .cache_control = "no-store" };
	struct stream *stream;

	if (request->error.code == ERR_NONE && request->identity->limited)
		error_set(&request->error, ERR_FORBIDDEN, "This token is limited to some records of a zone.");
	if (request->error.code != ERR_NONE) {
		respond_problem(request, &request->error, 0, NULL);
		return;
	}
	stream = stream_new(request);
	if (!stream)
		error_set(&request->error, ERR_UNAVAILABLE, "The gateway is out of memory.");
	if (!stream || !admit(stream, http_find_header(request->exchange, "Last-Event-ID"), &request->error)) {
		if (stream)
			stream_gone(stream);
		respond_problem(request, &request->error, 0, NULL);
		return;
	}
	respond_stream(request, &headers, &reader, stream);
}

void events_start(struct request *request)
{
	request_set_deadline(request, IDENTIFY_MS);
	api_identify(request, "authz", open_stream);
}

/* ---- life ---- */

bool events_open(const struct events_options *options, struct events **ret, struct error *err)
{
	_cleanup_(events_closep) struct events *events = calloc(1, sizeof(*events));

	if (!events)
		return error_set(err, ERR_INTERNAL, "out of memory");
	pthread_mutex_init(&events->lock, NULL);
	events->options = *options;
	events->start = clock_unix_ms();
	events->head = 1;
	events->rights = event_rights_new();
	if (!events->rights)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (options->bus &&
	    !bus_subscribe(options->bus, "event.>", NULL, on_message, events, &events->subscription, err))
		return error_wrap(err, "events");
	*ret = TAKE_PTR(events);
	return true;
}

void events_end_streams(struct events *events)
{
	pthread_mutex_lock(&events->lock);
	events->ended = true;
	for (struct stream *stream = events->streams; stream; stream = stream->next) {
		stream->dead = true;
		wake(stream);
	}
	pthread_mutex_unlock(&events->lock);
}

void events_close(struct events *events)
{
	if (!events)
		return;
	event_rights_free(events->rights);
	pthread_mutex_destroy(&events->lock);
	free(events);
}

void events_count(struct events *events, struct events_counts *ret)
{
	pthread_mutex_lock(&events->lock);
	*ret = (struct events_counts){ events->n_streams, events->head - 1, events->refused };
	pthread_mutex_unlock(&events->lock);
}
