/*
 * asking: questions on their way to an answer: a few threads that run the verbs' functions, and what they have made.
 * The loop puts in and takes out; it never waits for them.
 */
#pragma once

#include "lib/token/token.h"

#include "agent/engine/verb.h"

enum { ASKING_THREADS = 4, ASKING_MOST = 128, ASKING_HELD = 64 };

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

	/* Of asking alone. */
	struct hold hold;
	int64_t until_ms; /* monotonic: it may be held until then; set by who puts it in */
	int64_t ran_ms;
	int watch; /* what it is held for; -1: it never was */
	bool parked, stirred;
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

/* For the loop's poll: readable when a file that a question is held for has changed. */
int asking_fd(const struct asking *asking);
void asking_news(struct asking *asking); /* it is readable */
/* Lets go on what is held and has news, or whose time is over. Returns when to come again, monotonic ms; 0: no matter.
 */
int64_t asking_due(struct asking *asking, int64_t now_ms);
