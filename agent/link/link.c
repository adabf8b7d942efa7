/* link: commands go in with a number, answers and reports come out; a heartbeat is asked for every 15 s. */

#include "agent/link/link.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "lib/base/clock.h"
#include "lib/base/failpoint.h"
#include "lib/base/log.h"
#include "lib/bus/discovery.h"

#include "agent/link/frames.h"
#include "agent/link/waiting.h"

enum {
	BEAT_MS = 15000,
	JITTER_MS = 3000, /* to either side */
	SOON_MS = 250,    /* doubled with each refusal in a row, up to 8 s */
	REPORT_TIMEOUT_MS = 10000,
	ARENA = 4 * FRAMES_MAX,
	WORD = 33,
};

struct link {
	const struct link_settings *settings;
	int fd;
	struct bus *bus;
	struct bus_subscription *commands;
	struct discovery *discovery;
	struct waiting *waiting;
	atomic_bool beat_now;
	_Atomic int64_t beat_again_ms;
	atomic_uint refused; /* heartbeats in a row */
	char prefix[96];     /* "node.<id>." */
};

/* "node.n1.website.apply" into kind and verb. */
static bool split_subject(const struct link *link, const char *subject, char kind[static WORD], char verb[static WORD])
{
	size_t prefix = strlen(link->prefix);
	int end = 0;

	return strncmp(subject, link->prefix, prefix) == 0 &&
	       sscanf(subject + prefix, "%32[a-z0-9_-].%32[a-z0-9_-]%n", kind, verb, &end) == 2 &&
	       subject[prefix + (size_t)end] == '\0';
}

static void refuse(struct link *link, const struct bus_msg *msg, const struct error *why)
{
	char code[8], text[sizeof(why->message) + 40];
	struct error err = { 0 };
	const struct bus_header headers[] = { { BUS_ERROR_CODE, code }, { BUS_ERROR, text }, { NULL, NULL } };

	snprintf(code, sizeof(code), "%d", error_http_status(why->code));
	snprintf(text, sizeof(text), "%s: %s", error_code_name(why->code), why->message);
	log_failure(LOG_WARN_, why, "refused a command");
	if (!bus_respond(link->bus, msg, headers, NULL, 0, &err))
		log_failure(LOG_WARN_, &err, "answering a command");
}

/* Only tasks asks nodes; an answer anywhere else would let a caller aim this node's rights at somebody. */
static bool check_reply(const struct bus_msg *msg, struct error *err)
{
	const char *reply = bus_msg_reply(msg);

	return (reply && strncmp(reply, "_INBOX.tasks.", 13) == 0) ||
	       error_set(err, ERR_FORBIDDEN, "a command that wants its answer elsewhere");
}

static bool forward(struct link *link, struct bus_msg *msg, struct error *err)
{
	const char *authorization = bus_msg_header(msg, BUS_AUTHORIZATION);
	char kind[WORD], verb[WORD];
	Stralix__V1__LinkFrame frame;
	Stralix__V1__CommandFrame command;

	if (!split_subject(link, bus_msg_subject(msg), kind, verb))
		return error_set(err, ERR_MALFORMED, "subject '%s'", bus_msg_subject(msg));
	if (!authorization || strncmp(authorization, "Bearer ", 7) != 0)
		return error_set(err, ERR_UNAUTHENTICATED, "a command without a token");
	stralix__v1__link_frame__init(&frame);
	stralix__v1__command_frame__init(&command);
	command.kind = kind;
	command.verb = verb;
	command.token = (char *)(uintptr_t)(authorization + 7);
	command.payload.data = (uint8_t *)(uintptr_t)bus_msg_data(msg);
	command.payload.len = bus_msg_size(msg);
	frame.body_case = STRALIX__V1__LINK_FRAME__BODY_COMMAND;
	frame.command = &command;
	command.ref = waiting_add(link->waiting, msg);
	if (command.ref == 0)
		return error_set(err, ERR_UNAVAILABLE, "too many commands wait for the engine");
	/* The message now waits for its answer; it may be gone as soon as the frame is sent. */
	if (frames_send(link->fd, &frame, err))
		return true;
	waiting_take(link->waiting, command.ref);
	return false;
}

static void on_command(void *arg, struct bus_msg *msg)
{
	struct link *link = arg;
	struct error err = { 0 };

	if (!check_reply(msg, &err)) {
		log_failure(LOG_WARN_, &err, "refused a command");
		bus_msg_free(msg);
		return;
	}
	failpoint("link.delivered");
	if (!forward(link, msg, &err)) {
		refuse(link, msg, &err);
		bus_msg_free(msg);
	}
}

static void on_state(void *arg, bool connected, const char *why)
{
	struct link *link = arg;
	struct error err = { 0 };

	log_info("bus %s%s%s", connected ? "connected" : "lost", why ? ": " : "", why ? why : "");
	if (!connected)
		return;
	if (!frames_send_connected(link->fd, &err))
		log_failure(LOG_WARN_, &err, "telling the engine");
	atomic_store(&link->beat_now, true);
}

/* What a report's answer needs to know. */
struct sent {
	struct link *link;
	uint64_t ref; /* 0: nothing waits for it */
	bool heartbeat;
};

/* A heartbeat that wasn't taken is due again soon, at first: a node that was just registered shows itself at once. */
static void heartbeat_answered(struct link *link, bool taken)
{
	unsigned refused = taken ? 0 : atomic_load(&link->refused) + 1;
	int64_t soon = clock_monotonic_ms() + (SOON_MS << (refused < 5 ? refused : 5));

	atomic_store(&link->refused, refused);
	atomic_store(&link->beat_again_ms, taken ? INT64_MAX : soon);
}

static void on_reply(void *arg, struct bus_msg *reply, const struct error *why)
{
	_cleanup_free_ struct sent *sent = arg;
	const char *error = reply ? bus_msg_header(reply, BUS_ERROR) : NULL;
	const char *what = sent->heartbeat ? "heartbeat" : "report";
	struct error err = { 0 };

	if (sent->heartbeat)
		heartbeat_answered(sent->link, reply && !error);
	/* The engine repeats what isn't confirmed. */
	if (!reply)
		log_debug("%s %llu: %s", what, (unsigned long long)sent->ref, why ? why->message : "no answer");
	else if (error)
		log_warn("%s %llu refused: %s", what, (unsigned long long)sent->ref, error);
	else if (sent->ref > 0 && !frames_send_committed(sent->link->fd, sent->ref, &err))
		log_failure(LOG_WARN_, &err, "confirming a report");
	bus_msg_free(reply);
}

static bool send_on(struct link *link, bool heartbeat, const Stralix__V1__Send *send, struct error *err)
{
	char full[128];
	struct sent *sent = calloc(1, sizeof(*sent));

	if (!sent)
		return error_set(err, ERR_INTERNAL, "out of memory");
	*sent = (struct sent){ .link = link, .ref = send->ref, .heartbeat = heartbeat };
	snprintf(full, sizeof(full), "%s.%s", heartbeat ? "heartbeat" : "report", link->settings->node_id);
	if (bus_request_async(link->bus, full, NULL, send->payload.data, send->payload.len, REPORT_TIMEOUT_MS, on_reply,
	                      sent, err))
		return true;
	free(sent);
	return false;
}

static bool send_answer(struct link *link, const Stralix__V1__Answer *answer, struct error *err)
{
	_cleanup_(bus_msg_freep) struct bus_msg *msg = waiting_take(link->waiting, answer->ref);

	return !msg || bus_respond(link->bus, msg, NULL, answer->report.data, answer->report.len, err);
}

static bool on_frame(struct link *link, const Stralix__V1__EngineFrame *frame, struct error *err)
{
	switch (frame->body_case) {
	case STRALIX__V1__ENGINE_FRAME__BODY_ANSWER:
		return send_answer(link, frame->answer, err);
	case STRALIX__V1__ENGINE_FRAME__BODY_REPORT:
		return send_on(link, false, frame->report, err);
	case STRALIX__V1__ENGINE_FRAME__BODY_HEARTBEAT:
		return send_on(link, true, frame->heartbeat, err);
	case STRALIX__V1__ENGINE_FRAME__BODY__NOT_SET:
	default:
		return error_set(err, ERR_MALFORMED, "a frame of no known kind");
	}
}

static int64_t next_beat(void)
{
	uint32_t random = 0;

	if (getrandom(&random, sizeof(random), 0) < 0)
		random = 0; /* jitter only spreads the load */
	return clock_monotonic_ms() + BEAT_MS - JITTER_MS + random % (2 * JITTER_MS);
}

static void beat(struct link *link, int64_t *next_ms)
{
	struct error err = { 0 };

	int64_t again_ms = atomic_load(&link->beat_again_ms), now = clock_monotonic_ms();

	if (!atomic_exchange(&link->beat_now, false) && now < *next_ms && now < again_ms)
		return;
	*next_ms = next_beat();
	atomic_store(&link->beat_again_ms, INT64_MAX);
	if (!frames_send_heartbeat_due(link->fd, &err))
		log_failure(LOG_WARN_, &err, "asking for a heartbeat");
}

bool link_run(struct link *link, struct error *err)
{
	int64_t next_ms = next_beat();
	bool closed = false;

	while (!closed) {
		_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA);
		Stralix__V1__EngineFrame *frame;
		struct error why = { 0 };

		if (!arena)
			return error_set(err, ERR_INTERNAL, "out of memory");
		beat(link, &next_ms);
		if (!frames_receive(link->fd, 250, arena, &frame, &closed, &why)) {
			*err = why;
			return false;
		}
		if (why.code != ERR_NONE || (frame && !on_frame(link, frame, &why)))
			log_failure(LOG_WARN_, &why, "carrying a frame");
	}
	return true;
}

void link_free(struct link *link)
{
	if (!link)
		return;
	discovery_free(link->discovery);
	if (link->commands)
		bus_unsubscribe(link->commands);
	bus_free(link->bus);
	waiting_free(link->waiting);
	free(link);
}

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static bool connect_bus(struct link *link, struct error *err)
{
	const struct link_settings *settings = link->settings;
	char name[80], inbox[96];
	const struct bus_options options = { .url = settings->nats_url,
		                             .name = name,
		                             .creds = or_null(settings->nats_creds),
		                             .ca = or_null(settings->nats_ca),
		                             .cert = or_null(settings->nats_cert),
		                             .key = or_null(settings->nats_key),
		                             .expected_host = or_null(settings->nats_host),
		                             .inbox_prefix = inbox,
		                             .on_state = on_state,
		                             .arg = link };

	snprintf(name, sizeof(name), "agent-%s", settings->node_id);
	snprintf(inbox, sizeof(inbox), "_INBOX.node.%s", settings->node_id);
	return bus_open(&options, &link->bus, err);
}

static bool subscribe(struct link *link, struct error *err)
{
	const char *id = link->settings->node_id;
	char subject[96], apply[96], remove[96];
	const struct discovery_endpoint endpoints[] = {
		{ "website-apply", apply, NULL, "stralix.v1.Command", "stralix.v1.Report" },
		{ "website-remove", remove, NULL, "stralix.v1.Command", "stralix.v1.Report" },
	};

	snprintf(subject, sizeof(subject), "node.%s.>", id);
	snprintf(apply, sizeof(apply), "node.%s.website.apply", id);
	snprintf(remove, sizeof(remove), "node.%s.website.remove", id);
	return bus_subscribe(link->bus, subject, NULL, on_command, link, &link->commands, err) &&
	       discovery_start(link->bus, "agent", id, STRALIX_VERSION, "The agent of one node.", endpoints,
	                       ARRAY_SIZE(endpoints), true, &link->discovery, err);
}

bool link_open(const struct link_settings *settings, int fd, struct link **ret, struct error *err)
{
	_cleanup_(link_freep) struct link *link = calloc(1, sizeof(*link));

	if (!link || !(link->waiting = waiting_new()))
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!bus_token_valid(settings->node_id))
		return error_set(err, ERR_INVALID, "node_id: letters, digits and '-'");
	link->settings = settings;
	link->fd = fd;
	atomic_init(&link->beat_again_ms, INT64_MAX);
	snprintf(link->prefix, sizeof(link->prefix), "node.%s.", settings->node_id);
	if (!connect_bus(link, err) || !subscribe(link, err))
		return error_wrap(err, "link");
	*ret = TAKE_PTR(link);
	return true;
}
