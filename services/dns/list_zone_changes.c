/* ListZoneChanges and GetZoneChange. What was changed in a zone, newest first. */
#include "desire.h"
#include "dns.h"
#include "dns_sql.h"
#include "history.h"

enum { DEFAULT_LIMIT = 50, TOTAL = 12 };

static bool fill(const struct rows *rows, unsigned limit, struct arena *arena, Stralix__V1__ListZoneChangesReply *reply,
                 struct error *err)
{
	unsigned n = rows_count(rows) < limit ? rows_count(rows) : limit;

	reply->changes = arena_alloc(arena, (n + 1) * sizeof(void *));
	if (!reply->changes)
		return error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
	for (; reply->n_changes < n; reply->n_changes++)
		if (!history_view(rows, (unsigned)reply->n_changes, arena, &reply->changes[reply->n_changes], err))
			return false;
	reply->page->total = n ? (uint64_t)rows_int(rows, 0, TOTAL) : 0;
	if (rows_count(rows) > n)
		reply->page->next_cursor = reply->changes[n - 1]->id;
	return true;
}

/* Errors: ERR_NOT_FOUND, ERR_INVALID (cursor). */
bool dns_list_zone_changes(struct call *call, const Stralix__V1__ListZoneChangesRequest *req, struct error *err)
{
	unsigned limit = req->limit ? req->limit : DEFAULT_LIMIT;
	_cleanup_(rows_freep) struct rows *rows = NULL;
	Stralix__V1__ListZoneChangesReply reply;
	Stralix__V1__Page page;
	struct uuid after;
	struct zone zone;

	if (*req->cursor && !uuid_parse(req->cursor, &after))
		return error_field(err, "cursor", "CURSOR", "This page is no longer there; start from the first.");
	stralix__v1__list_zone_changes_reply__init(&reply);
	stralix__v1__page__init(&page);
	reply.page = &page;
	return zone_see(call, req->zone_id, &zone, err) &&
	       DB_RUN(service_db_wide(call_service(call)), NULL, DNS_WIDE_CHANGE_LIST, &rows, err, DB_UUID(&zone.id),
	              DB_UUID(*req->cursor ? &after : NULL), DB_INT(limit + 1)) &&
	       fill(rows, limit, call_arena(call), &reply, err) && call_reply(call, &reply.base, err);
}

/* Errors: ERR_NOT_FOUND. */
bool dns_get_zone_change(struct call *call, const Stralix__V1__GetZoneChangeRequest *req, struct error *err)
{
	Stralix__V1__GetZoneChangeReply reply;
	struct zone zone;

	return zone_see(call, req->zone_id, &zone, err) &&
	       history_find(service_db_wide(call_service(call)), &zone, req->change_id, call_arena(call), &reply,
	                    err) &&
	       call_reply(call, &reply.base, err);
}
