/* GetDnssec, EnableDnssec, DisableDnssec, RolloverDnssec. Zones aren't signed: there are no keys on their nodes. */
#include "desire.h"
#include "dns.h"

/* Errors: ERR_NOT_FOUND. */
bool dns_get_dnssec(struct call *call, const Stralix__V1__GetDnssecRequest *req, struct error *err)
{
	Stralix__V1__GetDnssecReply reply;
	Stralix__V1__Dnssec dnssec;
	char off[] = "off";
	struct zone zone;

	stralix__v1__get_dnssec_reply__init(&reply);
	stralix__v1__dnssec__init(&dnssec);
	dnssec.state = off;
	reply.dnssec = &dnssec;
	return zone_see(call, req->zone_id, &zone, err) && call_reply(call, &reply.base, err);
}

static bool refuse(struct call *call, const char *zone_id, struct error *err)
{
	struct zone zone;

	return zone_see(call, zone_id, &zone, err) &&
	       error_set(err, ERR_CONFLICT, "The servers of this zone can't sign it.");
}

/* Errors: ERR_NOT_FOUND, ERR_CONFLICT. */
bool dns_enable_dnssec(struct call *call, const Stralix__V1__EnableDnssecRequest *req, struct error *err)
{
	return refuse(call, req->zone_id, err);
}

bool dns_disable_dnssec(struct call *call, const Stralix__V1__DisableDnssecRequest *req, struct error *err)
{
	return refuse(call, req->zone_id, err);
}

bool dns_rollover_dnssec(struct call *call, const Stralix__V1__RolloverDnssecRequest *req, struct error *err)
{
	return refuse(call, req->zone_id, err);
}
