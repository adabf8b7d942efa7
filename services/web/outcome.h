/* outcome: what the end of a task does to a website. */
#pragma once

#include "lib/service/change.h"

#include "website.h"

enum outcome { OUTCOME_SUCCESS, OUTCOME_FAILED, OUTCOME_SUPERSEDED, OUTCOME_DENIED, OUTCOME_CANCELLED, OUTCOMES };

bool outcome_parse(const char *name, enum outcome *ret);

/* Whether this end is news: of the newest generation, while the website waits for it. */
bool outcome_is_news(const struct website *site, const struct generation *generation, enum outcome outcome);

/* What comes next for a website that waited. order: the task was about its files alone, so that a failure leaves it as
 * it was. grace_ms: how long a deleted one is kept. */
void outcome_apply(struct website *site, bool order, enum outcome outcome, const char *message, int64_t now_ms,
                   int64_t grace_ms);

/* Whether a denied change must be undone by a new generation that equals the last one at work. */
bool outcome_needs_undo(const struct website *site, enum outcome outcome);
