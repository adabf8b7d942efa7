/* heartbeat: kept in the book, written every few seconds; at once when it is news. */

#include "heartbeat.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/json/json.h"
#include "lib/service/change.h"

#include "stralix/v1/node.contract.h"
#include "stralix/v1/tasks.contract.h"

#include "book.h"
#include "dispatch.h"
#include "report.h"
#include "tasks_sql.h"
#include "work.h"

enum { ARENA = 1 << 20, HEARTBEAT_MAX = 65536 };

static bool open_heartbeat(struct tasks *tasks, const char *node_id, const struct bus_msg *msg, struct arena *arena,
                           Stralix__V1__Heartbeat **ret, struct error *err)
{
	struct token_claims claims;
	Stralix__V1__Report *report;
	ProtobufCMessage *message = NULL;

	if (!report_open(tasks, node_id, bus_msg_data(msg), bus_msg_size(msg), arena, &report, &claims, err))
		return false;
	if (strcmp(claims.sub, HEARTBEAT_SUBJECT) != 0)
		return error_set(err, ERR_UNAUTHENTICATED, "the token is of a task");
	if (!contract_unpack(&stralix__v1__heartbeat__descriptor, report->outcome.data, report->outcome.len,
	                     HEARTBEAT_MAX, arena, &message, err) ||
	    !contract_validate(&stralix__v1__heartbeat__rules, message, arena, err))
		return false;
	*ret = (Stralix__V1__Heartbeat *)message;
	return strcmp((*ret)->node_id, node_id) == 0 ||
	       error_set(err, ERR_UNAUTHENTICATED, "it is of node '%s'", (*ret)->node_id);
}

static bool take_in(struct tasks *tasks, const struct bus_msg *msg, struct arena *arena, bool *ret_news,
                    struct error *err)
{
	_cleanup_buf_ struct buf json = { 0 };
	const char *node_id = report_node(msg);
	Stralix__V1__Heartbeat *heartbeat = NULL;
	int64_t now = clock_unix_ms(), skew;

	if (!open_heartbeat(tasks, node_id, msg, arena, &heartbeat, err))
		return error_wrap(err, "heartbeat of node '%s'", node_id);
	if (!json_write(&json, &heartbeat->base) || buf_failed(&json))
		return error_set(err, ERR_INTERNAL, "no memory for a heartbeat");
	skew = heartbeat->node_time_ms - now;
	*ret_news =
		book_beat(tasks->book, node_id, buf_take(&json), now, skew <= CLOCK_SKEW_MS && skew >= -CLOCK_SKEW_MS);
	return true;
}

static void reply_time(struct tasks *tasks, const struct bus_msg *msg, struct arena *arena)
{
	Stralix__V1__HeartbeatReply reply;
	struct error err = { 0 };
	uint8_t *packed;
	size_t size;

	stralix__v1__heartbeat_reply__init(&reply);
	reply.panel_time_ms = clock_unix_ms();
	packed = contract_pack(&reply.base, arena, &size);
	if (bus_msg_reply(msg) && packed && !bus_respond(service_bus(tasks->service), msg, NULL, packed, size, &err))
		log_failure(LOG_DEBUG_, &err, "answer a heartbeat");
}

struct incoming {
	struct tasks *tasks;
	struct bus_msg *msg;
};

static void run_heartbeat(void *arg)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA);
	struct incoming *incoming = arg;
	struct error err = { 0 };
	bool news = false;

	if (!arena)
		abort();
	if (!take_in(incoming->tasks, incoming->msg, arena, &news, &err)) {
		if (err.code != ERR_UNAVAILABLE)
			log_failure(LOG_WARN_, &err, "a heartbeat is refused");
		report_refuse(incoming->tasks, incoming->msg, &err);
	} else {
		if (news && !heartbeat_flush(incoming->tasks, &err))
			log_failure(LOG_WARN_, &err, "write heartbeats"); /* the janitor tries again */
		reply_time(incoming->tasks, incoming->msg, arena);
	}
	bus_msg_free(incoming->msg);
	free(incoming);
}

void heartbeat_on_message(void *arg, struct bus_msg *msg)
{
	struct tasks *tasks = arg;
	struct incoming *incoming = calloc(1, sizeof(*incoming));

	if (!incoming)
		abort();
	incoming->tasks = tasks;
	incoming->msg = msg;
	if (!work_add(tasks->work, run_heartbeat, incoming, true)) { /* too many, or the end: the next one does */
		bus_msg_free(msg);
		free(incoming);
	}
}

void heartbeat_event(struct tasks *tasks, const char *node_id)
{
	struct error err = { 0 };

	if (!bus_publish(service_bus(tasks->service), "event.installation.node.updated", NULL, node_id, strlen(node_id),
	                 &err))
		log_failure(LOG_DEBUG_, &err, "say that a node changed");
}

/* Beats as the four arrays of the statement. */
struct columns {
	const char **ids, **texts, **times, **clocks;
};

static bool columns_init(struct columns *ret, const struct beat *beats, size_t n, struct arena *arena)
{
	const char **cells = arena_alloc(arena, 4 * n * sizeof(const char *));

	if (!cells)
		return false;
	*ret = (struct columns){ cells, cells + n, cells + 2 * n, cells + 3 * n };
	for (size_t i = 0; i < n; i++) {
		ret->ids[i] = beats[i].id;
		ret->texts[i] = beats[i].json;
		ret->times[i] = arena_printf(arena, "%" PRId64, beats[i].at_ms);
		ret->clocks[i] = beats[i].clock_ok ? "true" : "false";
		if (!ret->times[i])
			return false;
	}
	return true;
}

static bool write_beats(struct tasks *tasks, const struct beat *beats, size_t n, struct rows **ret, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA);
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct columns columns;

	if (!arena || !columns_init(&columns, beats, n, arena))
		return error_set(err, ERR_INTERNAL, "no memory for %zu heartbeats", n);
	return tx_begin(service_db_wide(tasks->service), NULL, &tx, err) &&
	       TX_RUN(tx, TASKS_WIDE_NODE_BEATS, ret, err, DB_TEXTS(columns.ids, n), DB_TEXTS(columns.texts, n),
	              DB_TEXTS(columns.times, n), DB_TEXTS(columns.clocks, n)) &&
	       tx_commit(&tx, err);
}

/*
 * A node that is known has another key. Its report is signed, so it is the node's own word: it lost its key, or
 * somebody else writes its reports. Whoever can sign them could read what was sealed to the old key, so that keeping
 * that would protect nothing; but people are told.
 */
static bool take_seal_key(struct tasks *tasks, const char *node_id, const char *key, struct error *err)
{
	enum { UID, NAME, BEFORE };
	_cleanup_(change_freep) struct change *change = NULL;
	_cleanup_(rows_freep) struct rows *rows = NULL;
	Stralix__V1__SealKey before, after;
	static const struct uuid nobodys = { 0 };
	Stralix__V1__Target target;
	char id[UUID_TEXT], org[UUID_TEXT];
	struct uuid uid;

	if (!change_begin_wide(tasks->service, NULL, NULL, &change, err) ||
	    !TX_RUN(change_tx(change), TASKS_WIDE_NODE_SEAL_KEY, &rows, err, DB_TEXT(node_id), DB_TEXT(key)))
		return false;
	if (!rows_count(rows))
		return true;
	uid = rows_uuid(rows, 0, UID);
	stralix__v1__target__init(&target);
	target.kind = (char *)(uintptr_t)NODE_KIND;
	target.id = uuid_format(&uid, id);
	target.name = (char *)(uintptr_t)rows_text(rows, 0, NAME);
	target.node_id = (char *)(uintptr_t)node_id;
	target.organisation_id = uuid_format(&nobodys, org);
	stralix__v1__seal_key__init(&before);
	stralix__v1__seal_key__init(&after);
	before.node_id = after.node_id = target.node_id;
	before.key = (char *)(uintptr_t)rows_text(rows, 0, BEFORE);
	after.key = (char *)(uintptr_t)key;
	log_write(LOG_WARN_, (const struct log_field[]){ { "node", node_id }, { NULL, NULL } },
	          "the node says another sealing key than before");
	return change_audit(change, "node.seal_key", &target, "success", &stralix__v1__seal_key__rules, &before.base,
	                    &after.base, err) &&
	       change_commit(change, err);
}

static void take_seal_keys(struct tasks *tasks, const struct rows *rows)
{
	enum { ID = 0, SEAL_KEY = 3 };

	for (unsigned i = 0; i < rows_count(rows); i++) {
		struct error err = { 0 };

		if (*rows_text(rows, i, SEAL_KEY) &&
		    !take_seal_key(tasks, rows_text(rows, i, ID), rows_text(rows, i, SEAL_KEY), &err))
			log_failure(LOG_ERROR_, &err, "keep a sealing key"); /* the next heartbeat says it again */
	}
}

bool heartbeat_flush(struct tasks *tasks, struct error *err)
{
	enum { ID, NEWS, CHANGED };
	_cleanup_(rows_freep) struct rows *rows = NULL;
	size_t n = 0;
	struct beat *beats = book_take_beats(tasks->book, &n);

	if (!beats)
		return true;
	if (!write_beats(tasks, beats, n, &rows, err)) {
		for (size_t i = 0; i < n; i++)
			book_away(tasks->book, beats[i].id); /* the next one tries at once */
		book_give_back(tasks->book, beats, n);
		return error_wrap(err, "write heartbeats");
	}
	for (unsigned i = 0; i < rows_count(rows); i++) {
		if (rows_bool(rows, i, NEWS) || rows_bool(rows, i, CHANGED))
			heartbeat_event(tasks, rows_text(rows, i, ID));
		if (rows_bool(rows, i, NEWS))
			dispatch_node(tasks, rows_text(rows, i, ID));
	}
	take_seal_keys(tasks, rows);
	for (size_t i = 0; i < n; i++)
		free(beats[i].json);
	free(beats);
	return true;
}
