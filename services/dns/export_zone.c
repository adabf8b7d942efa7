/* ExportZone. The zone as a zone file. */
#include <string.h>

#include "lib/base/buf.h"
#include "lib/dns/zonefile.h"

#include "desire.h"
#include "dns.h"
#include "weigh.h"

/* Errors: ERR_NOT_FOUND. */
bool dns_export_zone(struct call *call, const Stralix__V1__ExportZoneRequest *req, struct error *err)
{
	const struct dns_settings *settings = service_settings(call_service(call));
	struct dns_record own[OWN_RECORDS], *records, *all;
	struct arena *arena = call_arena(call);
	_cleanup_buf_ struct buf text = { 0 };
	Stralix__V1__ExportZoneReply reply;
	struct content content;
	size_t n, n_own;
	struct zone zone;

	if (!zone_see(call, req->zone_id, &zone, err) ||
	    !content_find(service_db_wide(call_service(call)), &zone, arena, &content, err) ||
	    !content_records(&content, &zone, &records, &n, err) ||
	    !content_own(&content, &zone, settings->name_servers, settings->contact, own, &n_own, err))
		return false;
	stralix__v1__export_zone_reply__init(&reply);
	reply.serial = zone.serial;
	all = arena_alloc(arena, (n + n_own + 1) * sizeof(*all));
	if (!all)
		return error_set(err, ERR_TOO_LARGE, "no room for the zone file");
	memcpy(all, own, n_own * sizeof(*all));
	if (n)
		memcpy(all + n_own, records, n * sizeof(*all));
	zonefile_write(all, n + n_own, zone.origin, arena, &text); /* the SOA comes first */
	if (buf_failed(&text))
		return error_set(err, ERR_TOO_LARGE, "no room for the zone file");
	reply.zone_file = text.data;
	return call_reply(call, &reply.base, err);
}
