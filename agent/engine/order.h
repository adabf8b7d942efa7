/* order: what a task says that is about files: restore and adopt. */
#pragma once

#include "lib/base/arena.h"

#include "stralix/v1/node.pb-c.h"

#include "agent/engine/model.h"

#define ORDER_NODE "node" /* the kind of orders about files that belong to no object */

enum { ORDER_ARENA = 2 << 20 };

bool order_is_one(const char *verb); /* whether the verb is one of an order */

/* The order, whole and checked, in the arena. One about an object fills in object->desired, the state it is to have;
 * free with object_done. ERR_INVALID, ERR_AGENT_TOO_OLD. */
bool order_read(const void *data, size_t size, const char *verb, struct object *object, struct arena *arena,
                Stralix__V1__FileOrder **ret, struct error *err) _must_check_;
