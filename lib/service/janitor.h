/* janitor: the thread that runs a service's repair work now and then. */
#pragma once

#include "lib/service/service.h"

struct janitor;

/* rows: NULL for none; ends with a row of NULLs. Each runs once at the start, then every so many seconds. */
bool janitor_start(struct service *service, const struct janitor_row *rows, struct janitor **ret,
                   struct error *err) _must_check_;
void janitor_free(struct janitor *janitor); /* lets the row at work finish */
DEFINE_CLEANUP(struct janitor *, janitor_free)
