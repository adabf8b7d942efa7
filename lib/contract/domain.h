/* domain: names of hosts; the only user of libidn2. Used by format.c. */
#pragma once

#include "lib/base/arena.h"

/* See HOSTNAME at format_check; NULL when it is none. From the arena. */
const char *domain_normalise(const char *text, struct arena *arena);
