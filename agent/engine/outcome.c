/* outcome: protobuf and the report token. */

#include "agent/engine/outcome.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/contract/format.h"

enum { SEQ_BLOCK = 100000, REPORT_LIFE_S = 300 };

struct outcome_signer {
	char node_id[64];
	const struct token_key *key;
	struct journal *journal;
	uint64_t next, end; /* reserved numbers */
};

/* protobuf-c's fields aren't const; nothing writes to them. */
static char *text(const char *value)
{
	return (char *)(uintptr_t)(value ? value : "");
}

static bool pack(const ProtobufCMessage *message, struct buf *out, struct error *err)
{
	size_t size = protobuf_c_message_get_packed_size(message);
	_cleanup_free_ uint8_t *packed = malloc(size > 0 ? size : 1);

	if (!packed)
		return error_set(err, ERR_INTERNAL, "out of memory");
	protobuf_c_message_pack(message, packed);
	buf_add(out, packed, size);
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
	return !buf_failed(out) || error_set(err, ERR_INTERNAL, "out of memory");
}

/* Text from daemons may be cut inside a character or not be UTF-8 at all. */
static void clean(char *value)
{
	bool valid = format_utf8_valid(value, strlen(value));

	for (unsigned char *c = (unsigned char *)value; *c; c++)
		if ((*c < 0x20 && *c != '\n' && *c != '\t') || *c == 0x7f || (*c > 0x7f && !valid))
			*c = '?';
}

static void fill_step(const struct step *from, Stralix__V1__Step *to)
{
	stralix__v1__step__init(to);
	to->name = text(from->name);
	to->state = text(from->state);
	to->message = text(from->message);
	to->started_ms = from->started_ms;
	to->duration_us = from->duration_us;
}

bool outcome_pack(const struct outcome *outcome, struct buf *out, struct error *err)
{
	_cleanup_free_ char *message = strndup(outcome->message ? outcome->message : "", MODEL_MESSAGE);
	struct steps copy = { 0 };
	Stralix__V1__Outcome wire;
	Stralix__V1__Generation generation;
	Stralix__V1__Step steps[MODEL_STEPS], *list[MODEL_STEPS];

	if (!message)
		return error_set(err, ERR_INTERNAL, "out of memory");
	clean(message);
	stralix__v1__outcome__init(&wire);
	stralix__v1__generation__init(&generation);
	generation.epoch = outcome->generation.epoch;
	generation.n = outcome->generation.n;
	wire.generation = &generation;
	wire.task_id = text(outcome->task_id);
	wire.resource_id = text(outcome->resource_id);
	wire.attempt = outcome->attempt;
	wire.state = outcome->state;
	wire.code = text(outcome->code);
	wire.message = message;
	if (outcome->steps)
		steps_copy(outcome->steps, &copy);
	for (unsigned i = 0; i < copy.n; i++) {
		if (copy.step[i].message)
			clean(copy.step[i].message);
		fill_step(&copy.step[i], &steps[i]);
		list[i] = &steps[i];
	}
	wire.n_steps = copy.n;
	wire.steps = list;
	bool ok = pack(&wire.base, out, err);
	steps_done(&copy);
	return ok;
}

bool outcome_signer_new(const char *node_id, const struct token_key *key, struct journal *journal,
                        struct outcome_signer **ret, struct error *err)
{
	struct outcome_signer *signer = calloc(1, sizeof(*signer));

	if (!signer)
		return error_set(err, ERR_INTERNAL, "out of memory");
	snprintf(signer->node_id, sizeof(signer->node_id), "%s", node_id);
	signer->key = key;
	signer->journal = journal;
	*ret = signer;
	return true;
}

void outcome_signer_free(struct outcome_signer *signer)
{
	free(signer);
}

/* Starts from the clock in µs, so that numbers rise even when the journal was lost. */
static bool next_seq(struct outcome_signer *signer, uint64_t *ret, struct error *err)
{
	if (signer->next == signer->end) {
		uint64_t now = (uint64_t)clock_unix_ms() * 1000;

		if (!journal_reserve_seq(signer->journal, now, SEQ_BLOCK, &signer->next, err))
			return false;
		signer->end = signer->next + SEQ_BLOCK;
	}
	*ret = signer->next++;
	return true;
}

bool outcome_sign_bytes(struct outcome_signer *signer, const char *sub, const void *packed, size_t size,
                        struct buf *out, struct error *err)
{
	_cleanup_free_ struct token_claims *claims = calloc(1, sizeof(*claims));
	char token[TOKEN_MAX];
	Stralix__V1__Report report;

	if (!claims)
		return error_set(err, ERR_INTERNAL, "out of memory");
	snprintf(claims->iss, sizeof(claims->iss), "%s", signer->node_id);
	snprintf(claims->aud, sizeof(claims->aud), "tasks");
	snprintf(claims->sub, sizeof(claims->sub), "%s", sub);
	claims->iat = clock_unix_ms() / 1000;
	claims->exp = claims->iat + REPORT_LIFE_S;
	claims->has_dig = true;
	token_digest(packed, size, claims->dig);
	if (!token_sign(signer->key, claims, token, err))
		return error_wrap(err, "sign a report");
	stralix__v1__report__init(&report);
	report.outcome.data = (uint8_t *)(uintptr_t)packed;
	report.outcome.len = size;
	report.token = token;
	return pack(&report.base, out, err);
}

bool outcome_sign(struct outcome_signer *signer, const void *packed, size_t size, uint32_t attempt, struct buf *out,
                  struct error *err)
{
	_cleanup_buf_ struct buf fresh = { 0 };
	Stralix__V1__Outcome *outcome = stralix__v1__outcome__unpack(NULL, size, packed);
	uint64_t seq = 0;

	if (!outcome)
		return error_set(err, ERR_INTERNAL, "a stored outcome can't be read");
	bool ok = next_seq(signer, &seq, err);
	outcome->seq = seq;
	outcome->attempt = attempt;
	outcome->node_time_ms = clock_unix_ms();
	ok = ok && pack(&outcome->base, &fresh, err) &&
	     outcome_sign_bytes(signer, outcome->task_id, fresh.data, fresh.size, out, err);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	return ok;
}
