/* relay: the thread that says what stands in the outbox: at once when woken, and every two seconds what was left over.
 */
#pragma once

#include "lib/service/service.h"

struct relay;

bool relay_start(struct service *service, struct relay **ret, struct error *err) _must_check_;
void relay_free(struct relay *relay); /* says what is due once more, then ends */
DEFINE_CLEANUP(struct relay *, relay_free)
void relay_wake(struct relay *relay);

/* Rows that a change has said itself: deleted soon, in one statement with others. Without memory they are said again.
 */
void relay_said(struct relay *relay, const int64_t *ids, size_t n);
