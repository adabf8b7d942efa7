/* node: the engine's half of PowerDNS: what a zone's desired state may hold, and the daemon where the engine starts it.
 */
#pragma once

#include "lib/token/seal.h"

#include "agent/engine/calls.h"
#include "agent/engine/settings.h"

struct powerdns_node;

/* settings and seal are borrowed. Renders the daemon's configuration and makes its database where there is none. */
bool powerdns_node_new(const struct settings *settings, const struct seal_key *seal, struct powerdns_node **ret,
                       struct error *err) _must_check_;
void powerdns_node_free(struct powerdns_node *node); /* leaves the daemon running */
DEFINE_CLEANUP(struct powerdns_node *, powerdns_node_free)

extern const struct calls_ops powerdns_node_ops; /* self: the node */

/* Whom stralix-agent-caller is to call; borrowed from the node. */
void powerdns_node_daemon(const struct powerdns_node *node, Stralix__V1__CallDaemon *ret);
