/* ListZoneUsage. How many zones an organisation has, and of how many. */
#include "dns.h"
#include "dns_sql.h"

/* Errors: ERR_NOT_FOUND (an organisation not for these eyes), ERR_UNAVAILABLE. */
bool dns_list_zone_usage(struct call *call, const Stralix__V1__ListUsageRequest *req, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	Stralix__V1__ListUsageReply reply;
	Stralix__V1__Usage zones, *list[] = { &zones };
	char kind[] = DNS_QUOTA;
	struct uuid org;

	stralix__v1__list_usage_reply__init(&reply);
	stralix__v1__usage__init(&zones);
	reply.usage = list;
	reply.n_usage = 1;
	zones.kind = kind;
	if (!call_choose_org(call, req->organisation_id, &org, err) ||
	    !DB_RUN(service_db_wide(call_service(call)), NULL, DNS_WIDE_USAGE_SHOW, &rows, err, DB_UUID(&org),
	            DB_TEXT(DNS_QUOTA)))
		return error_wrap(err, "list usage");
	if (rows_count(rows)) { /* without a row there was never a zone, and there is no limit */
		zones.used = (uint32_t)rows_int(rows, 0, 1);
		zones.limited = !rows_null(rows, 0, 2);
		zones.limit = (uint32_t)rows_int(rows, 0, 2);
	}
	return call_reply(call, &reply.base, err);
}
