/* verdict: what an outcome of a node means for its task. No input or output: the whole policy of retries is here. */
#pragma once

#include <stdint.h>

#include "stralix/v1/node.pb-c.h"

enum verdict_kind {
	VERDICT_PROGRESS,   /* it runs */
	VERDICT_SUCCESS,    /* done */
	VERDICT_FAILED,     /* done, and not well */
	VERDICT_SUPERSEDED, /* the node knows a newer generation */
	VERDICT_RETRY,      /* again after delay_ms; counts as an attempt */
	VERDICT_WAIT,       /* again after delay_ms; no attempt */
	VERDICT_HOLD,       /* as WAIT, and for all of the node's tasks */
};

struct verdict {
	enum verdict_kind kind;
	int64_t delay_ms;
	char message[8192 + 1]; /* for people; the daemon's own words when it has failed */
};

/* attempt: the one that the outcome is of, from 1. node_id is named in messages. */
void verdict_of(const Stralix__V1__Outcome *outcome, unsigned attempt, const char *node_id, struct verdict *ret);

/* Exponential from 2 s (attempt 1) to 5 min, give or take a quarter. */
int64_t backoff_ms(unsigned attempt);
