/* ExportRecords. A page of a file of records; who sees what is as in a list. */
#include "audit.h"
#include "export.h"
#include "store.h"

enum { DEFAULT_LIMIT = 1000 };

static bool write_page(const struct export_format *format, const Stralix__V1__ListRecordsReply *page, bool first,
                       struct buf *out, struct error *err)
{
	if (first && format->head)
		format->head(out);
	for (size_t i = 0; i < page->n_records; i++)
		if (!format->record(out, page->records[i]))
			return error_set(err, ERR_INTERNAL, "write audit record %s", page->records[i]->id);
	return !buf_failed(out) || error_set(err, ERR_INTERNAL, "out of memory");
}

/* Errors: ERR_INVALID (cursor, format), ERR_NOT_FOUND (an organisation not for these eyes), ERR_UNAVAILABLE. */
bool audit_export_records(struct call *call, const Stralix__V1__ExportRecordsRequest *req, struct error *err)
{
	struct record_filter filter = { .before_id = req->cursor,
		                        .target_id = req->target_id,
		                        .target_kind = req->target_kind,
		                        .action = req->action,
		                        .actor = req->actor,
		                        .from_ms = req->from_ms,
		                        .until_ms = req->until_ms,
		                        .limit = req->limit ? req->limit : DEFAULT_LIMIT };
	const struct export_format *format = export_format_find(*req->format ? req->format : "jsonl");
	_cleanup_buf_ struct buf content = { 0 };
	Stralix__V1__ExportRecordsReply reply;
	Stralix__V1__ListRecordsReply list;
	Stralix__V1__Page page;
	struct uuid cursor;

	if (*req->cursor && !uuid_parse(req->cursor, &cursor))
		return error_field(err, "cursor", "CURSOR", "This page is no longer there; start from the first.");
	if (!format)
		return error_field(err, "format", "format", "jsonl or csv.");
	stralix__v1__export_records_reply__init(&reply);
	stralix__v1__list_records_reply__init(&list);
	stralix__v1__page__init(&page);
	list.page = &page;
	if (!call_scope(call, req->organisation_id, &filter.orgs, &filter.n_orgs, err) ||
	    !record_list(service_db_wide(call_service(call)), &filter, call_arena(call), &list, err) ||
	    !write_page(format, &list, !*req->cursor, &content, err))
		return false;
	if (content.size)
		reply.content = content.data;
	reply.next_cursor = page.next_cursor;
	return call_reply(call, &reply.base, err);
}
