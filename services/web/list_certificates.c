/* ListCertificates. A customer's own, staff the assigned organisations', an admin all. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/service/list.h"

#include "certificate_store.h"
#include "certificate_view.h"
#include "web.h"

enum { VALUE = 64 };

static const struct list_order orders[] = {
	{ "", CERTIFICATES_ENDS_UP, 'e', STRALIX__FORMAT__FORMAT_UNSET },
	{ "not_after", CERTIFICATES_ENDS_UP, 'e', STRALIX__FORMAT__FORMAT_UNSET },
	{ "-not_after", CERTIFICATES_ENDS_DOWN, 'E', STRALIX__FORMAT__FORMAT_UNSET },
	{ "created_at", CERTIFICATES_MADE_UP, 'c', STRALIX__FORMAT__FORMAT_UNSET },
	{ "-created_at", CERTIFICATES_MADE_DOWN, 'C', STRALIX__FORMAT__FORMAT_UNSET },
};

/* "<ms>.<uuid>": the last row of the page before. */
static bool read_cursor(const struct list_order *order, const char *cursor, struct arena *arena,
                        struct certificate_filter *filter, struct error *err)
{
	char *dot = NULL;
	const char *value;
	struct uuid id;

	if (!list_after(order, cursor, arena, &value, err))
		return false;
	filter->after_id = "";
	if (!*value)
		return true;
	filter->after_ms = strtoll(value, &dot, 10);
	if (dot == value || *dot != '.' || !uuid_parse(dot + 1, &id))
		return list_bad_cursor(err);
	filter->after_id = dot + 1;
	return true;
}

static bool read_filter(struct call *call, const Stralix__V1__ListCertificatesRequest *req,
                        const struct list_order *order, struct certificate_filter *filter, struct error *err)
{
	enum certificate_state state;

	if (*req->state && !certificate_state_parse(req->state, &state))
		return error_field(err, "state", "state", "There is no such state.");
	*filter = (struct certificate_filter){
		.search = req->search,
		.state = req->state,
		.website_id = req->website_id,
		.within_days = req->expires_within_days,
		.order = (enum certificate_order)order->order,
		.limit = list_limit(req->limit),
	};
	return read_cursor(order, req->cursor, call_arena(call), filter, err) &&
	       call_scope(call, req->organisation_id, &filter->orgs, &filter->n_orgs, err);
}

static bool reply_list(struct call *call, const struct certificate_list *list, const struct list_order *order,
                       struct error *err)
{
	struct arena *arena = call_arena(call);
	Stralix__V1__ListCertificatesReply reply;
	char value[VALUE], id[UUID_TEXT];
	const struct certificate *last;

	stralix__v1__list_certificates_reply__init(&reply);
	if (!(reply.certificates = list_rows(list->n, arena, err)))
		return false;
	for (; reply.n_certificates < list->n; reply.n_certificates++)
		if (!certificate_view(&list->rows[reply.n_certificates], false, arena,
		                      &reply.certificates[reply.n_certificates], err))
			return false;
	if (list->more) {
		last = &list->rows[list->n - 1];
		snprintf(value, sizeof(value), "%" PRId64 ".%s", last->not_after_ms, uuid_format(&last->id, id));
	}
	return list_page(order, list->total, list->more ? value : NULL, arena, &reply.page, err) &&
	       call_reply(call, &reply.base, err);
}

/* Errors: ERR_INVALID (sort, state, cursor), ERR_NOT_FOUND (an organisation not for these eyes), ERR_UNAVAILABLE. */
bool web_list_certificates(struct call *call, const Stralix__V1__ListCertificatesRequest *req, struct error *err)
{
	const struct list_order *order =
		list_order_find(orders, ARRAY_SIZE(orders), req->sort, "not_after or created_at", err);
	struct certificate_filter filter;
	struct certificate_list list = { 0 };

	return order && read_filter(call, req, order, &filter, err) &&
	       certificate_list(service_db_wide(call_service(call)), &filter, call_arena(call), &list, err) &&
	       reply_list(call, &list, order, err);
}
