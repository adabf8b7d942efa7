/*
 * checkpoint: a signed word on how long the chain is and how it ends. It is one line (a token, iss and aud "audit" and
 * "checkpoint", jti the position, dig the hash), so it can be kept anywhere: who keeps one elsewhere finds a tail that
 * was cut off, and a chain that was made anew from the start, whatever was done to the database.
 */
#pragma once

#include "lib/audit/chain.h"
#include "lib/token/token.h"

struct checkpoint {
	int64_t position, at; /* at: Unix seconds */
	uint8_t hash[CHAIN_HASH];
};

bool checkpoint_sign(const struct token_key *key, const struct checkpoint *checkpoint, char out[static TOKEN_MAX],
                     struct error *err) _must_check_;

/* ERR_UNAUTHENTICATED: not signed with this key, or no checkpoint. */
bool checkpoint_read(const uint8_t key[static TOKEN_KEY], const char *token, struct checkpoint *ret,
                     struct error *err) _must_check_;
