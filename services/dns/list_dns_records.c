/* ListDnsRecords. In the order of their names; the service's own come first. */
#include <stdlib.h>
#include <string.h>

#include "lib/dns/name.h"

#include "desire.h"
#include "dns.h"
#include "view.h"
#include "weigh.h"

enum { DEFAULT_LIMIT = 100 };

struct wanted {
	const Stralix__V1__ListDnsRecordsRequest *req;
	const char *name; /* absolute; NULL: any */
	bool managed, own;
	size_t skip;
	const struct uuid *zone;
	const struct limit *limits; /* NULL: all */
	size_t n_limits;
};

enum { CURSOR_DIGITS = 9 };

static bool read_filter(struct call *call, const Stralix__V1__ListDnsRecordsRequest *req, const struct zone *zone,
                        struct wanted *ret, struct error *err)
{
	const char *why = "";

	*ret = (struct wanted){
		.req = req,
		.name = *req->name ? dns_owner(req->name, zone->origin, call_arena(call), &why) : NULL,
		.managed = strcmp(req->managed, "no") != 0,
		.own = strcmp(req->managed, "yes") != 0,
		.skip = strtoul(req->cursor, NULL, 10),
		.zone = &zone->id,
	};
	ret->limits = call_limits(call, &ret->n_limits);
	if (strspn(req->cursor, "0123456789") != strlen(req->cursor) || strlen(req->cursor) > CURSOR_DIGITS)
		return error_field(err, "cursor", "CURSOR", "This page is no longer there; start from the first.");
	if (*req->name && !ret->name)
		return error_field(err, "name", "name", "%s", why);
	if (*req->managed && ret->managed && ret->own)
		return error_field(err, "managed", "managed", "Say yes or no.");
	return true;
}

static bool fits(const struct wanted *wanted, const struct dns_record *record, const struct row *row)
{
	const char *search = wanted->req->search;
	bool managed = !row || *row->managed_by;

	if ((managed && !wanted->managed) || (!managed && !wanted->own))
		return false;
	if (wanted->limits &&
	    !limits_hold(wanted->limits, wanted->n_limits, wanted->zone, record->name, dns_type_name(record->type)))
		return false;
	if (*wanted->req->type && strcmp(dns_type_name(record->type), wanted->req->type) != 0)
		return false;
	if (wanted->name && strcmp(record->name, wanted->name) != 0)
		return false;
	return !*search || strcasestr(record->name, search) || strcasestr(record->data, search) ||
	       (row && strcasestr(row->comment, search));
}

/* All of them, those too that don't stand in the zone; the service's own before the others. */
static bool collect(const struct content *content, const struct zone *zone, const struct dns_settings *settings,
                    struct dns_record **ret, size_t *n, struct error *err)
{
	struct dns_record own[OWN_RECORDS], *all;
	uint32_t ttl = zone_times(zone).ttl;
	size_t n_own;

	if (!content_own(content, zone, settings->name_servers, settings->contact, own, &n_own, err))
		return false;
	all = arena_alloc(content->arena, (content->n + n_own + 1) * sizeof(*all));
	if (!all)
		return error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
	memcpy(all, own, n_own * sizeof(*all));
	for (size_t i = 0; i < content->n; i++) {
		const struct row *row = &content->rows[i];

		all[n_own + i] = (struct dns_record){ row->name, row->type, row->ttl ? row->ttl : ttl, row->data, i };
	}
	dns_sort(all + n_own, content->n);
	*ret = all;
	*n = content->n + n_own;
	return true;
}

/* The page: the cursor is how many fitting records came before. */
static bool fill(const struct content *content, const struct zone *zone, const struct wanted *wanted,
                 const struct dns_record *all, size_t n, Stralix__V1__ListDnsRecordsReply *reply, struct error *err)
{
	unsigned limit = wanted->req->limit ? wanted->req->limit : DEFAULT_LIMIT;
	size_t found = 0;

	reply->records = arena_alloc(content->arena, (limit + 1) * sizeof(void *));
	if (!reply->records)
		return error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
	for (size_t i = 0; i < n; i++) {
		const struct row *row = all[i].tag == OWN_TAG ? NULL : &content->rows[all[i].tag];

		if (!fits(wanted, &all[i], row) || found++ < wanted->skip || reply->n_records == limit)
			continue;
		if (!record_view(&all[i], row, zone, content->arena, &reply->records[reply->n_records++], err))
			return false;
	}
	reply->page->total = found;
	if (found > wanted->skip + limit)
		reply->page->next_cursor = arena_printf(content->arena, "%zu", wanted->skip + limit);
	return reply->page->next_cursor || error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
}

/* Errors: ERR_NOT_FOUND, ERR_INVALID (name, managed, cursor). */
bool dns_list_dns_records(struct call *call, const Stralix__V1__ListDnsRecordsRequest *req, struct error *err)
{
	struct arena *arena = call_arena(call);
	Stralix__V1__ListDnsRecordsReply reply;
	struct content content;
	struct wanted wanted;
	Stralix__V1__Page page;
	char etag[ZONE_ETAG];
	struct dns_record *all;
	struct zone zone;
	size_t n;

	stralix__v1__list_dns_records_reply__init(&reply);
	stralix__v1__page__init(&page);
	reply.page = &page;
	if (!zone_see(call, req->zone_id, &zone, err) || !read_filter(call, req, &zone, &wanted, err) ||
	    !content_find(service_db_wide(call_service(call)), &zone, arena, &content, err) ||
	    !collect(&content, &zone, service_settings(call_service(call)), &all, &n, err) ||
	    !fill(&content, &zone, &wanted, all, n, &reply, err))
		return false;
	reply.serial = zone.serial;
	reply.records_etag = (char *)(uintptr_t)zone_records_etag(&zone, etag);
	return call_reply(call, &reply.base, err);
}
