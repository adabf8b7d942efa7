/*
 * verify: walks the whole chain in the database and tells every fault: what was changed, deleted, moved or put in, and,
 * as far as signed checkpoints say, what was cut off at the end. It only reads.
 */
#pragma once

#include "lib/audit/checkpoint.h"
#include "lib/db/db.h"

/* The statements; the db that verify_chain is given was opened with them. */
extern const struct db_query *const verify_queries;

struct verify_options {
	const uint8_t *key; /* audit's public key, TOKEN_KEY bytes */
	/* Checkpoints kept elsewhere, by position; may be NULL. */
	const struct checkpoint *kept;
	size_t n_kept;
	/* Told each fault; position 0 when it is no link's. Texts are borrowed. */
	void (*fault)(void *arg, int64_t position, const char *record_id, const char *text);
	void *arg;
};

struct verify_result {
	struct chain_walk end;
	uint64_t links, checkpoints, faults;
	struct checkpoint newest;     /* the last good one of the database; position 0: there is none */
	char newest_token[TOKEN_MAX]; /* "" likewise */
};

/* Records may be added meanwhile. false: it couldn't be looked at; faults are in the result. */
bool verify_chain(struct tx *tx, const struct verify_options *options, struct verify_result *ret,
                  struct error *err) _must_check_;
