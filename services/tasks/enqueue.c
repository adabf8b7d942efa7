/* Enqueue. Takes a task into the ledger, once, and sends it at once when nothing stands in its way. */

#include <stdio.h>
#include <string.h>

#include "lib/bus/bus.h"
#include "lib/service/change.h"

#include "claim.h"
#include "dispatch.h"
#include "flush.h"
#include "tasks.h"
#include "tasks_sql.h"

/* What one call works on. */
struct enqueuing {
	struct tasks *tasks;
	struct tx *tx;
	struct change *change;
	const Stralix__V1__EnqueueRequest *req;
	struct uuid id, org, resource;
	int64_t epoch, n;
	struct node_state node;
	const char *state;
	char message[256];
	bool removed;
};

static bool check(const Stralix__V1__EnqueueRequest *req, struct enqueuing *ret, struct error *err)
{
	const Stralix__V1__Target *target = req->target;

	if (!target || !uuid_parse(req->task_id, &ret->id) || !uuid_parse(target->id, &ret->resource) ||
	    !uuid_parse(target->organisation_id, &ret->org))
		return error_field(err, "target", "required", "must be given");
	if (!req->generation || !req->generation->n || req->generation->n > INT64_MAX)
		return error_field(err, "generation", "required", "must be given, from 1");
	if (!bus_token_valid(target->node_id))
		return error_field(err, "target.nodeId", "ID", "must be a node's id");
	if (!bus_token_valid(target->kind) || !bus_token_valid(req->verb))
		return error_field(err, "verb", "WORD", "must be a word of [a-z0-9-]");
	ret->req = req;
	ret->epoch = req->generation->epoch;
	ret->n = (int64_t)req->generation->n;
	return true;
}

/* What its row says, which is made now when its reservation has run out. */
static bool read_resource(struct enqueuing *e, const struct rows *rows, int64_t *ret_epoch, int64_t *ret_n,
                          struct error *err)
{
	const Stralix__V1__Target *target = e->req->target;

	*ret_epoch = *ret_n = 0;
	if (!rows_count(rows))
		return TX_SEND(e->tx, TASKS_RESOURCE_INSERT, err, DB_UUID(&e->resource), DB_UUID(&e->org),
		               DB_TEXT(target->kind), DB_TEXT(target->node_id)) &&
		       (strcmp(target->kind, NODE_KIND) == 0 || /* nothing that is placed there */
		        TX_SEND(e->tx, TASKS_NODE_COUNT, err, DB_TEXT(target->node_id), DB_INT(0), DB_INT(1)));
	if (strcmp(rows_text(rows, 0, 0), target->node_id) != 0)
		return error_set(err, ERR_CONFLICT, "the resource is on node '%s'", rows_text(rows, 0, 0));
	*ret_epoch = rows_int(rows, 0, 1);
	*ret_n = rows_int(rows, 0, 2);
	e->removed = rows_bool(rows, 0, 3);
	return true;
}

/* Queued, or too late; and what it waits for, if anything. */
static bool judge(struct enqueuing *e, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	const char *node = e->req->target->node_id;
	int64_t epoch, n;

	if (!node_lock(e->tx, node, &e->resource, &e->node, &rows, err) || !read_resource(e, rows, &epoch, &n, err))
		return false;
	e->state = "queued";
	if (e->removed || e->epoch < epoch || (e->epoch == epoch && e->n < n)) {
		e->state = "superseded";
		snprintf(e->message, sizeof(e->message), "%s",
		         e->removed ? "It is removed already." : "A newer change came before it.");
	} else if (!e->node.trusted) {
		snprintf(e->message, sizeof(e->message), "node %s is not trusted; the task runs when it is", node);
	} else if (e->node.offline) {
		snprintf(e->message, sizeof(e->message), OFFLINE_WORDS, node);
	}
	return true;
}

static bool insert(const struct enqueuing *e, bool *ret_new, struct error *err)
{
	const Stralix__V1__EnqueueRequest *req = e->req;
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(e->tx, TASKS_TASK_INSERT, &rows, err, DB_UUID(&e->id), DB_UUID(&e->org), DB_UUID(&e->resource),
	            DB_TEXT(req->target->node_id), DB_TEXT(req->target->kind), DB_TEXT(req->verb),
	            DB_TEXT(req->target->name), DB_INT(e->epoch), DB_INT(e->n),
	            DB_BYTES(req->desired.data, req->desired.len), DB_TEXT(e->state), DB_TEXT(e->message),
	            DB_TEXT(req->actor_id), DB_TEXT(req->actor_name), DB_TEXT(req->permission),
	            DB_TEXT(req->request_id), DB_TEXT(req->traceparent), DB_TEXT(req->owner),
	            DB_TEXT_OR_NULL(req->target->object_id)))
		return false;
	*ret_new = rows_affected(rows) > 0;
	return true;
}

/* Those that wait for the same resource and are older have a successor now. */
static bool supersede(const struct enqueuing *e, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(e->tx, TASKS_TASK_SUPERSEDE, &rows, err, DB_UUID(&e->resource), DB_UUID(&e->id), DB_INT(e->epoch),
	            DB_INT(e->n)))
		return false;
	for (unsigned i = 0; i < rows_count(rows); i++) {
		struct task older;

		if (!task_read(rows, i, &older, err) ||
		    !task_tell(e->change, &older, "superseded", "A newer change took its place.", err))
			return false;
	}
	return true;
}

/* It came too late: its owner hears so. */
static bool refuse(const struct enqueuing *e, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct task task;

	return TX_RUN(e->tx, TASKS_TASK_LOCK, &rows, err, DB_UUID(&e->id)) && task_read(rows, 0, &task, err) &&
	       task_tell(e->change, &task, e->state, e->message, err);
}

static bool take_in(const struct enqueuing *e, struct task **ret, struct error *err)
{
	if (strcmp(e->state, "queued") != 0)
		return refuse(e, err);
	return supersede(e, err) &&
	       TX_SEND(e->tx, TASKS_RESOURCE_ENQUEUED, err, DB_UUID(&e->resource), DB_INT(e->epoch), DB_INT(e->n)) &&
	       change_event(e->change, "task", "created", e->req->task_id, err) &&
	       claim_locked(e->tasks, e->tx, e->req->target->node_id, &e->node, &e->resource, CLAIM_FRESH, ret, err);
}

/*
 * Effects  one change: the task, older ones superseded, the resource's newest generation; and claimed in the same
 *          transaction when the node has room and nothing of the resource runs.
 * Errors   ERR_INVALID, ERR_NOT_FOUND (node), ERR_CONFLICT (on another node), ERR_UNAVAILABLE.
 * Repeat   safe: a task id is stored once.
 */
bool tasks_enqueue(struct call *call, const Stralix__V1__EnqueueRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	_cleanup_(task_freep) struct task *claimed = NULL;
	struct enqueuing e = { 0 };
	Stralix__V1__Empty reply;
	bool is_new;

	stralix__v1__empty__init(&reply);
	if (!check(req, &e, err) || !change_begin(call, &e.org, &change, err))
		return error_wrap(err, "task %s", req->task_id);
	e.tasks = call_state(call);
	e.change = change;
	e.tx = change_tx(change);
	if (!judge(&e, err) || !insert(&e, &is_new, err) || (is_new && !take_in(&e, &claimed, err)) ||
	    !change_reply(change, &reply.base, err) || !change_commit(change, err) ||
	    !tasks_flush(e.tasks->service, err))
		return error_wrap(err, "task %s", req->task_id);
	if (claimed)
		dispatch_task(e.tasks, TAKE_PTR(claimed));
	else if (is_new && e.node.trusted && !e.node.held)
		dispatch_node(e.tasks, req->target->node_id);
	return true;
}
