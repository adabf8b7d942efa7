/* idempotency: a key is held by one call at a time, then done with its reply for a day. */
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "internal.h"
#include "service_sql.h"
#include "view.h"

enum { POLL_MS = 20, POLL_NS = POLL_MS * 1000000, GRACE_MS = 1000 };
enum { COLUMN_OURS = 0, COLUMN_SAME, COLUMN_DONE, COLUMN_REPLY };

static bool take_reply(struct call *call, const struct rows *rows, struct error *err)
{
	size_t size = 0;
	const uint8_t *reply;

	if (rows_null(rows, 0, COLUMN_REPLY))
		return error_set(err, ERR_CONFLICT, "This was done before; its answer held a secret and isn't kept.");
	reply = rows_bytes(rows, 0, COLUMN_REPLY, &size);
	call->reply = arena_alloc(call->arena, size + 1);
	if (!call->reply)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (size_t i = 0; i < size; i++)
		call->reply[i] = reply[i];
	call->reply_size = size;
	call->replied = true;
	return true;
}

enum outcome { HELD, DONE, BUSY };

static bool try_hold(struct call *call, enum outcome *ret, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	_cleanup_(rows_freep) struct rows *rows = NULL;
	const struct key_hold *hold = &call->hold;

	if (!tx_begin(call->service->db, NULL, &tx, err) ||
	    !TX_RUN_FROM(tx, service_queries, SERVICE_KEY_HOLD, &rows, err, DB_TEXT(call->identity.user_id),
	                 DB_TEXT(call->method->name), DB_TEXT(hold->key), DB_BYTES(hold->digest, TOKEN_DIGEST),
	                 DB_UUID(&hold->holder), DB_INT(call_remaining_ms(call) + GRACE_MS)) ||
	    !tx_commit(&tx, err))
		return false;
	*ret = BUSY;
	if (rows_bool(rows, 0, COLUMN_OURS))
		*ret = HELD;
	else if (rows_null(rows, 0, COLUMN_SAME))
		return true; /* a rival took it and gave it back between the two looks of the statement */
	else if (!rows_bool(rows, 0, COLUMN_SAME))
		return error_set(err, ERR_KEY_REUSED, "This idempotency key came with another request before.");
	else if (rows_bool(rows, 0, COLUMN_DONE)) {
		*ret = DONE;
		return take_reply(call, rows, err);
	}
	return true;
}

bool key_hold(struct call *call, bool *ret_done, struct error *err)
{
	enum outcome outcome = BUSY;

	*ret_done = false;
	if (!call->hold.key)
		return true;
	while (outcome == BUSY) {
		if (!try_hold(call, &outcome, err))
			break;
		if (outcome == BUSY && call_remaining_ms(call) <= POLL_MS) {
			error_set(err, ERR_UNAVAILABLE, "the same request is still at work");
			break;
		}
		if (outcome == BUSY)
			nanosleep(&(struct timespec){ .tv_nsec = POLL_NS }, NULL);
	}
	if (outcome == HELD)
		return true;
	call->hold.key = NULL; /* not ours */
	*ret_done = outcome == DONE && call->replied;
	return *ret_done;
}

void key_release(struct call *call)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	const struct key_hold *hold = &call->hold;
	struct error err = { 0 };

	if (!hold->key)
		return;
	if (!tx_begin(call->service->db, NULL, &tx, &err) ||
	    !TX_RUN_FROM(tx, service_queries, SERVICE_KEY_RELEASE, NULL, &err, DB_TEXT(call->identity.user_id),
	                 DB_TEXT(call->method->name), DB_TEXT(hold->key), DB_UUID(&hold->holder)) ||
	    !tx_commit(&tx, &err))
		log_failure(LOG_WARN_, &err, "release an idempotency key");
	call->hold.key = NULL;
}

bool key_done(struct call *call, struct tx *tx, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	const struct key_hold *hold = &call->hold;
	const struct db_param reply = DB_BYTES(call->reply, call->reply_size);

	if (!hold->key)
		return true;
	if (!TX_RUN_FROM(tx, service_queries, SERVICE_KEY_DONE, &rows, err, DB_TEXT(call->identity.user_id),
	                 DB_TEXT(call->method->name), DB_TEXT(hold->key), DB_UUID(&hold->holder),
	                 view_holds_secret(call->method->reply, call->reply, call->reply_size, call->arena) ? DB_NULL
	                                                                                                    : reply))
		return false;
	if (rows_affected(rows) != 1)
		return error_set(err, ERR_TIMEOUT, "the idempotency key was given to another call meanwhile");
	return true;
}

bool key_expire(struct service *service, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;

	return tx_begin(service->db_wide, NULL, &tx, err) &&
	       tx_run_from(tx, service_queries_wide, SERVICE_WIDE_KEY_EXPIRE, NULL, 0, NULL, err) &&
	       tx_commit(&tx, err);
}
