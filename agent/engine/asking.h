/*
 * asking: questions on their way to an answer: a few threads that run the verbs' functions, and what they have made.
 * The loop puts in and takes out; it never waits for them.
 */
#pragma once

#include "lib/token/token.h"

#include "agent/engine/verb.h"

enum { ASKING_THREADS = 4, ASKING_MOST = 128 };

/* One question with all that its answer needs; owns data and answer. */
struct asked {
	struct asked *next;
	uint64_t ref; /* link's */
	uint8_t digest[TOKEN_DIGEST];
	const struct verb *verb;
	struct question question;
	uint8_t *data;
	struct buf answer;
	struct error why; /* no code: answered */
};

struct asked *asked_new(void); /* NULL: no memory */
void asked_free(struct asked *asked);
DEFINE_CLEANUP(struct asked *, asked_free)

struct asking;

/* node is borrowed. wake_fd: an eventfd written to when there is something to take. */
bool asking_new(const struct verb_node *node, int wake_fd, struct asking **ret, struct error *err) _must_check_;
void asking_free(struct asking *asking); /* waits for what runs */
DEFINE_CLEANUP(struct asking *, asking_free)

/* Takes asked over. ERR_UNAVAILABLE: ASKING_MOST are on their way; then it stays the caller's. */
bool asking_put(struct asking *asking, struct asked *asked, struct error *err) _must_check_;
struct asked *asking_take(struct asking *asking); /* one that is answered, now the caller's; NULL: none */
