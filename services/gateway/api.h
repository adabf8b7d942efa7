/* api: one call, from the request that is in to the answer, in steps that never block a thread. */
#pragma once

#include "request.h"

/* request->match names the route. */
void api_start(struct request *request);

/*
 * Who asks, for one audience; then next runs, in the exchange's thread: at once, or after waiting, with
 * request->identity set or request->error saying why not. Refuses at once, with a problem, when nobody asks.
 */
void api_identify(struct request *request, const char *audience, void (*next)(struct request *request));
