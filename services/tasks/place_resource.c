/* PlaceResource. A node for a resource and a uid on it, held for a quarter of an hour, until its first task. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tasks.h"
#include "tasks_sql.h"
#include "view.h"

enum { ID, NAME, ADDRESS, UID, HTTP, HTTPS, PHP, DNS, RETRY_AFTER_S = 15, TRIES = 16 };

/* Not the request's fault, but of this field's: tried later, or with another node, it may work. */
static bool refuse(struct error *err, const char *rule, const char *words)
{
	error_field(err, "nodeId", rule, "%s", words);
	err->code = ERR_NO_NODE;
	err->retry_after_s = RETRY_AFTER_S;
	return false;
}

/* Why the node that was asked for can't take it. */
static bool not_this_node(struct tx *tx, const Stralix__V1__PlaceResourceRequest *req, struct error *err)
{
	enum { STATE, ANSWERS, ABLE, ASSIGNED, LIMIT, HAS_PHP };
	_cleanup_(rows_freep) struct rows *rows = NULL;
	const char *node = req->node_id, *state;
	char words[160];

	if (!TX_RUN(tx, TASKS_NODE_WHY, &rows, err, DB_TEXT(node), DB_TEXT(req->capability),
	            DB_TEXT_OR_NULL(req->php_version)))
		return false;
	if (!rows_count(rows))
		return error_field(err, "nodeId", "exists", "There is no node '%s'.", node);
	state = rows_text(rows, 0, STATE);
	if (strcmp(state, "trusted") != 0) {
		snprintf(words, sizeof(words), "Node '%s' is %s; nothing new is placed on it.", node, state);
		return refuse(err, state, words);
	}
	if (!rows_bool(rows, 0, ABLE)) {
		snprintf(words, sizeof(words), "Node '%s' doesn't take a %s.", node, req->capability);
		return refuse(err, "capability", words);
	}
	if (!rows_bool(rows, 0, ANSWERS)) {
		snprintf(words, sizeof(words), "Node '%s' doesn't answer now.", node);
		return refuse(err, "unreachable", words);
	}
	if (!rows_bool(rows, 0, HAS_PHP))
		return error_field(err, "settings.php.version", "available", "Node '%s' has no PHP %s.", node,
		                   req->php_version);
	snprintf(words, sizeof(words), "Node '%s' is full: it has %" PRId64 " of at most %" PRId64 ".", node,
	         rows_int(rows, 0, ASSIGNED), rows_int(rows, 0, LIMIT));
	return refuse(err, "full", words);
}

/* Why there is none at all; *ret_again: there is one, whose last room somebody else took meanwhile. Says no numbers:
 * customers read it. */
static bool no_node(struct tx *tx, const Stralix__V1__PlaceResourceRequest *req, bool *ret_again, struct error *err)
{
	enum { WOULD_DO, ABLE, ONLY_FULL, HAS_PHP };
	_cleanup_(rows_freep) struct rows *rows = NULL;
	const char *rule = "unreachable", *capability = req->capability;
	char words[160];

	if (!TX_RUN(tx, TASKS_NODE_NONE, &rows, err, DB_TEXT(capability), DB_TEXTS(req->apart_from, req->n_apart_from),
	            DB_TEXT_OR_NULL(req->php_version)))
		return false;
	*ret_again = rows_int(rows, 0, WOULD_DO) > 0;
	snprintf(words, sizeof(words), "No node that takes a %s answers now.", capability);
	if (!rows_int(rows, 0, ABLE)) {
		rule = "capability";
		snprintf(words, sizeof(words), "There is no node that takes a %s.", capability);
	} else if (!rows_int(rows, 0, HAS_PHP)) {
		return error_field(err, "settings.php.version", "available", "There is no PHP %s here.",
		                   req->php_version);
	} else if (rows_int(rows, 0, ONLY_FULL)) {
		rule = "full";
		snprintf(words, sizeof(words), "No node has room for a %s now.", capability);
	}
	return refuse(err, rule, words);
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

/* A row of node_place, counted. */
static bool choose(struct tx *tx, const Stralix__V1__PlaceResourceRequest *req, struct rows **ret, struct error *err)
{
	for (unsigned tries = 0; tries < TRIES; tries++) {
		_cleanup_(rows_freep) struct rows *rows = NULL;
		bool again = false;

		*err = (struct error){ 0 };
		if (!TX_RUN(tx, TASKS_NODE_PLACE, &rows, err, DB_TEXT(req->capability), DB_TEXT_OR_NULL(req->node_id),
		            DB_TEXTS(req->apart_from, req->n_apart_from), DB_TEXT_OR_NULL(req->php_version)))
			return false;
		if (rows_count(rows)) {
			*ret = TAKE_PTR(rows);
			return true;
		}
		if (*req->node_id)
			return not_this_node(tx, req, err);
		if (!no_node(tx, req, &again, err) && !again)
			return false;
	}
	return false;
}

static bool place(struct tx *tx, const Stralix__V1__PlaceResourceRequest *req, const struct uuid *org,
                  struct rows **ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!choose(tx, req, &rows, err) ||
	    !TX_SEND(tx, TASKS_RESOURCE_RESERVE, err, DB_TEXT(req->resource_id), DB_UUID(org), DB_TEXT(req->capability),
	             DB_TEXT(rows_text(rows, 0, ID)), DB_INT(rows_int(rows, 0, UID))))
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
		if (!tx_send(tx, TASKS_COMMIT_LAZILY, NULL, 0, err) || !place(tx, req, org, &rows, err))
			return false;
	}
	if (!tx_commit(&tx, err))
		return false;
	*ret = TAKE_PTR(rows);
	return true;
}

/*
 * Effects  a resource row and the node's count and next uid.
 * Errors   ERR_NO_NODE, ERR_INVALID (nodeId, domain: a node's name, settings.php.version), ERR_EXISTS (the id is
 * another organisation's), ERR_UNAVAILABLE. Repeat   safe: the same resource gets the same answer; another name of it
 * is looked at each time.
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
	reply.dns_port = (uint32_t)rows_int(rows, 0, DNS);
	reply.php_versions = view_words(rows_text(rows, 0, PHP), "[, \"]", call_arena(call), &reply.n_php_versions);
	if (!reply.php_versions)
		return error_set(err, ERR_TOO_LARGE, "no room for the reply");
	return call_reply(call, &reply.base, err);
}
