/* ListWebsites. A customer's own, staff the assigned organisations', an admin all. */
#include "lib/service/list.h"

#include "store.h"
#include "view.h"
#include "web.h"

static const struct list_order orders[] = {
	{ "", ORDER_DOMAIN_UP, 'd', STRALIX__FORMAT__HOSTNAME },
	{ "domain", ORDER_DOMAIN_UP, 'd', STRALIX__FORMAT__HOSTNAME },
	{ "-domain", ORDER_DOMAIN_DOWN, 'D', STRALIX__FORMAT__HOSTNAME },
	{ "created_at", ORDER_MADE_UP, 'c', STRALIX__FORMAT__UUID },
	{ "createdAt", ORDER_MADE_UP, 'c', STRALIX__FORMAT__UUID },
	{ "-created_at", ORDER_MADE_DOWN, 'C', STRALIX__FORMAT__UUID },
};

static bool read_filter(struct call *call, const Stralix__V1__ListWebsitesRequest *req, const struct list_order *order,
                        struct website_filter *filter, struct error *err)
{
	enum website_state state;

	if (*req->state && !website_state_parse(req->state, &state))
		return error_field(err, "state", "state", "There is no such state.");
	*filter = (struct website_filter){
		.search = req->search,
		.state = req->state,
		.node_id = req->node_id,
		.order = (enum website_order)order->order,
		.limit = list_limit(req->limit),
	};
	return list_after(order, req->cursor, call_arena(call), &filter->after, err) &&
	       call_scope(call, req->organisation_id, &filter->orgs, &filter->n_orgs, err);
}

static bool reply_list(struct call *call, const struct website_list *list, const struct list_order *order,
                       struct error *err)
{
	const Stralix__V1__Website *last = NULL;
	struct arena *arena = call_arena(call);
	Stralix__V1__ListWebsitesReply reply;

	stralix__v1__list_websites_reply__init(&reply);
	if (!(reply.websites = list_rows(list->n, arena, err)))
		return false;
	for (; reply.n_websites < list->n; reply.n_websites++)
		if (!website_view(&list->sites[reply.n_websites], arena, &reply.websites[reply.n_websites], err))
			return false;
	if (list->more)
		last = reply.websites[list->n - 1];
	return list_page(order, list->total,
	                 last ? (order->key == STRALIX__FORMAT__UUID ? last->id : last->domain) : NULL, arena,
	                 &reply.page, err) &&
	       call_reply(call, &reply.base, err);
}

/* Errors: ERR_INVALID (sort, state, cursor), ERR_NOT_FOUND (an organisation not for these eyes), ERR_UNAVAILABLE. */
bool web_list_websites(struct call *call, const Stralix__V1__ListWebsitesRequest *req, struct error *err)
{
	const struct list_order *order =
		list_order_find(orders, ARRAY_SIZE(orders), req->sort, "domain or created_at", err);
	struct website_filter filter;
	struct website_list list = { 0 };

	return order && read_filter(call, req, order, &filter, err) &&
	       website_list(service_db_wide(call_service(call)), &filter, call_arena(call), &list, err) &&
	       reply_list(call, &list, order, err);
}
