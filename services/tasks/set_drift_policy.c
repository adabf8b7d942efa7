/* SetDriftPolicy. Whether a node's files are restored by themselves. */

#include <string.h>

#include "lib/service/change.h"

#include "heartbeat.h"
#include "tasks.h"
#include "tasks_sql.h"
#include "view.h"

/* The node as it is, from the arena. */
static bool read_node(struct call *call, const char *node_id, Stralix__V1__Node **ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!DB_RUN(service_db_wide(call_service(call)), NULL, TASKS_WIDE_NODE_LIST, &rows, err, DB_TEXT(node_id),
	            DB_NULL, DB_INT(1)))
		return error_wrap(err, "node %s", node_id);
	return rows_count(rows) ? view_node(rows, 0, call_arena(call), ret, err)
	                        : error_set(err, ERR_NOT_FOUND, "there is no node '%s'", node_id);
}

static bool update(struct change *change, const Stralix__V1__SetDriftPolicyRequest *req, const struct uuid *org,
                   Stralix__V1__Target *target, char id[static UUID_TEXT], struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct uuid uid;

	if (!TX_RUN(change_tx(change), TASKS_NODE_DRIFT_POLICY, &rows, err, DB_TEXT(req->node_id), DB_TEXT(req->policy),
	            DB_UUID(org)))
		return false;
	if (!rows_count(rows))
		return error_set(err, ERR_NOT_FOUND, "there is no node '%s'", req->node_id);
	uid = rows_uuid(rows, 0, 0);
	target->id = uuid_format(&uid, id);
	return true;
}

/*
 * Effects  the node's row, audit node.drift_policy. Restoring is done in the name of the caller's organisation.
 * Errors   ERR_NOT_FOUND, ERR_INVALID.
 */
bool tasks_set_drift_policy(struct call *call, const Stralix__V1__SetDriftPolicyRequest *req, struct error *err)
{
	const struct uuid *org = &call_identity(call)->org;
	_cleanup_(change_freep) struct change *change = NULL;
	char id[UUID_TEXT], org_text[UUID_TEXT];
	Stralix__V1__SetDriftPolicyReply reply;
	Stralix__V1__Node *before, after;
	Stralix__V1__Target target;

	if (strcmp(req->policy, "report") != 0 && strcmp(req->policy, "restore") != 0)
		return error_field(err, "policy", "one_of", "Choose report or restore.");
	if (!read_node(call, req->node_id, &before, err))
		return false;
	after = *before;
	after.drift_policy = req->policy;
	stralix__v1__target__init(&target);
	target.kind = (char *)(uintptr_t)NODE_KIND;
	target.name = before->name;
	target.node_id = req->node_id;
	target.organisation_id = uuid_format(org, org_text);
	stralix__v1__set_drift_policy_reply__init(&reply);
	reply.node = &after;
	if (!change_begin(call, org, &change, err) || !update(change, req, org, &target, id, err) ||
	    !change_audit(change, "node.drift_policy", &target, "success", &stralix__v1__node__rules, &before->base,
	                  &after.base, err) ||
	    !change_reply(change, &reply.base, err) || !change_commit(change, err))
		return error_wrap(err, "drift policy of node '%s'", req->node_id);
	heartbeat_event(call_state(call), req->node_id);
	return true;
}
