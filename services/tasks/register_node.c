/* RegisterNode. A node whose identity was made before becomes one that work is placed on; again: changes what it says.
 */

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/service/change.h"

#include "stralix/v1/tasks.contract.h"

#include "book.h"
#include "heartbeat.h"
#include "tasks.h"
#include "tasks_sql.h"

enum { HTTP_PORT = 80, HTTPS_PORT = 443, DNS_PORT = 53 };

/* What the row says now; borrows from the request. */
struct registered {
	char id[UUID_TEXT], org[UUID_TEXT], created_at[CLOCK_RFC3339], state[16];
	Stralix__V1__Node node;
	Stralix__V1__Target target;
};

static void init(const Stralix__V1__RegisterNodeRequest *req, const struct uuid *org, struct registered *ret)
{
	stralix__v1__node__init(&ret->node);
	ret->node.id = req->node_id;
	ret->node.name = *req->name ? req->name : req->node_id;
	ret->node.address = req->address;
	ret->node.capabilities = req->capabilities;
	ret->node.n_capabilities = req->n_capabilities;
	ret->node.http_port = req->http_port ? req->http_port : HTTP_PORT;
	ret->node.https_port = req->https_port ? req->https_port : HTTPS_PORT;
	ret->node.dns_port = req->dns_port ? req->dns_port : DNS_PORT;
	stralix__v1__target__init(&ret->target);
	ret->target.kind = (char *)(uintptr_t) "node";
	ret->target.name = ret->node.name;
	ret->target.node_id = req->node_id;
	ret->target.organisation_id = uuid_format(org, ret->org);
}

static bool upsert(struct tx *tx, const Stralix__V1__RegisterNodeRequest *req, struct registered *ret,
                   struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct uuid id = uuid_v7();

	if (!TX_RUN(tx, TASKS_NODE_REGISTER, &rows, err, DB_TEXT(req->node_id), DB_UUID(&id), DB_TEXT(ret->node.name),
	            DB_TEXT(req->address), DB_TEXT(req->report_key), DB_TEXTS(req->capabilities, req->n_capabilities),
	            DB_INT(ret->node.http_port), DB_INT(ret->node.https_port), DB_INT(ret->node.dns_port)))
		return false;
	id = rows_uuid(rows, 0, 0);
	snprintf(ret->state, sizeof(ret->state), "%s", rows_text(rows, 0, 1));
	ret->target.id = uuid_format(&id, ret->id);
	ret->node.state = ret->state;
	ret->node.created_at = clock_rfc3339(rows_int(rows, 0, 2), ret->created_at);
	return true;
}

/*
 * Effects  the node's row, audit node.register.
 * Errors   ERR_CONFLICT, ERR_UNAVAILABLE.
 * Repeat   safe: the same request leaves the same row.
 */
bool tasks_register_node(struct call *call, const Stralix__V1__RegisterNodeRequest *req, struct error *err)
{
	struct tasks *tasks = call_state(call);
	const struct uuid *org = &call_identity(call)->org;
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__RegisterNodeReply reply;
	struct registered made;
	struct error why = { 0 };

	init(req, org, &made);
	stralix__v1__register_node_reply__init(&reply);
	reply.node = &made.node;
	if (!change_begin(call, org, &change, err) || !upsert(change_tx(change), req, &made, err) ||
	    !change_audit(change, "node.register", &made.target, "success", &stralix__v1__node__rules, NULL,
	                  &made.node.base, err) ||
	    !change_reply(change, &reply.base, err) || !change_commit(change, err))
		return error_wrap(err, "register node '%s'", req->node_id);
	if (!book_load(tasks->book, service_db_wide(tasks->service), &why))
		log_failure(LOG_WARN_, &why, "read the nodes"); /* read again within seconds */
	heartbeat_event(tasks, req->node_id);
	return true;
}
