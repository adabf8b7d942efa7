/* rpc: what comes back from a service, as a message or as an error. */
#pragma once

#include "lib/bus/bus.h"
#include "lib/contract/contract.h"

enum { RPC_REPLY_MAX = 4 << 20 };

/*
 * Unpacks a reply into the arena. An error answer fails with the service's code, message and violations; its internal
 * faults come without their words, which are for the log. Nonsense is ERR_BAD_REPLY.
 */
bool rpc_unpack(const struct bus_msg *reply, const ProtobufCMessageDescriptor *type, struct arena *arena,
                ProtobufCMessage **ret, struct error *err) _must_check_;

/* Says in words for people that nobody answered: err's code is that of the bus. */
void rpc_away(struct error *err, const char *service);
