/* ListCertificates. A customer's own, staff the assigned organisations', an admin all. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cursor.h"

#include "certificate_store.h"
#include "certificate_view.h"
#include "web.h"

enum { DEFAULT_LIMIT = 50, VALUE = 64 };

static const struct sort {
	const char *name;
	enum certificate_order order;
	char letter;
} sorts[] = {
	{ "", CERTIFICATES_ENDS_UP, 'e' },
	{ "not_after", CERTIFICATES_ENDS_UP, 'e' },
	{ "-not_after", CERTIFICATES_ENDS_DOWN, 'E' },
	{ "created_at", CERTIFICATES_MADE_UP, 'c' },
	{ "-created_at", CERTIFICATES_MADE_DOWN, 'C' },
};

static const struct sort *find_sort(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(sorts); i++)
		if (strcmp(sorts[i].name, name) == 0)
			return &sorts[i];
	return NULL;
}

/* "<ms>.<uuid>": the last row of the page before. */
static bool read_cursor(const struct sort *sort, const char *cursor, struct arena *arena,
                        struct certificate_filter *filter, struct error *err)
{
	const char *value = cursor_read(sort->letter, cursor, arena);
	char *dot = NULL;
	struct uuid id;

	if (value)
		filter->after_ms = strtoll(value, &dot, 10);
	if (!value || dot == value || *dot != '.' || !uuid_parse(dot + 1, &id))
		return error_field(err, "cursor", "CURSOR", "This page is no longer there; start from the first.");
	filter->after_id = dot + 1;
	return true;
}

static bool read_filter(struct call *call, const Stralix__V1__ListCertificatesRequest *req, const struct sort *sort,
                        struct certificate_filter *filter, struct error *err)
{
	enum certificate_state state;

	if (*req->state && !certificate_state_parse(req->state, &state))
		return error_field(err, "state", "state", "There is no such state.");
	*filter = (struct certificate_filter){
		.search = req->search,
		.state = req->state,
		.website_id = req->website_id,
		.within_days = req->expires_within_days,
		.order = sort->order,
		.after_id = "",
		.limit = req->limit ? req->limit : DEFAULT_LIMIT,
	};
	return (!*req->cursor || read_cursor(sort, req->cursor, call_arena(call), filter, err)) &&
	       call_scope(call, req->organisation_id, &filter->orgs, &filter->n_orgs, err);
}

static bool write_cursor(const struct sort *sort, const struct certificate *last, struct arena *arena,
                         Stralix__V1__Page *page, struct error *err)
{
	char value[VALUE], id[UUID_TEXT];
	const char *cursor;

	snprintf(value, sizeof(value), "%" PRId64 ".%s", last->not_after_ms, uuid_format(&last->id, id));
	cursor = cursor_write(sort->letter, value, arena);
	page->next_cursor = cursor ? arena_strdup(arena, cursor) : NULL;
	return page->next_cursor || error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
}

static bool reply_list(struct call *call, const struct certificate_list *list, const struct sort *sort,
                       struct error *err)
{
	struct arena *arena = call_arena(call);
	Stralix__V1__ListCertificatesReply reply;
	Stralix__V1__Page page;

	stralix__v1__list_certificates_reply__init(&reply);
	stralix__v1__page__init(&page);
	reply.page = &page;
	page.total = list->total;
	reply.certificates = arena_alloc(arena, (list->n + 1) * sizeof(*reply.certificates));
	if (!reply.certificates)
		return error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
	for (; reply.n_certificates < list->n; reply.n_certificates++)
		if (!certificate_view(&list->rows[reply.n_certificates], false, arena,
		                      &reply.certificates[reply.n_certificates], err))
			return false;
	if (list->more && !write_cursor(sort, &list->rows[list->n - 1], arena, &page, err))
		return false;
	return call_reply(call, &reply.base, err);
}

/* Errors: ERR_INVALID (sort, state, cursor), ERR_NOT_FOUND (an organisation not for these eyes), ERR_UNAVAILABLE. */
bool web_list_certificates(struct call *call, const Stralix__V1__ListCertificatesRequest *req, struct error *err)
{
	const struct sort *sort = find_sort(req->sort);
	struct certificate_filter filter;
	struct certificate_list list = { 0 };

	if (!sort)
		return error_field(err, "sort", "sort",
		                   "Sort by not_after or created_at, downwards with a hyphen before.");
	return read_filter(call, req, sort, &filter, err) &&
	       certificate_list(service_db_wide(call_service(call)), &filter, call_arena(call), &list, err) &&
	       reply_list(call, &list, sort, err);
}
