/* names: of the installation's own: what no zone may be called, and what name servers are called. */
#pragma once

#include "lib/base/arena.h"

#include "zone.h"

enum { NAME_SERVERS = 8 };

/* Whether a name belongs to the installation: one of the comma-separated hosts or below it, or below localhost. */
bool name_is_reserved(const char *name, const char *hosts);

/* The names in "n1=ns1.panel.example, ns3.panel.example" that a zone on these nodes has: those of its nodes, and those
 * of none; all of them when there are none of these. With the dot. Answers how many. */
size_t name_servers(const char *list, const struct zone *zone, struct arena *arena,
                    const char *ret[static NAME_SERVERS]);

/* The name of one node; "": it has none. */
const char *name_server_of(const char *list, const char *node_id, struct arena *arena);
