/* kinds: the one list of what calls are made for. */

#include <stddef.h>

#include "agent/adapters/powerdns/powerdns.h"
#include "agent/caller/ops.h"

const struct call_ops *const call_kinds[] = { &powerdns_calls, NULL };
