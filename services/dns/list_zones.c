/* ListZones. A customer's own, staff the assigned organisations', an admin all. */
#include <string.h>

#include "lib/base/cursor.h"
#include "lib/contract/format.h"

#include "dns.h"
#include "store.h"
#include "view.h"

enum { DEFAULT_LIMIT = 50 };

/* What a list may be sorted by; the letter stands in its cursors. */
static const struct sort {
	const char *name;
	enum zone_order order;
	char letter;
} sorts[] = {
	{ "", ORDER_NAME_UP, 'n' },          { "name", ORDER_NAME_UP, 'n' },
	{ "-name", ORDER_NAME_DOWN, 'N' },   { "created_at", ORDER_MADE_UP, 'c' },
	{ "createdAt", ORDER_MADE_UP, 'c' }, { "-created_at", ORDER_MADE_DOWN, 'C' },
};

static const struct sort *find_sort(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(sorts); i++)
		if (!strcmp(sorts[i].name, name))
			return &sorts[i];
	return NULL;
}

static bool by_id(const struct sort *sort)
{
	return sort->order == ORDER_MADE_UP || sort->order == ORDER_MADE_DOWN;
}

static bool read_cursor(const struct sort *sort, const char *cursor, struct arena *arena, struct zone_filter *filter,
                        struct error *err)
{
	const char *reason, *value = cursor_read(sort->letter, cursor, arena);
	struct uuid id;

	if (!value || (by_id(sort) ? !uuid_parse(value, &id)
	                           : !format_check(STRALIX__FORMAT__DNS_ZONE, value, arena, &value, &reason)))
		return error_field(err, "cursor", "CURSOR", "This page is no longer there; start from the first.");
	filter->after = value;
	return true;
}

static bool read_filter(struct call *call, const Stralix__V1__ListZonesRequest *req, const struct sort *sort,
                        struct zone_filter *filter, struct error *err)
{
	enum zone_state state;

	if (*req->account_id && *req->node_id)
		return error_field(err, "accountId", "conflict", "Choose a node or an account.");
	if (*req->state && !zone_state_parse(req->state, &state))
		return error_field(err, "state", "state", "There is no such state.");
	*filter = (struct zone_filter){
		.search = req->search,
		.state = req->state,
		.node_id =
			*req->account_id ? req->account_id : req->node_id, /* of either a row of its places has one */
		.after = "",
		.order = sort->order,
		.limit = req->limit ? req->limit : DEFAULT_LIMIT,
	};
	return (!*req->cursor || read_cursor(sort, req->cursor, call_arena(call), filter, err)) &&
	       call_scope(call, req->organisation_id, &filter->orgs, &filter->n_orgs, err);
}

/* The cursor of the page behind this one, from its last row. */
static bool write_cursor(const struct sort *sort, const Stralix__V1__Zone *last, struct arena *arena,
                         Stralix__V1__Page *page, struct error *err)
{
	const char *cursor = cursor_write(sort->letter, by_id(sort) ? last->id : last->name, arena);

	page->next_cursor = cursor ? arena_strdup(arena, cursor) : NULL;
	return page->next_cursor || error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
}

/* Without what only one zone's own page shows. */
static bool view_in_list(const struct zone *zone, const struct dns_settings *settings, struct arena *arena,
                         Stralix__V1__Zone **ret, struct error *err)
{
	if (!zone_view(zone, settings->name_servers, arena, ret, err))
		return false;
	(*ret)->settings = NULL;
	(*ret)->n_name_servers = 0;
	return true;
}

static bool reply_list(struct call *call, const struct zone_list *list, const struct sort *sort, struct error *err)
{
	const struct dns_settings *settings = service_settings(call_service(call));
	struct arena *arena = call_arena(call);
	Stralix__V1__ListZonesReply reply;
	Stralix__V1__Page page;

	stralix__v1__list_zones_reply__init(&reply);
	stralix__v1__page__init(&page);
	reply.page = &page;
	page.total = list->total;
	reply.zones = arena_alloc(arena, (list->n + 1) * sizeof(Stralix__V1__Zone *));
	if (!reply.zones)
		return error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
	for (; reply.n_zones < list->n; reply.n_zones++)
		if (!view_in_list(&list->zones[reply.n_zones], settings, arena, &reply.zones[reply.n_zones], err))
			return false;
	if (list->more && !write_cursor(sort, reply.zones[list->n - 1], arena, &page, err))
		return false;
	return call_reply(call, &reply.base, err);
}

/* Errors: ERR_INVALID (sort, state, cursor), ERR_NOT_FOUND (an organisation not for these eyes), ERR_UNAVAILABLE. */
bool dns_list_zones(struct call *call, const Stralix__V1__ListZonesRequest *req, struct error *err)
{
	const struct sort *sort = find_sort(req->sort);
	struct zone_filter filter;
	struct zone_list list = { 0 };

	if (!sort)
		return error_field(err, "sort", "sort", "Sort by name or created_at, downwards with a hyphen before.");
	return read_filter(call, req, sort, &filter, err) &&
	       zone_list(service_db_wide(call_service(call)), &filter, call_arena(call), &list, err) &&
	       reply_list(call, &list, sort, err);
}
