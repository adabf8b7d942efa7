/*
 * second: how a signed zone on one node gets another. Its key is sealed to the node that there is, and nobody can open
 * it but that node. So the other one comes with the next key: that is sealed to both from the beginning, and when the
 * parent zone names it alone, the other node joins. Until then it is awaited, and answers for nothing.
 */
#pragma once

#include "lib/service/call.h"

#include "key.h"

enum { WANTED_NODES = 2 };

struct second {
	struct placement node;
	bool found;
};

/* Before a change, for a zone whose key is going to be replaced: a node for it, if there is one that can be sent
 * secrets. */
bool second_find(struct call *call, const struct zone *zone, struct second *ret, struct error *err) _must_check_;

/* The same, for one whose old key is going to go: the node that waits for that, if it is able still. */
bool second_awaited(struct call *call, const struct zone *zone, struct second *ret, struct error *err) _must_check_;

/* Within the change: the node is awaited, with this key. */
bool second_await(struct tx *tx, const struct zone *zone, const struct second *second, const struct uuid *key,
                  struct error *err) _must_check_;

/* It joins the zone, fresh, unless the zone has got another one meanwhile. */
bool second_join(struct tx *tx, struct zone *zone, const struct second *second, struct error *err) _must_check_;
