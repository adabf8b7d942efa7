/* bus: lib/bus/bus.h and discovery.h without a server: programs link it instead of the real one. */
#pragma once

#include "lib/bus/bus.h"

/* A bus that keeps the last answer; bus_request and its like find nobody: ERR_UNAVAILABLE. */
struct bus *fake_bus_new(void);

/* A message from outside; all is copied. reply NULL: no answer wanted. */
struct bus_msg *fake_bus_msg(const char *subject, const char *reply, const struct bus_header *headers, const void *data,
                             size_t size);

/* The last answer or word that was sent; NULL when there was none since the last call of fake_bus_forget. */
const struct bus_msg *fake_bus_sent(struct bus *bus);
unsigned fake_bus_count(struct bus *bus); /* of answers and words */
void fake_bus_forget(struct bus *bus);
