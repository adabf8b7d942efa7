/* ask: see the header. */

#include "ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/base/uuid.h"

#include "harness_internal.h"

enum { ANSWER_MS = 30000 };

void ask_fresh(struct ask *ask)
{
	harness_again(&ask->command, 1);
}

void ask_init(struct ask *ask, const char *verb, const char *website_id)
{
	*ask = (struct ask){ 0 };
	harness_command(&ask->command, "");
	ask->command.verb = verb;
	snprintf(ask->command.website_id, sizeof(ask->command.website_id), "%s", website_id);
}

void *ask_log(struct ask *ask, Stralix__V1__LogQuestion__Log log, const char *cursor, uint32_t max_lines,
              const char *contains)
{
	Stralix__V1__ReadQuestion read;
	Stralix__V1__LogQuestion wanted;

	stralix__v1__read_question__init(&read);
	stralix__v1__log_question__init(&wanted);
	wanted.log = log;
	wanted.cursor = (char *)(uintptr_t)cursor;
	wanted.max_lines = max_lines;
	wanted.contains = (char *)(uintptr_t)contains;
	read.log = &wanted;
	void *packed = harness_packed(&read.base, &ask->size);
	ask->question = packed;
	return packed;
}

static uint8_t *pack(const struct ask *ask, size_t *size)
{
	Stralix__V1__Question question;

	stralix__v1__question__init(&question);
	question.question_id = (char *)(uintptr_t)ask->command.task_id;
	question.resource_id = (char *)(uintptr_t)ask->command.website_id;
	question.question.data = (uint8_t *)(uintptr_t)ask->question;
	question.question.len = ask->size;
	question.wait_ms = ask->wait_ms;
	uint8_t *packed = harness_packed(&question.base, size);
	packed = realloc(packed, *size + ask->extra_size + 1);
	assert_non_null(packed);
	if (ask->extra_size > 0)
		memcpy(packed + *size, ask->extra, ask->extra_size);
	*size += ask->extra_size;
	return packed;
}

uint64_t ask_send(struct harness *harness, const struct ask *ask)
{
	char token[TOKEN_MAX];
	size_t size;
	_cleanup_free_ uint8_t *payload = pack(ask, &size);

	harness_token(harness, &ask->command, payload, size, token);
	harness_send_payload(harness, &ask->command, token, payload, size);
	return harness->ref;
}

Stralix__V1__NodeAnswer *ask_open(struct harness *harness, const struct ask *ask, const ProtobufCBinaryData *bytes)
{
	_cleanup_free_ struct token_claims *claims = calloc(1, sizeof(*claims));
	Stralix__V1__Report *report = stralix__v1__report__unpack(NULL, bytes->len, bytes->data);
	uint8_t digest[TOKEN_DIGEST];
	struct error err = { 0 };
	char sub[64];

	assert_non_null(report);
	assert_non_null(claims);
	harness_must(token_verify(harness->report_public, report->token, claims, &err), &err);
	assert_string_equal(claims->iss, "n1");
	assert_string_equal(claims->aud, "tasks");
	token_digest(report->outcome.data, report->outcome.len, digest);
	assert_memory_equal(digest, claims->dig, sizeof(digest));
	Stralix__V1__NodeAnswer *answer =
		stralix__v1__node_answer__unpack(NULL, report->outcome.len, report->outcome.data);
	assert_non_null(answer);
	snprintf(sub, sizeof(sub), "ask:%s", answer->question_id);
	assert_string_equal(claims->sub, sub);
	size_t size;
	_cleanup_free_ uint8_t *payload = pack(ask, &size);
	token_digest(payload, size, digest);
	assert_int_equal(answer->question_digest.len, TOKEN_DIGEST);
	assert_memory_equal(answer->question_digest.data, digest, TOKEN_DIGEST);
	stralix__v1__report__free_unpacked(report, NULL);
	return answer;
}

Stralix__V1__NodeAnswer *ask_receive(struct harness *harness, const struct ask *ask, uint64_t ref)
{
	int64_t deadline = clock_monotonic_ms() + ANSWER_MS;

	while (clock_monotonic_ms() < deadline) {
		Stralix__V1__EngineFrame *frame = harness_receive(harness, ANSWER_MS);
		Stralix__V1__NodeAnswer *answer = NULL;

		assert_non_null(frame);
		if (frame->body_case == STRALIX__V1__ENGINE_FRAME__BODY_ANSWER && frame->answer->ref == ref)
			answer = ask_open(harness, ask, &frame->answer->report);
		stralix__v1__engine_frame__free_unpacked(frame, NULL);
		if (answer)
			return answer;
	}
	fail_msg("no answer");
	return NULL;
}

Stralix__V1__NodeAnswer *ask_answer(struct harness *harness, const struct ask *ask)
{
	return ask_receive(harness, ask, ask_send(harness, ask));
}

Stralix__V1__LogAnswer *ask_for_log(struct harness *harness, const char *website_id, Stralix__V1__LogQuestion__Log log,
                                    const char *cursor, uint32_t max_lines, const char *contains)
{
	struct ask ask;

	ask_init(&ask, "read", website_id);
	_cleanup_free_ void *question = ask_log(&ask, log, cursor, max_lines, contains);
	Stralix__V1__NodeAnswer *answer = ask_answer(harness, &ask);
	if (answer->code[0])
		fail_msg("%s: %s", answer->code, answer->message);
	assert_string_equal(answer->question_id, ask.command.task_id);
	Stralix__V1__LogAnswer *found = stralix__v1__log_answer__unpack(NULL, answer->answer.len, answer->answer.data);
	assert_non_null(found);
	stralix__v1__node_answer__free_unpacked(answer, NULL);
	return found;
}
