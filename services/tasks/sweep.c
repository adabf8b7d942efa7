/* sweep: repairs: what no message brought about, time does. */

#include "lib/base/log.h"
#include "lib/bus/bus.h"

#include "book.h"
#include "dispatch.h"
#include "heartbeat.h"
#include "node_order.h"
#include "tasks.h"
#include "tasks_sql.h"

enum { EVENTS_AGE_S = 7 * 24 * 3600 };

/* Nodes that have work which could be sent: a look at each. */
static bool sweep_queues(struct tasks *tasks, struct error *err)
{
	const struct tasks_settings *settings = service_settings(tasks->service);
	_cleanup_(tx_freep) struct tx *tx = NULL;
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!tx_begin(service_db_wide(tasks->service), NULL, &tx, err) ||
	    !TX_RUN(tx, TASKS_WIDE_NODES_DUE, &rows, err, DB_INT(settings->window_node)) || !tx_commit(&tx, err))
		return error_wrap(err, "look for work");
	for (unsigned i = 0; i < rows_count(rows); i++)
		dispatch_node(tasks, rows_text(rows, i, 0));
	return true;
}

/* Tasks that nobody has heard of: the node is asked again, and answers what its journal knows. */
static bool sweep_leases(struct tasks *tasks, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!tx_begin(service_db_wide(tasks->service), NULL, &tx, err) ||
	    !tx_run(tx, TASKS_WIDE_LEASES_EXPIRED, NULL, 0, &rows, err) || !tx_commit(&tx, err))
		return error_wrap(err, "look for lost tasks");
	for (unsigned i = 0; i < rows_count(rows); i++) {
		_cleanup_(task_freep) struct task *task = calloc(1, sizeof(*task));

		if (!task)
			return error_set(err, ERR_INTERNAL, "no memory for a task");
		if (!task_read(rows, i, task, err))
			return false;
		dispatch_task(tasks, TAKE_PTR(task));
	}
	return true;
}

static bool sweep_nodes(struct tasks *tasks, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!tx_begin(service_db_wide(tasks->service), NULL, &tx, err) ||
	    !tx_run(tx, TASKS_WIDE_NODE_LOST, NULL, 0, &rows, err) || !tx_commit(&tx, err))
		return error_wrap(err, "look for silent nodes");
	for (unsigned i = 0; i < rows_count(rows); i++) {
		log_write(LOG_WARN_, (const struct log_field[]){ { "node", rows_text(rows, i, 0) }, { NULL, NULL } },
		          "a node is silent");
		book_away(tasks->book, rows_text(rows, i, 0));
		heartbeat_event(tasks, rows_text(rows, i, 0));
	}
	return true;
}

static bool sweep(struct service *service, struct error *err)
{
	struct tasks *tasks = service_state(service);

	return sweep_queues(tasks, err) && sweep_leases(tasks, err) && sweep_nodes(tasks, err);
}

static bool write_heartbeats(struct service *service, struct error *err)
{
	struct tasks *tasks = service_state(service);

	return heartbeat_flush(tasks, err) && book_load(tasks->book, service_db_wide(service), err);
}

static bool expire_reservations(struct service *service, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;

	return (tx_begin(service_db_wide(service), NULL, &tx, err) &&
	        tx_run(tx, TASKS_WIDE_RESERVATIONS_EXPIRED, NULL, 0, NULL, err) && tx_commit(&tx, err)) ||
	       error_wrap(err, "expire reservations");
}

/* Events are hints: without JetStream all goes on. */
static bool ensure_stream(struct service *service, struct error *err)
{
	struct tasks *tasks = service_state(service);
	struct error why = { 0 };

	(void)err;
	if (tasks->has_stream)
		return true;
	if (bus_ensure_stream(service_bus(service), "EVENTS", "event.>", EVENTS_AGE_S, &why))
		tasks->has_stream = true;
	else
		log_failure(LOG_INFO_, &why, "make the stream EVENTS");
	return true;
}

const struct janitor_row tasks_janitor[] = {
	{ "sweep", 2, sweep },           { "heartbeats", 5, write_heartbeats },       { "stream", 15, ensure_stream },
	{ "drift", 5, node_orders_due }, { "reservations", 60, expire_reservations }, { NULL, 0, NULL },
};
