/* api: one call, from the request that is in to the answer, in steps that never block a thread. */
#pragma once

#include "request.h"

/* request->match names the route. */
void api_start(struct request *request);

/*
 * Sends a packed request to the route's rpc; then next runs, in the exchange's thread, with request->reply set or with
 * request->error: it begins with api_received. False: nothing was sent, and request->error says why.
 */
bool api_send(struct request *request, const uint8_t *body, size_t size,
              void (*next)(struct request *request)) _must_check_;
void api_received(struct request *request);

/*
 * Who asks, for one audience; then next runs, in the exchange's thread: at once, or after waiting, with
 * request->identity set or request->error saying why not. Refuses at once, with a problem, when nobody asks.
 */
void api_identify(struct request *request, const char *audience, void (*next)(struct request *request));
