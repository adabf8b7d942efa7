/* ListOrganisations. Those that the caller may see, oldest first. */
#include "lib/base/clock.h"

#include "authz.h"
#include "authz_sql.h"

enum { DEFAULT_LIMIT = 50 };

/* What to list: orgs NULL is all. */
struct page {
	const char *const *orgs;
	size_t n_orgs;
	const char *after; /* an id; "" for the first page */
	unsigned limit;
};

static struct db_param scope(const struct page *page)
{
	return page->orgs ? DB_TEXTS(page->orgs, page->n_orgs) : DB_NULL;
}

static Stralix__V1__Organisation *read_row(const struct rows *rows, unsigned i, struct arena *arena)
{
	Stralix__V1__Organisation *it = arena_alloc(arena, sizeof(*it));
	char *created_at = arena_alloc(arena, CLOCK_RFC3339);

	if (!it || !created_at)
		return NULL;
	stralix__v1__organisation__init(it);
	it->id = arena_strdup(arena, rows_text(rows, i, 0));
	it->name = arena_strdup(arena, rows_text(rows, i, 1));
	it->created_at = clock_rfc3339(rows_int(rows, i, 2), created_at);
	return it->id && it->name ? it : NULL;
}

/* One row more than asked for says that there is a next page. */
static bool read_rows(const struct rows *rows, const struct page *page, struct arena *arena,
                      Stralix__V1__ListOrganisationsReply *reply, struct error *err)
{
	unsigned n = rows_count(rows) > page->limit ? page->limit : rows_count(rows);

	reply->organisations = arena_alloc(arena, (n + 1) * sizeof(Stralix__V1__Organisation *));
	for (; reply->organisations && reply->n_organisations < n; reply->n_organisations++) {
		unsigned i = (unsigned)reply->n_organisations;

		reply->organisations[i] = read_row(rows, i, arena);
		if (!reply->organisations[i])
			break;
	}
	if (!reply->organisations || reply->n_organisations < n)
		return error_set(err, ERR_TOO_LARGE, "no room for the list");
	if (rows_count(rows) > n)
		reply->page->next_cursor = reply->organisations[n - 1]->id;
	return true;
}

static bool read_list(struct db *wide, const struct page *page, struct arena *arena,
                      Stralix__V1__ListOrganisationsReply *reply, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL, *total = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;

	if (!tx_begin(wide, NULL, &tx, err) ||
	    !TX_RUN(tx, AUTHZ_WIDE_ORGANISATION_LIST, &rows, err, scope(page), DB_TEXT_OR_NULL(page->after),
	            DB_INT(page->limit + 1)) ||
	    !TX_RUN(tx, AUTHZ_WIDE_ORGANISATION_COUNT, &total, err, scope(page)) || !tx_commit(&tx, err))
		return error_wrap(err, "list organisations");
	reply->page->total = (uint64_t)rows_int(total, 0, 0);
	return read_rows(rows, page, arena, reply, err);
}

/* Errors: ERR_INVALID (cursor), ERR_UNAVAILABLE. */
bool authz_list_organisations(struct call *call, const Stralix__V1__ListOrganisationsRequest *req, struct error *err)
{
	struct page page = { .after = req->cursor, .limit = req->limit ? req->limit : DEFAULT_LIMIT };
	Stralix__V1__ListOrganisationsReply reply;
	Stralix__V1__Page paging;
	struct uuid after;

	if (*req->cursor && !uuid_parse(req->cursor, &after))
		return error_field(err, "cursor", "CURSOR", "This page is no longer there; start from the first.");
	stralix__v1__list_organisations_reply__init(&reply);
	stralix__v1__page__init(&paging);
	reply.page = &paging;
	return call_scope(call, "", &page.orgs, &page.n_orgs, err) &&
	       read_list(service_db_wide(call_service(call)), &page, call_arena(call), &reply, err) &&
	       call_reply(call, &reply.base, err);
}
