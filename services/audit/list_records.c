/* ListRecords. Newest first: a customer's own, staff the assigned ones', an admin all. */
#include "audit.h"
#include "store.h"

enum { DEFAULT_LIMIT = 50 };

/* Errors: ERR_INVALID (cursor), ERR_NOT_FOUND (an organisation not for these eyes), ERR_UNAVAILABLE. */
bool audit_list_records(struct call *call, const Stralix__V1__ListRecordsRequest *req, struct error *err)
{
	struct record_filter filter = { .before_id = req->cursor,
		                        .target_id = req->target_id,
		                        .target_kind = req->target_kind,
		                        .action = req->action,
		                        .actor = req->actor,
		                        .from_ms = req->from_ms,
		                        .until_ms = req->until_ms,
		                        .count = true,
		                        .limit = req->limit ? req->limit : DEFAULT_LIMIT };
	Stralix__V1__ListRecordsReply reply;
	Stralix__V1__Page page;
	struct uuid cursor;

	if (*req->cursor && !uuid_parse(req->cursor, &cursor))
		return error_field(err, "cursor", "CURSOR", "This page is no longer there; start from the first.");
	stralix__v1__list_records_reply__init(&reply);
	stralix__v1__page__init(&page);
	reply.page = &page;
	return call_scope(call, req->organisation_id, &filter.orgs, &filter.n_orgs, err) &&
	       record_list(service_db_wide(call_service(call)), &filter, call_arena(call), &reply, err) &&
	       call_reply(call, &reply.base, err);
}
