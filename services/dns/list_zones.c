/* ListZones. A customer's own, staff the assigned organisations', an admin all. */
#include "lib/service/list.h"

#include "dns.h"
#include "store.h"
#include "view.h"

static const struct list_order orders[] = {
	{ "", ORDER_NAME_UP, 'n', STRALIX__FORMAT__DNS_ZONE },
	{ "name", ORDER_NAME_UP, 'n', STRALIX__FORMAT__DNS_ZONE },
	{ "-name", ORDER_NAME_DOWN, 'N', STRALIX__FORMAT__DNS_ZONE },
	{ "created_at", ORDER_MADE_UP, 'c', STRALIX__FORMAT__UUID },
	{ "createdAt", ORDER_MADE_UP, 'c', STRALIX__FORMAT__UUID },
	{ "-created_at", ORDER_MADE_DOWN, 'C', STRALIX__FORMAT__UUID },
};

static bool read_filter(struct call *call, const Stralix__V1__ListZonesRequest *req, const struct list_order *order,
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
		.order = (enum zone_order)order->order,
		.limit = list_limit(req->limit),
	};
	return list_after(order, req->cursor, call_arena(call), &filter->after, err) &&
	       call_scope(call, req->organisation_id, &filter->orgs, &filter->n_orgs, err);
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

static bool reply_list(struct call *call, const struct zone_list *list, const struct list_order *order,
                       struct error *err)
{
	const struct dns_settings *settings = service_settings(call_service(call));
	const Stralix__V1__Zone *last = NULL;
	struct arena *arena = call_arena(call);
	Stralix__V1__ListZonesReply reply;

	stralix__v1__list_zones_reply__init(&reply);
	if (!(reply.zones = list_rows(list->n, arena, err)))
		return false;
	for (; reply.n_zones < list->n; reply.n_zones++)
		if (!view_in_list(&list->zones[reply.n_zones], settings, arena, &reply.zones[reply.n_zones], err))
			return false;
	if (list->more)
		last = reply.zones[list->n - 1];
	return list_page(order, list->total,
	                 last ? (order->key == STRALIX__FORMAT__UUID ? last->id : last->name) : NULL, arena,
	                 &reply.page, err) &&
	       call_reply(call, &reply.base, err);
}

/* Errors: ERR_INVALID (sort, state, cursor), ERR_NOT_FOUND (an organisation not for these eyes), ERR_UNAVAILABLE. */
bool dns_list_zones(struct call *call, const Stralix__V1__ListZonesRequest *req, struct error *err)
{
	const struct list_order *order =
		list_order_find(orders, ARRAY_SIZE(orders), req->sort, "name or created_at", err);
	struct zone_filter filter;
	struct zone_list list = { 0 };

	return order && read_filter(call, req, order, &filter, err) &&
	       zone_list(service_db_wide(call_service(call)), &filter, call_arena(call), &list, err) &&
	       reply_list(call, &list, order, err);
}
