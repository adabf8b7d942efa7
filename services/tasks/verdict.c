/* verdict: codes of outcomes to what happens next. */

#include "verdict.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "lib/base/clock.h"

#include "tasks.h"

enum { BACKOFF_FIRST_MS = 2000, BACKOFF_MAX_MS = 300000, OLD_AGENT_MS = 60000, CLOCK_MS = 30000 };

int64_t backoff_ms(unsigned attempt)
{
	int64_t delay = BACKOFF_FIRST_MS;
	uint32_t noise = 0;

	while (attempt-- > 1 && delay < BACKOFF_MAX_MS)
		delay *= 2;
	if (delay > BACKOFF_MAX_MS)
		delay = BACKOFF_MAX_MS;
	if (getrandom(&noise, sizeof(noise), 0) != (ssize_t)sizeof(noise))
		noise = (uint32_t)clock_monotonic_us(); /* jitter needs no secrecy */
	return delay * 3 / 4 + (int64_t)(noise % (uint32_t)(delay / 2));
}

/* A failure that may go away by itself. */
static bool passing(enum error_code code)
{
	return code == ERR_DISK || code == ERR_TIMEOUT || code == ERR_UNAVAILABLE || code == ERR_INTERNAL ||
	       code == ERR_RATE_LIMITED || code == ERR_UNAUTHENTICATED; /* the last: a command that was late */
}

static void failed(const Stralix__V1__Outcome *outcome, unsigned attempt, const char *node_id, struct verdict *ret)
{
	enum error_code code = error_code_parse(outcome->code);
	const char *words = outcome->message[0] ? outcome->message : error_code_name(code);

	if (code == ERR_CLOCK_SKEW) {
		ret->kind = VERDICT_HOLD;
		ret->delay_ms = CLOCK_MS;
		snprintf(ret->message, sizeof(ret->message), CLOCK_WORDS, node_id);
	} else if (code == ERR_AGENT_TOO_OLD) {
		ret->kind = VERDICT_WAIT;
		ret->delay_ms = OLD_AGENT_MS;
		snprintf(ret->message, sizeof(ret->message),
		         "The agent of node %s is too old for this; the task runs when it is updated.", node_id);
	} else if (passing(code) && attempt < ATTEMPTS_MAX) {
		ret->kind = VERDICT_RETRY;
		ret->delay_ms = backoff_ms(attempt);
		snprintf(ret->message, sizeof(ret->message), "%.8000s", words);
	} else {
		ret->kind = VERDICT_FAILED;
		snprintf(ret->message, sizeof(ret->message), "%s", words);
	}
}

void verdict_of(const Stralix__V1__Outcome *outcome, unsigned attempt, const char *node_id, struct verdict *ret)
{
	ret->kind = VERDICT_PROGRESS;
	ret->delay_ms = 0;
	ret->message[0] = '\0';
	switch (outcome->state) {
	case STRALIX__V1__OUTCOME__STATE__SUCCESS:
		ret->kind = VERDICT_SUCCESS;
		break;
	case STRALIX__V1__OUTCOME__STATE__SUPERSEDED:
		ret->kind = VERDICT_SUPERSEDED;
		snprintf(ret->message, sizeof(ret->message), "Node %s already has a newer change.", node_id);
		break;
	case STRALIX__V1__OUTCOME__STATE__FAILED:
	case STRALIX__V1__OUTCOME__STATE__REFUSED:
		failed(outcome, attempt, node_id, ret);
		break;
	default:
		break;
	}
}
