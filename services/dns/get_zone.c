/* GetZone. Shows one zone with its servers. */
#include "desire.h"
#include "dns.h"
#include "view.h"

/* Errors: ERR_NOT_FOUND, the same for absent and not for these eyes. */
bool dns_get_zone(struct call *call, const Stralix__V1__GetZoneRequest *req, struct error *err)
{
	const struct dns_settings *settings = service_settings(call_service(call));
	Stralix__V1__GetZoneReply reply;
	struct zone zone;

	stralix__v1__get_zone_reply__init(&reply);
	return zone_see(call, req->zone_id, &zone, err) &&
	       zone_view(&zone, settings->name_servers, call_arena(call), &reply.zone, err) &&
	       call_reply(call, &reply.base, err);
}
