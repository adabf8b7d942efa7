/* waiting: commands that the engine hasn't answered yet, by their number. Any thread. */
#pragma once

#include "lib/bus/bus.h"

struct waiting;

struct waiting *waiting_new(void); /* NULL without memory */
void waiting_free(struct waiting *waiting);
DEFINE_CLEANUP(struct waiting *, waiting_free)

/* Takes the message over and gives its number; 0, and the message still the caller's, when too many wait. */
uint64_t waiting_add(struct waiting *waiting, struct bus_msg *msg);

/* The message of a number, now the caller's; NULL when there is none (any more). */
struct bus_msg *waiting_take(struct waiting *waiting, uint64_t ref);
