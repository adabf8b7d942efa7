/* ask: rpcs of authz in the gateway's own name, signed by its own key. */
#pragma once

#include "lib/bus/bus.h"
#include "lib/contract/contract.h"
#include "lib/token/token.h"

/* Calls authz's method; done gets the reply or why there is none, once, from another thread unless this fails. */
bool ask_authz(struct bus *bus, const struct token_key *key, const char *method, const ProtobufCMessage *message,
               const char *request_id, int timeout_ms, bus_reply_fn done, void *arg, struct error *err) _must_check_;
