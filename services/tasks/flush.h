/* flush: makes durable what was committed lazily. */
#pragma once

#include "lib/service/service.h"

/*
 * Who holds a node's row commits without waiting for the disk (node_lock sees to it), so that the next one has the row
 * at once, and calls this before telling anybody: a commit of its own, whose fsync takes all before it along and is
 * shared with whoever waits at the same moment. A repeat calls it as well: what it finds may not be on the disk yet.
 */
bool tasks_flush(struct service *service, struct error *err) _must_check_;
