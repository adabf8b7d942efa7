/* node: see node.h. */

#include "node.h"

#include "lib/base/log.h"

#include "book.h"
#include "heartbeat.h"
#include "tasks_sql.h"
#include "view.h"

/* The row is locked: what the other pool reads is what it says. */
static bool read_view(struct call *call, const char *id, Stralix__V1__Node **ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!DB_RUN(service_db_wide(call_service(call)), NULL, TASKS_WIDE_NODE_LIST, &rows, err, DB_TEXT(id), DB_NULL,
	            DB_INT(1)))
		return false;
	if (!rows_count(rows))
		return error_set(err, ERR_NOT_FOUND, "there is no node '%s'", id);
	return view_node(rows, 0, call_arena(call), ret, err);
}

static bool copy_view(struct call *call, struct node_change *change, struct error *err)
{
	change->after = arena_alloc(call_arena(call), sizeof(*change->after));
	if (!change->after)
		return error_set(err, ERR_TOO_LARGE, "no room for a node");
	*change->after = *change->before;
	change->settings = *change->before->settings;
	change->after->settings = &change->settings;
	return true;
}

bool node_change_begin(struct call *call, const char *node_id, struct node_change *ret, struct error *err)
{
	const struct uuid *org = &call_identity(call)->org;
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct uuid uid;

	if (!change_begin(call, org, &ret->change, err) ||
	    !TX_RUN(change_tx(ret->change), TASKS_NODE_TOUCH, &rows, err, DB_TEXT(node_id)))
		return false;
	if (!rows_count(rows))
		return error_set(err, ERR_NOT_FOUND, "there is no node '%s'", node_id);
	if (!read_view(call, node_id, &ret->before, err) || !copy_view(call, ret, err))
		return false;
	uid = rows_uuid(rows, 0, 0);
	stralix__v1__target__init(&ret->target);
	ret->target.kind = (char *)(uintptr_t) "node";
	ret->target.id = uuid_format(&uid, ret->uid);
	ret->target.name = ret->before->name;
	ret->target.node_id = ret->before->id;
	ret->target.organisation_id = uuid_format(org, ret->org);
	return true;
}

bool node_change_finish(struct call *call, struct node_change *change, const char *action, struct error *err)
{
	struct tasks *tasks = call_state(call);
	Stralix__V1__NodeReply reply;
	struct error why = { 0 };

	stralix__v1__node_reply__init(&reply);
	reply.node = change->after;
	if (!change_audit(change->change, action, &change->target, "success", &stralix__v1__node__rules,
	                  &change->before->base, &change->after->base, err) ||
	    !change_reply(change->change, &reply.base, err) || !change_commit(change->change, err))
		return false;
	if (!book_load(tasks->book, service_db_wide(tasks->service), &why))
		log_failure(LOG_WARN_, &why, "read the nodes"); /* read again within seconds */
	heartbeat_event(tasks, change->after->id);
	return true;
}
