/* second: see second.h. */
#include "second.h"

#include <string.h>

#include "dns_sql.h"
#include "place.h"

/* Words for whoever waits for the second node are the janitor's: here it is a chance that is taken or not. */
static bool no_second(struct second *ret)
{
	ret->found = false;
	return true;
}

bool second_find(struct call *call, const struct zone *zone, struct second *ret, struct error *err)
{
	struct zone with = *zone;
	struct error why = { 0 };
	struct seal_keys keys;

	(void)err;
	if (zone->n_nodes >= WANTED_NODES || !place_one(call_service(call), call, &with, "", call_arena(call), &why) ||
	    !seal_keys_ask(call, &with, &keys, &why))
		return no_second(ret);
	*ret = (struct second){ .node = with.nodes[with.n_nodes - 1], .found = true };
	return true;
}

bool second_awaited(struct call *call, const struct zone *zone, struct second *ret, struct error *err)
{
	enum { PLACEMENT, NODE };
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct zone with = *zone;
	struct error why = { 0 };
	struct uuid id;

	*ret = (struct second){ .found = false };
	if (zone->n_nodes >= WANTED_NODES)
		return true;
	if (!DB_RUN(service_db_wide(call_service(call)), NULL, DNS_WIDE_AWAITED_FIND, &rows, err, DB_UUID(&zone->id)))
		return false;
	if (!rows_count(rows))
		return true;
	id = rows_uuid(rows, 0, PLACEMENT);
	if (!place_as(call_service(call), call, &with, &id, rows_text(rows, 0, NODE), call_arena(call), &why))
		return no_second(ret);
	*ret = (struct second){ .node = with.nodes[with.n_nodes - 1], .found = true };
	return true;
}

bool second_await(struct tx *tx, const struct zone *zone, const struct second *second, const struct uuid *key,
                  struct error *err)
{
	return !second->found || TX_RUN(tx, DNS_AWAITED_PUT, NULL, err, DB_UUID(&zone->id), DB_UUID(&zone->org),
	                                DB_UUID(key), DB_UUID(&second->node.id), DB_TEXT(second->node.node_id));
}

bool second_join(struct tx *tx, struct zone *zone, const struct second *second, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(tx, DNS_AWAITED_TAKE, &rows, err, DB_UUID(&zone->id)))
		return false;
	if (second->found && rows_count(rows) && zone->n_nodes < WANTED_NODES)
		zone->nodes[zone->n_nodes++] = second->node;
	return true;
}
