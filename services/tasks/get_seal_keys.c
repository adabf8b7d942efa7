/* GetSealKeys. What secrets for nodes are sealed to. */

#include "tasks.h"
#include "tasks_sql.h"

static bool fill(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__SealKey **ret)
{
	Stralix__V1__SealKey *key = arena_alloc(arena, sizeof(*key));

	if (!key)
		return false;
	stralix__v1__seal_key__init(key);
	key->node_id = arena_strdup(arena, rows_text(rows, row, 0));
	key->key = arena_strdup(arena, rows_text(rows, row, 1));
	*ret = key;
	return key->node_id && key->key;
}

/* Errors: ERR_UNAVAILABLE. Nodes that aren't there, aren't trusted or haven't said a key are left out. */
bool tasks_get_seal_keys(struct call *call, const Stralix__V1__GetSealKeysRequest *req, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	Stralix__V1__GetSealKeysReply reply;

	if (!DB_RUN(service_db_wide(call_service(call)), NULL, TASKS_WIDE_NODE_SEAL_KEYS, &rows, err,
	            DB_TEXTS(req->node_ids, req->n_node_ids)))
		return error_wrap(err, "keys of nodes");
	stralix__v1__get_seal_keys_reply__init(&reply);
	reply.keys = arena_alloc(call_arena(call), (rows_count(rows) + 1) * sizeof(Stralix__V1__SealKey *));
	for (; reply.keys && reply.n_keys < rows_count(rows); reply.n_keys++)
		if (!fill(rows, (unsigned)reply.n_keys, call_arena(call), &reply.keys[reply.n_keys]))
			return error_set(err, ERR_INTERNAL, "out of memory");
	return reply.keys ? call_reply(call, &reply.base, err) : error_set(err, ERR_INTERNAL, "out of memory");
}
