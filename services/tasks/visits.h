/* visits: nodes that somebody will look at soon anyway, so that a crowd of tasks makes few looks. */
#pragma once

#include <stdbool.h>

#include "lib/base/cleanup.h"

struct visits;

struct visits *visits_new(void); /* NULL without memory */
void visits_free(struct visits *visits);
DEFINE_CLEANUP(struct visits *, visits_free)

/* False when a look at the node is due already. */
bool visits_add(struct visits *visits, const char *node_id);

/* The look begins: what comes from now on needs another one. */
void visits_begin(struct visits *visits, const char *node_id);
