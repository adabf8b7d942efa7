/* Fuzz target of the engine's command decoding: hostile payloads under a token that is right, for what is read after
 * the token has been believed. Input: one byte of choices, then the payload. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/uuid.h"
#include "lib/contract/contract.h"

#include "stralix/v1/node.contract.h"

#include "engine.h"

enum { ARENA_MAX = 1 << 20, PAYLOAD_MAX = 300001 };

/* Of the first byte. ORDER: restore or, with REMOVE, adopt; of a question: plan or observe. */
enum { REMOVE = 1, OTHER_KIND = 2, SKEWED = 4, FORGED = 8, ASK = 16, ORDER = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void make_token(struct fuzz_engine *fuzz, const Stralix__V1__CommandFrame *frame, unsigned choices,
                       char token[static TOKEN_MAX])
{
	struct token_claims *claims = calloc(1, sizeof(*claims));
	struct uuid jti;

	if (!claims)
		abort();
	jti = uuid_v7();
	uuid_format(&jti, claims->jti);
	snprintf(claims->iss, sizeof(claims->iss), "tasks");
	snprintf(claims->aud, sizeof(claims->aud), "n1");
	snprintf(claims->act, sizeof(claims->act), "%s.%s", frame->kind, frame->verb);
	claims->iat = clock_unix_ms() / 1000 - (choices & SKEWED ? 1000 : 0);
	claims->exp = claims->iat + 120;
	claims->has_dig = true;
	token_digest(frame->payload.data, frame->payload.len, claims->dig);
	if (!token_sign(choices & FORGED ? fuzz->report : fuzz->tasks, claims, token, NULL))
		abort();
	free(claims);
}

/* An answer is signed, keeps the contract's rules, and takes in only what a right token asked for. */
static void check(const struct fuzz_engine *fuzz, const struct buf *packed, unsigned choices, bool fresh,
                  struct arena *arena)
{
	struct token_claims *claims = calloc(1, sizeof(*claims));
	const Stralix__V1__Report *report;
	const Stralix__V1__Outcome *outcome;
	ProtobufCMessage *message;

	if (!claims || !contract_unpack(&stralix__v1__report__descriptor, packed->data, packed->size, ARENA_MAX, arena,
	                                &message, NULL))
		abort();
	report = (const Stralix__V1__Report *)message;
	if (!token_verify(fuzz->report_public, report->token, claims, NULL) ||
	    !contract_unpack(&stralix__v1__outcome__descriptor, report->outcome.data, report->outcome.len, ARENA_MAX,
	                     arena, &message, NULL) ||
	    !contract_validate(&stralix__v1__outcome__rules, message, arena, NULL))
		abort();
	outcome = (const Stralix__V1__Outcome *)message;
	if (strcmp(outcome->task_id, claims->sub) != 0 ||
	    (outcome->state == STRALIX__V1__OUTCOME__STATE__REFUSED) != (outcome->code[0] != '\0'))
		abort();
	if (choices & (OTHER_KIND | SKEWED | FORGED) &&
	    (fresh || outcome->state != STRALIX__V1__OUTCOME__STATE__REFUSED))
		abort();
	free(claims);
}

static void command(uint8_t *payload, size_t size, unsigned choices, struct arena *arena)
{
	struct fuzz_engine *fuzz = fuzz_engine();
	_cleanup_buf_ struct buf report = { 0 };
	unsigned before = fuzz->woken;
	Stralix__V1__CommandFrame frame;
	char token[TOKEN_MAX];
	struct error err = { 0 };

	stralix__v1__command_frame__init(&frame);
	frame.kind = (char *)(uintptr_t)(choices & OTHER_KIND ? "zone" : "website");
	frame.verb = (char *)(uintptr_t)(choices & ORDER    ? choices & REMOVE ? "adopt" : "restore"
	                                 : choices & REMOVE ? "remove"
	                                                    : "apply");
	frame.payload.data = payload;
	frame.payload.len = size;
	make_token(fuzz, &frame, choices, token);
	frame.token = token;
	if (!engine_command(&fuzz->engine, &frame, arena, &report, &err))
		abort();
	check(fuzz, &report, choices, fuzz->woken != before, arena);
}

/* The payload as the question of a verb. */
static void ask(const uint8_t *payload, size_t size, unsigned choices, struct arena *arena)
{
	const char *verb = choices & ORDER ? choices & REMOVE ? "observe" : "plan" : "read";
	struct fuzz_engine *fuzz = fuzz_engine();
	struct hold hold = { 0 };
	const struct question question = { .kind = &fuzz->engine.kinds[0],
		                           .hold = &hold,
		                           .resource_id = "0192f0c1-2345-7abc-8def-0123456789ab",
		                           .data = payload,
		                           .size = size };
	_cleanup_buf_ struct buf answer = { 0 };
	struct error err = { 0 };

	if (verb_find(verb)->answer(&fuzz->engine.node, &question, arena, &answer, &err) == (err.code != ERR_NONE))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(ARENA_MAX);
	uint8_t *copy =
		size > 0 && size < PAYLOAD_MAX ? malloc(size) : NULL; /* of its own size: reading past it shows */

	if (arena && copy) {
		memcpy(copy, data + 1, size - 1);
		if (data[0] & ASK)
			ask(copy, size - 1, data[0], arena);
		else
			command(copy, size - 1, data[0], arena);
	}
	free(copy);
	if (arena)
		arena_free(arena);
	return 0;
}
