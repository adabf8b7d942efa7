/* SuspendNode and ResumeNode. Nothing new is placed on a suspended node; what is there is worked on as before. */

#include "lib/base/clock.h"

#include "node.h"
#include "tasks_sql.h"

static bool store(struct call *call, struct node_change *change, const char *state, const char *reason,
                  struct error *err)
{
	struct arena *arena = call_arena(call);
	_cleanup_(rows_freep) struct rows *rows = NULL;
	char at[CLOCK_RFC3339] = "";
	Stralix__V1__Node *after = change->after;

	if (!TX_RUN(change_tx(change->change), TASKS_NODE_STATE, &rows, err, DB_TEXT(after->id), DB_TEXT(state),
	            DB_TEXT(reason)))
		return false;
	if (rows_int(rows, 0, 1))
		clock_rfc3339(rows_int(rows, 0, 1), at);
	after->state = arena_strdup(arena, state);
	after->suspend_reason = arena_strdup(arena, reason);
	after->etag = arena_strdup(arena, rows_text(rows, 0, 0));
	after->suspended_at = arena_strdup(arena, at);
	return (after->state && after->suspend_reason && after->etag && after->suspended_at) ||
	       error_set(err, ERR_TOO_LARGE, "no room for a node");
}

/*
 * Effects  one change: the node's row, audit node.suspend.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (suspended already; pending or revoked).
 */
bool tasks_suspend_node(struct call *call, const Stralix__V1__SuspendNodeRequest *req, struct error *err)
{
	struct node_change change = { 0 };
	bool ok = node_change_begin(call, req->node_id, &change, err);

	if (ok && strcmp(change.before->state, "trusted") != 0)
		ok = error_set(err, ERR_CONFLICT, "This node is %s already.", change.before->state);
	ok = ok && store(call, &change, "suspended", req->reason, err) &&
	     node_change_finish(call, &change, "node.suspend", err);
	change_free(change.change);
	return ok;
}

/* The same the other way round; audit node.resume. */
bool tasks_resume_node(struct call *call, const Stralix__V1__ResumeNodeRequest *req, struct error *err)
{
	struct node_change change = { 0 };
	bool ok = node_change_begin(call, req->node_id, &change, err);

	if (ok && strcmp(change.before->state, "suspended") != 0)
		ok = error_set(err, ERR_CONFLICT, "This node isn't suspended.");
	ok = ok && store(call, &change, "trusted", "", err) && node_change_finish(call, &change, "node.resume", err);
	change_free(change.change);
	return ok;
}
