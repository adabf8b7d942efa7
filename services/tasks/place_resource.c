/* PlaceResource. A node for a resource and a uid on it, held for a quarter of an hour, until its first task. */

#include <string.h>

#include "tasks.h"
#include "tasks_sql.h"
#include "view.h"

enum { ID, NAME, ADDRESS, UID, HTTP, HTTPS, PHP, RETRY_AFTER_S = 15 };

/* Says why, in words that tell what to do. */
static bool no_node(struct tx *tx, const Stralix__V1__PlaceResourceRequest *req, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	const char *node = req->node_id;

	if (!*node)
		error_set(err, ERR_NO_NODE, "no node that takes a %s answers now", req->capability);
	else if (!TX_RUN(tx, TASKS_NODE_WHY, &rows, err, DB_TEXT(node), DB_TEXT(req->capability)))
		return false;
	else if (!rows_count(rows))
		return error_field(err, "nodeId", "exists", "There is no node '%s'.", node);
	else if (strcmp(rows_text(rows, 0, 0), "trusted") != 0)
		error_set(err, ERR_NO_NODE, "node '%s' is %s", node, rows_text(rows, 0, 0));
	else if (!rows_bool(rows, 0, 2))
		error_set(err, ERR_NO_NODE, "node '%s' doesn't take a %s", node, req->capability);
	else
		error_set(err, ERR_NO_NODE, "node '%s' doesn't answer now", node);
	err->retry_after_s = RETRY_AFTER_S;
	return false;
}

/* Refuses what would take a node's own name from it. */
static bool check_name(struct tx *tx, const char *name, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!*name)
		return true;
	if (!TX_RUN(tx, TASKS_NODE_NAMED, &rows, err, DB_TEXT(name)))
		return false;
	return !rows_count(rows) || error_field(err, "domain", "reserved", "This name belongs to the panel itself.");
}

static bool place(struct tx *tx, const Stralix__V1__PlaceResourceRequest *req, const struct uuid *org,
                  struct rows **ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(tx, TASKS_NODE_PLACE, &rows, err, DB_TEXT(req->capability), DB_TEXT_OR_NULL(req->node_id)))
		return false;
	if (!rows_count(rows))
		return no_node(tx, req, err);
	if (!TX_RUN(tx, TASKS_RESOURCE_RESERVE, NULL, err, DB_TEXT(req->resource_id), DB_UUID(org),
	            DB_TEXT(req->capability), DB_TEXT(rows_text(rows, 0, ID)), DB_INT(rows_int(rows, 0, UID))))
		return false;
	*ret = TAKE_PTR(rows);
	return true;
}

/*
 * What was placed before stays where it is. The commit waits for no fsync: nobody owns the place before the caller's
 * own commit, which stands later in the same write-ahead log and takes this one to the disk with it.
 */
static bool find_or_place(struct db *db, const Stralix__V1__PlaceResourceRequest *req, const struct uuid *org,
                          struct rows **ret, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!tx_begin(db, org, &tx, err) || !check_name(tx, req->name, err) ||
	    !TX_RUN(tx, TASKS_RESOURCE_PLACED, &rows, err, DB_TEXT(req->resource_id)))
		return false;
	if (!rows_count(rows)) {
		rows_free(TAKE_PTR(rows));
		if (!tx_run(tx, TASKS_COMMIT_LAZILY, NULL, 0, NULL, err) || !place(tx, req, org, &rows, err))
			return false;
	}
	if (!tx_commit(&tx, err))
		return false;
	*ret = TAKE_PTR(rows);
	return true;
}

/*
 * Effects  a resource row and the node's count and next uid.
 * Errors   ERR_NO_NODE, ERR_INVALID (nodeId, domain: a node's name), ERR_EXISTS (the id is another organisation's),
 * ERR_UNAVAILABLE. Repeat   safe: the same resource gets the same answer; another name of it is looked at each time.
 */
bool tasks_place_resource(struct call *call, const Stralix__V1__PlaceResourceRequest *req, struct error *err)
{
	struct db *db = service_db(call_service(call));
	_cleanup_(rows_freep) struct rows *rows = NULL;
	Stralix__V1__PlaceResourceReply reply;
	struct uuid org;
	bool ok;

	if (!uuid_parse(req->organisation_id, &org))
		return error_field(err, "organisationId", "UUID", "must be an id");
	ok = find_or_place(db, req, &org, &rows, err);
	if (!ok && err->code == ERR_EXISTS) { /* somebody placed the same at the same time */
		*err = (struct error){ 0 };
		ok = find_or_place(db, req, &org, &rows, err);
	}
	if (!ok)
		return error_wrap(err, "place");
	stralix__v1__place_resource_reply__init(&reply);
	reply.node_id = (char *)(uintptr_t)rows_text(rows, 0, ID);
	reply.node_name = (char *)(uintptr_t)rows_text(rows, 0, NAME);
	reply.address = (char *)(uintptr_t)rows_text(rows, 0, ADDRESS);
	reply.uid = (uint32_t)rows_int(rows, 0, UID);
	reply.http_port = (uint32_t)rows_int(rows, 0, HTTP);
	reply.https_port = (uint32_t)rows_int(rows, 0, HTTPS);
	reply.php_versions = view_words(rows_text(rows, 0, PHP), "[, \"]", call_arena(call), &reply.n_php_versions);
	if (!reply.php_versions)
		return error_set(err, ERR_TOO_LARGE, "no room for the reply");
	return call_reply(call, &reply.base, err);
}
