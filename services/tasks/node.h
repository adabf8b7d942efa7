/* node: a person changes a node: its row under a lock, what it shows before and after, one change. */
#pragma once

#include "lib/service/change.h"

#include "tasks.h"

struct node_change {
	struct change *change;
	Stralix__V1__Node *before, *after;  /* of the call's arena; after: a copy to change */
	Stralix__V1__NodeSettings settings; /* after's own */
	Stralix__V1__Target target;
	char uid[UUID_TEXT], org[UUID_TEXT];
};

/* Begins in the caller's organisation, since a node has none. ERR_NOT_FOUND. ret->change is the caller's to
 * free, either way. */
bool node_change_begin(struct call *call, const char *node_id, struct node_change *ret, struct error *err) _must_check_;

/* Audit record, reply, commit; then the event and the book. */
bool node_change_finish(struct call *call, struct node_change *change, const char *action,
                        struct error *err) _must_check_;
