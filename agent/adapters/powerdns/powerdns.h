/* powerdns: zones in a PowerDNS with a database of its own, by its HTTP API on the loopback. For stralix-agent-caller.
 */
#pragma once

#include "agent/caller/ops.h"

extern const struct call_ops powerdns_calls;
