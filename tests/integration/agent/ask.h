/* ask: questions to the engine of a harness, and what comes back. */
#pragma once

#include "harness.h"

/* command.verb, website_id, jti and the ways to bend a token; task_id is the question's. */
struct ask {
	struct harness_command command;
	const void *question;
	size_t size;
	uint32_t wait_ms;
	const void *extra; /* appended to the packed Question */
	size_t extra_size;
};

void ask_init(struct ask *ask, const char *verb, const char *website_id);
void ask_fresh(struct ask *ask); /* a new id and token */

/* The question that the ask's question points to afterwards; free its packed form with free(). */
void *ask_log(struct ask *ask, Stralix__V1__LogQuestion__Log log, const char *cursor, uint32_t max_lines,
              const char *contains);

/* Unpacks an answer to it, its signature and what it is bound to checked. */
Stralix__V1__NodeAnswer *ask_open(struct harness *harness, const struct ask *ask, const ProtobufCBinaryData *bytes);
uint64_t ask_send(struct harness *harness, const struct ask *ask); /* the frame's number */
/* The answer to that frame. */
Stralix__V1__NodeAnswer *ask_receive(struct harness *harness, const struct ask *ask, uint64_t ref);
Stralix__V1__NodeAnswer *ask_answer(struct harness *harness, const struct ask *ask);

/* Asks for a log and gives what it says; fails the test when the engine refuses. */
Stralix__V1__LogAnswer *ask_for_log(struct harness *harness, const char *website_id, Stralix__V1__LogQuestion__Log log,
                                    const char *cursor, uint32_t max_lines, const char *contains);
