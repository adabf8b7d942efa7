/* harness: see the header. Here: commands, frames and outcomes. */

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/base/uuid.h"

#include "harness.h"
#include "harness_internal.h"

enum { FRAME_MAX = 384 * 1024, ANSWER_MS = 10000, ENDING_MS = 60000 };

static void fresh_id(char id[static HARNESS_UUID])
{
	struct uuid uuid = uuid_v7();

	uuid_format(&uuid, id);
}

void harness_command(struct harness_command *command, const char *domain)
{
	*command = (struct harness_command){ .domain = domain,
		                             .verb = "apply",
		                             .generation = 1,
		                             .attempt = 1,
		                             .uid = 64100,
		                             .serving = STRALIX__V1__WEBSITE_STATE__SERVING__LIVE };
	fresh_id(command->website_id);
	fresh_id(command->task_id);
	fresh_id(command->jti);
}

void harness_again(struct harness_command *command, uint64_t generation)
{
	command->generation = generation;
	fresh_id(command->task_id);
	fresh_id(command->jti);
}

void *harness_packed(const ProtobufCMessage *message, size_t *size)
{
	void *data = malloc(protobuf_c_message_get_packed_size(message) + 1);

	assert_non_null(data);
	*size = protobuf_c_message_pack(message, data);
	return data;
}

void harness_send_bytes(struct harness *harness, const void *data, size_t size)
{
	if (send(harness->fd, data, size, MSG_NOSIGNAL) != (ssize_t)size)
		fail_msg("send %zu bytes: %s", size, strerror(errno));
}

void harness_send_frame(struct harness *harness, const Stralix__V1__LinkFrame *frame)
{
	size_t size;
	_cleanup_free_ void *data = harness_packed(&frame->base, &size);

	harness_send_bytes(harness, data, size);
}

static const char *kind_of(const struct harness_command *command)
{
	return command->kind ? command->kind : "website";
}

/* A website's order has its state in it, a node's doesn't. */
static void *pack_order(const struct harness_command *command, const void *site, size_t size, size_t *ret_size)
{
	Stralix__V1__FileOrder order = *command->order;
	Stralix__V1__WebsiteState *state = stralix__v1__website_state__unpack(NULL, size, site);

	assert_non_null(state);
	order.site = strcmp(kind_of(command), "website") == 0 ? state : NULL;
	void *packed = harness_packed(&order.base, ret_size);
	stralix__v1__website_state__free_unpacked(state, NULL);
	return packed;
}

static void *pack_desired(const struct harness_command *command, size_t *size)
{
	Stralix__V1__WebsiteState site;

	if (strcmp(command->verb, "remove") == 0) {
		*size = 0;
		return calloc(1, 1);
	}
	if (command->desired) {
		char *copy = malloc(command->desired_size + command->extra_size + 1);

		assert_non_null(copy);
		memcpy(copy, command->desired, command->desired_size);
		if (command->extra_size > 0)
			memcpy(copy + command->desired_size, command->extra, command->extra_size);
		*size = command->desired_size + command->extra_size;
		return copy;
	}
	stralix__v1__website_state__init(&site);
	site.id = (char *)(uintptr_t)command->website_id;
	site.domain = (char *)(uintptr_t)command->domain;
	site.serving = command->serving;
	site.uid = command->uid;
	char *data = harness_packed(&site.base, size);
	data = realloc(data, *size + command->extra_size + 1);
	assert_non_null(data);
	if (command->extra_size > 0)
		memcpy(data + *size, command->extra, command->extra_size);
	*size += command->extra_size;
	if (!command->order)
		return data;
	void *order = pack_order(command, data, *size, size);
	free(data);
	return order;
}

void harness_token(const struct harness *harness, const struct harness_command *command, const void *payload,
                   size_t size, char token[static TOKEN_MAX])
{
	_cleanup_free_ struct token_claims *claims = calloc(1, sizeof(*claims));
	struct error err = { 0 };

	assert_non_null(claims);
	snprintf(claims->iss, sizeof(claims->iss), "%s", command->iss ? command->iss : "tasks");
	snprintf(claims->aud, sizeof(claims->aud), "%s", command->aud ? command->aud : "n1");
	if (command->act)
		snprintf(claims->act, sizeof(claims->act), "%s", command->act);
	else
		snprintf(claims->act, sizeof(claims->act), "%s.%s", kind_of(command), command->verb);
	snprintf(claims->jti, sizeof(claims->jti), "%s", command->jti);
	claims->iat = clock_unix_ms() / 1000 + command->skew_s;
	claims->exp = claims->iat + 120;
	claims->has_dig = true;
	token_digest(payload, size, claims->dig);
	claims->dig[0] ^= command->wrong_digest;
	harness_must(token_sign(command->key ? command->key : harness->tasks, claims, token, &err), &err);
}

uint8_t *harness_pack(const struct harness *harness, const struct harness_command *command,
                      char token[static TOKEN_MAX], size_t *size)
{
	size_t desired_size;
	_cleanup_free_ uint8_t *desired = pack_desired(command, &desired_size);
	Stralix__V1__Command body;
	Stralix__V1__Generation generation;

	stralix__v1__command__init(&body);
	stralix__v1__generation__init(&generation);
	generation.epoch = 1;
	generation.n = command->generation;
	body.task_id = (char *)(uintptr_t)command->task_id;
	body.resource_id = (char *)(uintptr_t)command->website_id;
	body.attempt = command->attempt;
	body.generation = &generation;
	body.desired.data = desired;
	body.desired.len = desired_size;
	uint8_t *payload = harness_packed(&body.base, size);
	harness_token(harness, command, payload, *size, token);
	return payload;
}

void harness_send(struct harness *harness, const struct harness_command *command)
{
	char token[TOKEN_MAX];
	size_t size;
	_cleanup_free_ uint8_t *payload = harness_pack(harness, command, token, &size);

	harness_send_payload(harness, command, token, payload, size);
}

void harness_send_payload(struct harness *harness, const struct harness_command *command, const char *token,
                          const void *payload, size_t size)
{
	Stralix__V1__LinkFrame frame;
	Stralix__V1__CommandFrame wrapped;

	stralix__v1__link_frame__init(&frame);
	stralix__v1__command_frame__init(&wrapped);
	wrapped.ref = ++harness->ref;
	wrapped.kind = (char *)(uintptr_t)kind_of(command);
	wrapped.verb = (char *)(uintptr_t)command->verb;
	wrapped.token = (char *)(uintptr_t)token;
	wrapped.payload.data = (uint8_t *)(uintptr_t)payload;
	wrapped.payload.len = size;
	frame.body_case = STRALIX__V1__LINK_FRAME__BODY_COMMAND;
	frame.command = &wrapped;
	harness_send_frame(harness, &frame);
}

Stralix__V1__EngineFrame *harness_receive(struct harness *harness, int timeout_ms)
{
	struct pollfd ready = { .fd = harness->fd, .events = POLLIN };
	_cleanup_free_ uint8_t *data = malloc(FRAME_MAX);

	assert_non_null(data);
	if (poll(&ready, 1, timeout_ms) <= 0)
		return NULL;
	ssize_t size = recv(harness->fd, data, FRAME_MAX, 0);
	if (size <= 0)
		fail_msg("the engine has gone");
	Stralix__V1__EngineFrame *frame = stralix__v1__engine_frame__unpack(NULL, (size_t)size, data);
	assert_non_null(frame);
	return frame;
}

Stralix__V1__Outcome *harness_outcome(struct harness *harness, const ProtobufCBinaryData *bytes)
{
	_cleanup_free_ struct token_claims *claims = calloc(1, sizeof(*claims));
	Stralix__V1__Report *report = stralix__v1__report__unpack(NULL, bytes->len, bytes->data);
	uint8_t digest[TOKEN_DIGEST];
	struct error err = { 0 };

	assert_non_null(report);
	harness_must(token_verify(harness->report_public, report->token, claims, &err), &err);
	assert_string_equal(claims->iss, "n1");
	assert_string_equal(claims->aud, "tasks");
	token_digest(report->outcome.data, report->outcome.len, digest);
	assert_memory_equal(digest, claims->dig, sizeof(digest));
	Stralix__V1__Outcome *outcome = stralix__v1__outcome__unpack(NULL, report->outcome.len, report->outcome.data);
	assert_non_null(outcome);
	assert_string_equal(claims->sub, outcome->task_id);
	stralix__v1__report__free_unpacked(report, NULL);
	return outcome;
}

Stralix__V1__Outcome *harness_answer(struct harness *harness)
{
	int64_t deadline = clock_monotonic_ms() + ANSWER_MS;

	while (clock_monotonic_ms() < deadline) {
		Stralix__V1__EngineFrame *frame = harness_receive(harness, ANSWER_MS);
		Stralix__V1__Outcome *outcome = NULL;

		assert_non_null(frame);
		if (frame->body_case == STRALIX__V1__ENGINE_FRAME__BODY_ANSWER && frame->answer->ref == harness->ref)
			outcome = harness_outcome(harness, &frame->answer->report);
		stralix__v1__engine_frame__free_unpacked(frame, NULL);
		if (outcome)
			return outcome;
	}
	fail_msg("no answer");
	return NULL;
}

static void send_committed(struct harness *harness, uint64_t ref)
{
	Stralix__V1__LinkFrame frame;
	Stralix__V1__Committed committed;

	stralix__v1__link_frame__init(&frame);
	stralix__v1__committed__init(&committed);
	committed.ref = ref;
	frame.body_case = STRALIX__V1__LINK_FRAME__BODY_COMMITTED;
	frame.committed = &committed;
	harness_send_frame(harness, &frame);
}

Stralix__V1__Outcome *harness_ending(struct harness *harness, const char *task_id)
{
	int64_t deadline = clock_monotonic_ms() + ENDING_MS;

	while (clock_monotonic_ms() < deadline) {
		Stralix__V1__EngineFrame *frame = harness_receive(harness, 1000);
		Stralix__V1__Outcome *outcome = NULL;

		if (!frame)
			continue;
		if (frame->body_case == STRALIX__V1__ENGINE_FRAME__BODY_REPORT)
			outcome = harness_outcome(harness, &frame->report->payload);
		bool running = outcome && outcome->state == STRALIX__V1__OUTCOME__STATE__RUNNING;
		bool final = outcome && strcmp(outcome->task_id, task_id) == 0 && !running;
		if (final)
			send_committed(harness, frame->report->ref);
		stralix__v1__engine_frame__free_unpacked(frame, NULL);
		if (final)
			return outcome;
		if (outcome)
			stralix__v1__outcome__free_unpacked(outcome, NULL);
	}
	fail_msg("task %s never ended", task_id);
	return NULL;
}

Stralix__V1__Outcome *harness_run(struct harness *harness, const struct harness_command *command)
{
	harness_send(harness, command);
	Stralix__V1__Outcome *answer = harness_answer(harness);
	if (answer->state != STRALIX__V1__OUTCOME__STATE__ACCEPTED)
		fail_msg("not accepted: %d %s %s", (int)answer->state, answer->code, answer->message);
	stralix__v1__outcome__free_unpacked(answer, NULL);
	return harness_ending(harness, command->task_id);
}

void harness_run_well(struct harness *harness, const struct harness_command *command)
{
	Stralix__V1__Outcome *outcome = harness_run(harness, command);

	if (outcome->state != STRALIX__V1__OUTCOME__STATE__SUCCESS)
		fail_msg("%s: %s", outcome->code, outcome->message);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
}
