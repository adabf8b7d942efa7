/*
 * verb: what may be asked of this node: a table of names with one function each. A question changes nothing here: not
 * the journal, not a daemon, not a file that a daemon reads. csr leaves a key that nothing uses yet.
 *
 * To add one: its messages in node.proto, its function in verb_<name>.c, a row in verb.c.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/contract/contract.h"

#include "agent/engine/kind.h"

struct keys;

enum { VERB_ANSWER = 256 * 1024, VERB_ARENA = 8 << 20 };

/* What a function may use: from any thread. */
struct verb_node {
	const char *dir;
	const struct kind *kinds; /* their functions for any thread */
	size_t n_kinds;
	struct keys *keys;
};

/* What a function says of an answer without news: it may be held, and the function is asked again when the file at path
 * has changed or come to be. until then it is what is answered when the question's time is over. */
struct hold {
	bool wanted; /* set anew by each run */
	char path[4096];
	char since[64]; /* the function's own, kept from run to run; "" at the first */
};

/* A question that was believed: its token, its kind, its ids. */
struct question {
	const struct kind *kind;
	char id[UUID_TEXT], resource_id[UUID_TEXT], request_id[65];
	struct generation generation; /* zero: whichever is there */
	const uint8_t *data;          /* packed, by verb: see verb_unpack */
	size_t size;
	struct hold *hold; /* to be filled in by what can be held */
};

struct verb {
	const char *name;

	/*
	 * Appends the packed answer, at most VERB_ANSWER bytes. Runs on one of a few threads beside others of its kind,
	 * so it takes as long as it needs, and a minute at most. What it takes from the arena lives until it returns.
	 * Errors: those that tasks passes on are ERR_NOT_FOUND, ERR_INVALID, ERR_CONFLICT, ERR_AGENT_TOO_OLD,
	 * ERR_TOO_LARGE, ERR_TEST_FAILED, ERR_UNAVAILABLE, ERR_TIMEOUT, ERR_DISK.
	 */
	bool (*answer)(const struct verb_node *node, const struct question *question, struct arena *arena,
	               struct buf *answer, struct error *err);
};

const struct verb *verb_find(const char *name); /* NULL: no such question */

/* Reads the question's own message: ERR_AGENT_TOO_OLD for what this agent doesn't know, ERR_INVALID. */
bool verb_unpack(const struct question *question, const struct contract_message *rules, struct arena *arena,
                 ProtobufCMessage **ret, struct error *err) _must_check_;
/* Appends the packed answer. ERR_TOO_LARGE. */
bool verb_pack(const ProtobufCMessage *message, struct buf *answer, struct error *err) _must_check_;

bool verb_read(const struct verb_node *node, const struct question *question, struct arena *arena, struct buf *answer,
               struct error *err) _must_check_;
bool verb_plan(const struct verb_node *node, const struct question *question, struct arena *arena, struct buf *answer,
               struct error *err) _must_check_;
bool verb_observe(const struct verb_node *node, const struct question *question, struct arena *arena,
                  struct buf *answer, struct error *err) _must_check_;
bool verb_csr(const struct verb_node *node, const struct question *question, struct arena *arena, struct buf *answer,
              struct error *err) _must_check_;
