/* ask: a question from its frame to its signed answer. The token, the message, the token's id: in this order. */

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/contract/contract.h"

#include "stralix/v1/node.contract.h"

#include "agent/engine/engine.h"

enum { QUESTION_MAX = 300000, ASK_SUB = UUID_TEXT + 8 };

static const char nobody[UUID_TEXT] = "00000000-0000-0000-0000-000000000000";

/* *ret is set as soon as it can be read at all, so that a refusal can name it. */
static bool unpack(const Stralix__V1__CommandFrame *frame, struct arena *arena, Stralix__V1__Question **ret,
                   struct error *err)
{
	ProtobufCMessage *message;

	if (!contract_unpack(&stralix__v1__question__descriptor, frame->payload.data, frame->payload.len, QUESTION_MAX,
	                     arena, &message, err))
		return false;
	*ret = (Stralix__V1__Question *)message;
	if (contract_has_unknown(message))
		return error_set(err, ERR_AGENT_TOO_OLD, "the question has a field that this agent doesn't know");
	return contract_validate(&stralix__v1__question__rules, message, arena, err);
}

/* Everything that can be said against a question; *ret stays NULL when its id may not be named. */
static bool check(struct engine *engine, const Stralix__V1__CommandFrame *frame, struct arena *arena,
                  Stralix__V1__Question **ret, struct error *err)
{
	_cleanup_free_ struct token_claims *claims = calloc(1, sizeof(*claims));
	struct error unread = { 0 };
	struct uuid jti;

	if (!claims)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!engine_admit(engine, frame, claims, err)) {
		/* As with commands: nobody gets a signed refusal of a question by making a token up. */
		if (err->code == ERR_CLOCK_SKEW && !unpack(frame, arena, ret, &unread))
			*ret = NULL;
		return false;
	}
	if (!unpack(frame, arena, ret, err))
		return false;
	size_t at = engine_kind(engine, frame->kind);
	if (at == engine->n_kinds || strcmp(engine->kinds[at].name, frame->kind) != 0)
		return error_set(err, ERR_AGENT_TOO_OLD, "this agent doesn't know %s.%s", frame->kind, frame->verb);
	return uuid_parse(claims->jti, &jti) &&
	       seen_add(engine->seen, &jti, claims->exp + ENGINE_SKEW_S, clock_unix_ms() / 1000, err);
}

static bool pack(const char *id, const uint8_t digest[static TOKEN_DIGEST], const struct buf *answer,
                 const struct error *why, struct buf *out, struct error *err)
{
	Stralix__V1__NodeAnswer wire;

	stralix__v1__node_answer__init(&wire);
	wire.question_id = (char *)(uintptr_t)id;
	wire.question_digest.data = (uint8_t *)(uintptr_t)digest;
	wire.question_digest.len = TOKEN_DIGEST;
	wire.node_time_ms = clock_unix_ms();
	if (why->code != ERR_NONE) {
		wire.code = (char *)(uintptr_t)error_code_name(why->code);
		wire.message = (char *)(uintptr_t)why->message;
	} else {
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): there is an answer where there is no error */
		wire.answer.data = (uint8_t *)answer->data;
		wire.answer.len = answer->size;
	}
	size_t size = protobuf_c_message_get_packed_size(&wire.base);
	char *room = buf_room(out, size);
	if (!room)
		return error_set(err, ERR_INTERNAL, "out of memory");
	out->size += protobuf_c_message_pack(&wire.base, (uint8_t *)room);
	return true;
}

static bool sign(struct engine *engine, const char *id, const uint8_t digest[static TOKEN_DIGEST],
                 const struct buf *answer, const struct error *why, struct buf *report, struct error *err)
{
	_cleanup_buf_ struct buf packed = { 0 };
	char sub[ASK_SUB];

	snprintf(sub, sizeof(sub), "ask:%s", id);
	return pack(id, digest, answer, why, &packed, err) &&
	       outcome_sign_bytes(engine->signer, sub, packed.data, packed.size, report, err);
}

static bool put(struct engine *engine, const Stralix__V1__CommandFrame *frame, const Stralix__V1__Question *question,
                struct error *err)
{
	_cleanup_(asked_freep) struct asked *asked = asked_new();

	if (!asked || (question->question.len > 0 && !(asked->data = malloc(question->question.len))))
		return error_set(err, ERR_INTERNAL, "out of memory");
	asked->ref = frame->ref;
	asked->verb = verb_find(frame->verb);
	token_digest(frame->payload.data, frame->payload.len, asked->digest);
	if (question->question.len > 0)
		memcpy(asked->data, question->question.data, question->question.len);
	asked->until_ms = clock_monotonic_ms() + question->wait_ms;
	asked->question = (struct question){ .kind = &engine->kinds[engine_kind(engine, frame->kind)],
		                             .data = asked->data,
		                             .size = question->question.len };
	snprintf(asked->question.id, UUID_TEXT, "%s", question->question_id);
	snprintf(asked->question.resource_id, UUID_TEXT, "%s", question->resource_id);
	snprintf(asked->question.request_id, sizeof(asked->question.request_id), "%s", question->request_id);
	if (question->generation)
		asked->question.generation =
			(struct generation){ question->generation->epoch, question->generation->n };
	if (!asking_put(engine->asking, asked, err))
		return false;
	TAKE_PTR(asked);
	return true;
}

bool engine_ask(struct engine *engine, const Stralix__V1__CommandFrame *frame, struct arena *arena, struct buf *report,
                struct error *err)
{
	Stralix__V1__Question *question = NULL;
	uint8_t digest[TOKEN_DIGEST];
	struct error why = { 0 };
	struct uuid id;

	if (check(engine, frame, arena, &question, &why) && put(engine, frame, question, &why))
		return true;
	log_write(LOG_WARN_,
	          (struct log_field[]){ { "kind", frame->kind },
	                                { "verb", frame->verb },
	                                { "code", error_code_name(why.code) },
	                                { "requestId", question ? question->request_id : NULL },
	                                { NULL, NULL } },
	          "refused a question: %s", why.message);
	token_digest(frame->payload.data, frame->payload.len, digest);
	bool named = question && uuid_parse(question->question_id, &id);
	return sign(engine, named ? question->question_id : nobody, digest, NULL, &why, report, err);
}

bool engine_answered(struct engine *engine, const struct asked *asked, struct buf *report, struct error *err)
{
	return sign(engine, asked->question.id, asked->digest, &asked->answer, &asked->why, report, err);
}
