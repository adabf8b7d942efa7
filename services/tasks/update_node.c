/* UpdateNode. What people say of a node, and what may be placed on it. */

#include "node.h"
#include "tasks_sql.h"

static bool take(const Stralix__V1__NodeSettings *given, const char *member, Stralix__V1__NodeSettings *to,
                 struct error *err)
{
	if (strcmp(member, "settings.description") == 0)
		to->description = given->description;
	else if (strcmp(member, "settings.location") == 0)
		to->location = given->location;
	else if (strcmp(member, "settings.website_limit") == 0)
		to->website_limit = given->website_limit;
	else if (strcmp(member, "settings.only_chosen") == 0)
		to->only_chosen = given->only_chosen;
	else
		return error_field(err, "updateMask", "unknown", "There is no setting '%s'.", member);
	return true;
}

static bool merge(const Stralix__V1__UpdateNodeRequest *req, Stralix__V1__NodeSettings *to, struct error *err)
{
	Stralix__V1__NodeSettings none;

	if (req->n_update_mask == 0)
		return error_field(err, "settings", "required", "Name what is to change, such as settings.location.");
	stralix__v1__node_settings__init(&none);
	for (size_t i = 0; i < req->n_update_mask; i++)
		if (!take(req->settings ? req->settings : &none, req->update_mask[i], to, err))
			return false;
	return true;
}

static bool store(struct call *call, struct node_change *change, struct error *err)
{
	const Stralix__V1__NodeSettings *settings = &change->settings;
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(change_tx(change->change), TASKS_NODE_SETTINGS, &rows, err, DB_TEXT(change->after->id),
	            DB_TEXT(settings->description), DB_TEXT(settings->location), DB_INT(settings->website_limit),
	            DB_BOOL(settings->only_chosen)))
		return false;
	change->after->etag = arena_strdup(call_arena(call), rows_text(rows, 0, 0));
	return change->after->etag || error_set(err, ERR_TOO_LARGE, "no room for a node");
}

/*
 * Effects  one change: the node's row, audit node.update. What is on the node stays, also above a new limit.
 * Errors   ERR_NOT_FOUND, ERR_PRECONDITION (If-Match), ERR_INVALID.
 */
bool tasks_update_node(struct call *call, const Stralix__V1__UpdateNodeRequest *req, struct error *err)
{
	struct node_change change = { 0 };
	bool ok = node_change_begin(call, req->node_id, &change, err);

	if (ok && strcmp(change.before->etag, req->if_match) != 0)
		ok = error_set(err, ERR_PRECONDITION,
		               "The node was changed meanwhile. Look at it again, then repeat your change.");
	ok = ok && merge(req, &change.settings, err) && store(call, &change, err) &&
	     node_change_finish(call, &change, "node.update", err);
	change_free(change.change);
	return ok;
}
