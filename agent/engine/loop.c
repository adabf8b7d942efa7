/* loop: frames from link in, answers and reports out. A frame that breaks a rule is refused and logged, never more. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "lib/base/clock.h"
#include "lib/base/failpoint.h"
#include "lib/base/log.h"
#include "lib/contract/contract.h"

#include "stralix/v1/engine.contract.h"

#include "agent/engine/engine.h"

enum {
	ARENA = 8 * ENGINE_FRAME,
	TICK_MS = 100,      /* how often a running step is looked at */
	RENEW_MS = 5000,    /* a report of progress at least so often, for the lease */
	KEYRING_MS = 2000,  /* the keyring's file is read again after this */
	BACK_OFF_MS = 1000, /* of the first repeat of a report, doubled up to */
	BACK_OFF_MAX_MS = 60000,
};

static bool send_frame(struct engine *engine, const Stralix__V1__EngineFrame *frame, struct error *err)
{
	size_t size = protobuf_c_message_get_packed_size(&frame->base);
	_cleanup_free_ uint8_t *packed = size <= ENGINE_FRAME ? malloc(size) : NULL;

	if (!packed)
		return error_set(err, ERR_TOO_LARGE, "a frame of %zu bytes", size);
	protobuf_c_message_pack(&frame->base, packed);
	while (send(engine->link, packed, size, MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return error_errno(err, errno, "send to link");
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
	return true;
}

static bool send_answer(struct engine *engine, uint64_t ref, const struct buf *report, struct error *err)
{
	Stralix__V1__EngineFrame frame;
	Stralix__V1__Answer answer;

	stralix__v1__engine_frame__init(&frame);
	stralix__v1__answer__init(&answer);
	answer.ref = ref;
	answer.report.data = (uint8_t *)report->data;
	answer.report.len = report->size;
	frame.body_case = STRALIX__V1__ENGINE_FRAME__BODY_ANSWER;
	frame.answer = &answer;
	return send_frame(engine, &frame, err);
}

static bool send_report(struct engine *engine, Stralix__V1__EngineFrame__BodyCase kind, uint64_t ref,
                        const struct buf *report, struct error *err)
{
	Stralix__V1__EngineFrame frame;
	Stralix__V1__Send out;

	stralix__v1__engine_frame__init(&frame);
	stralix__v1__send__init(&out);
	out.ref = ref;
	out.payload.data = (uint8_t *)report->data;
	out.payload.len = report->size;
	frame.body_case = kind;
	if (kind == STRALIX__V1__ENGINE_FRAME__BODY_HEARTBEAT)
		frame.heartbeat = &out;
	else
		frame.report = &out;
	return send_frame(engine, &frame, err);
}

/* Keys change by replacing the file. One that can't be read leaves the old keys at work. */
static void renew_keyring(struct engine *engine)
{
	struct keyring *fresh = NULL;
	struct error err = { 0 };
	int64_t now = clock_monotonic_ms();

	if (now - engine->keyring_seen_ms < KEYRING_MS)
		return;
	engine->keyring_seen_ms = now;
	if (!keyring_read(engine->keyring_path, &fresh, &err)) {
		log_failure(LOG_WARN_, &err, "reading the keyring");
		return;
	}
	keyring_free(engine->keyring);
	engine->keyring = fresh;
}

static bool on_command(struct engine *engine, const Stralix__V1__CommandFrame *frame, struct arena *arena,
                       struct error *err)
{
	_cleanup_buf_ struct buf report = { 0 };

	renew_keyring(engine);
	if (!verb_find(frame->verb))
		return engine_command(engine, frame, arena, &report, err) &&
		       send_answer(engine, frame->ref, &report, err);
	return engine_ask(engine, frame, arena, &report, err) &&
	       (report.size == 0 || send_answer(engine, frame->ref, &report, err));
}

/* What asking has made since the last look. One that can't be sent is the asker's to miss. */
static void send_answered(struct engine *engine)
{
	struct asked *next;

	while ((next = asking_take(engine->asking))) {
		_cleanup_(asked_freep) struct asked *asked = next;
		_cleanup_buf_ struct buf report = { 0 };
		struct error err = { 0 };

		if (!engine_answered(engine, asked, &report, &err) || !send_answer(engine, asked->ref, &report, &err))
			log_failure(LOG_WARN_, &err, "answering a question");
	}
}

static bool on_heartbeat(struct engine *engine, struct error *err)
{
	_cleanup_buf_ struct buf report = { 0 };

	return engine_heartbeat(engine, &report, err) &&
	       send_report(engine, STRALIX__V1__ENGINE_FRAME__BODY_HEARTBEAT, 0, &report, err);
}

static bool on_frame(struct engine *engine, const Stralix__V1__LinkFrame *frame, struct arena *arena, struct error *err)
{
	switch (frame->body_case) {
	case STRALIX__V1__LINK_FRAME__BODY_COMMAND:
		return on_command(engine, frame->command, arena, err);
	case STRALIX__V1__LINK_FRAME__BODY_COMMITTED:
		return journal_report_committed(engine->journal, frame->committed->ref, err);
	case STRALIX__V1__LINK_FRAME__BODY_HEARTBEAT:
		return on_heartbeat(engine, err);
	case STRALIX__V1__LINK_FRAME__BODY_CONNECTED:
		return journal_reports_now(engine->journal, err);
	case STRALIX__V1__LINK_FRAME__BODY__NOT_SET:
	default:
		return error_set(err, ERR_MALFORMED, "a frame of no known kind");
	}
}

static bool read_frame(struct engine *engine, const void *data, size_t size, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA);
	ProtobufCMessage *message;

	if (!arena)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!contract_unpack(&stralix__v1__link_frame__descriptor, data, size, ENGINE_FRAME, arena, &message, err))
		return false;
	if (contract_has_unknown(message))
		return error_set(err, ERR_MALFORMED, "a frame with an unknown field");
	return contract_validate(&stralix__v1__link_frame__rules, message, arena, err) &&
	       on_frame(engine, (Stralix__V1__LinkFrame *)message, arena, err);
}

/* *closed: link has gone. False: the socketpair is no use any more. */
static bool receive(struct engine *engine, uint8_t *buffer, bool *closed, struct error *err)
{
	struct iovec part = { .iov_base = buffer, .iov_len = ENGINE_FRAME };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };
	struct error why = { 0 };
	ssize_t size = recvmsg(engine->link, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (size < 0 && errno != ECONNRESET)
		return error_errno(err, errno, "receive from link");
	/* An empty message looks like the end, too; link sends none. */
	*closed = size <= 0;
	if (*closed)
		return true;
	if (msg.msg_flags & MSG_TRUNC)
		error_set(&why, ERR_TOO_LARGE, "a frame above %d bytes", ENGINE_FRAME);
	else if (read_frame(engine, buffer, (size_t)size, &why))
		return true;
	log_failure(LOG_WARN_, &why, "refused a frame");
	return true;
}

static int64_t back_off(unsigned tries)
{
	int64_t wait = BACK_OFF_MS;

	for (unsigned i = 0; i < tries && wait < BACK_OFF_MAX_MS; i++)
		wait *= 2;
	return wait < BACK_OFF_MAX_MS ? wait : BACK_OFF_MAX_MS;
}

/* Sends every report that is due; *next_ms: when the next will be, 0 for none. */
static bool send_due(struct engine *engine, int64_t *next_ms, struct error *err)
{
	for (;;) {
		_cleanup_buf_ struct buf report = { 0 };
		struct journal_report due = { 0 };
		int64_t now = clock_monotonic_ms();
		bool found;

		if (!journal_report_due(engine->journal, now, &due, &found, next_ms, err))
			return false;
		if (!found)
			return true;
		bool ok = outcome_sign(engine->signer, due.outcome, due.outcome_size, due.attempt, &report, err) &&
		          send_report(engine, STRALIX__V1__ENGINE_FRAME__BODY_REPORT, due.id, &report, err);
		failpoint("engine.reported");
		ok = ok && journal_report_sent(engine->journal, due.id, now + back_off(due.tries), err);
		free(due.outcome);
		if (!ok)
			return false;
	}
}

static bool send_progress_of(struct engine *engine, const struct progress_view *view, const struct progress_task *task,
                             struct error *err)
{
	_cleanup_buf_ struct buf packed = { 0 }, report = { 0 };
	const struct outcome outcome = { .task_id = task->id,
		                         .resource_id = task->resource_id,
		                         .generation = task->generation,
		                         .attempt = task->attempt,
		                         .state = STRALIX__V1__OUTCOME__STATE__RUNNING,
		                         .steps = &view->steps };

	return outcome_pack(&outcome, &packed, err) &&
	       outcome_sign(engine->signer, packed.data, packed.size, task->attempt, &report, err) &&
	       send_report(engine, STRALIX__V1__ENGINE_FRAME__BODY_REPORT, 0, &report, err);
}

/* Progress is worth a report when it changed since the last look, or when the lease wants one. */
static bool send_progress_in(struct engine *engine, struct line *line, bool *busy, struct error *err)
{
	struct progress_view view;
	int64_t now = clock_monotonic_ms();
	bool ok = true, some = progress_get(line->progress, &view);

	*busy = *busy || some;
	if (!some || now - line->progress_ms < TICK_MS ||
	    (view.version == line->progress_version && now - line->progress_ms < RENEW_MS)) {
		if (!some)
			line->progress_ms = now;
		progress_view_done(&view);
		return true;
	}
	line->progress_version = view.version;
	line->progress_ms = now;
	for (size_t i = 0; ok && i < view.n; i++)
		ok = send_progress_of(engine, &view, &view.tasks[i], err);
	progress_view_done(&view);
	return ok;
}

static bool send_progress(struct engine *engine, bool *busy, struct error *err)
{
	bool ok = true;

	*busy = false;
	for (size_t i = 0; ok && i < engine->n_kinds; i++)
		ok = send_progress_in(engine, &engine->lines[i], busy, err);
	return ok;
}

static int wait_ms(struct engine *engine, int64_t next_ms, bool busy)
{
	int64_t now = clock_monotonic_ms(), held = asking_due(engine->asking, now);
	int64_t wait = next_ms > 0 ? next_ms - now : 60000;

	if (held > 0 && held - now < wait)
		wait = held - now;

	if (busy && wait > TICK_MS)
		wait = TICK_MS;
	return wait < 0 ? 0 : (int)wait;
}

bool engine_loop(struct engine *engine, struct error *err)
{
	_cleanup_free_ uint8_t *buffer = malloc(ENGINE_FRAME);
	int64_t next_ms = clock_monotonic_ms(); /* what was left of the last time is due */
	bool closed = false, busy = false;
	eventfd_t count;

	if (!buffer || !journal_reports_now(engine->journal, err))
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
		return buffer ? false : error_set(err, ERR_INTERNAL, "out of memory");
	while (!closed) {
		struct pollfd ready[] = { { .fd = engine->link, .events = POLLIN },
			                  { .fd = engine->wake, .events = POLLIN },
			                  { .fd = asking_fd(engine->asking), .events = POLLIN } };
		struct error why = { 0 };

		if (poll(ready, ARRAY_SIZE(ready), wait_ms(engine, next_ms, busy)) < 0 && errno != EINTR)
			return error_errno(err, errno, "poll");
		if (ready[1].revents & POLLIN)
			eventfd_read(engine->wake, &count);
		if (ready[2].revents & POLLIN)
			asking_news(engine->asking);
		send_answered(engine);
		if (ready[0].revents && !receive(engine, buffer, &closed, err))
			return false;
		/* What can't be sent or read now is tried again at the next turn. */
		if (!closed && (!send_progress(engine, &busy, &why) || !send_due(engine, &next_ms, &why))) {
			log_failure(LOG_WARN_, &why, "sending reports");
			next_ms = clock_monotonic_ms() + BACK_OFF_MS;
		}
	}
	return true;
}
