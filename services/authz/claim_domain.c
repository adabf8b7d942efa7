/* ClaimDomain. Holds a domain for a resource, or refuses it. */
#include "stralix/v1/common.pb-c.h"

#include "authz.h"
#include "claim.h"

/*
 * Effects  a claim row, held for AUTHZ_HOLD_S; the same resource may come again.
 * Errors   ERR_EXISTS (domain), ERR_INVALID (a public suffix), ERR_NOT_FOUND (organisation), ERR_UNAVAILABLE.
 */
bool authz_claim_domain(struct call *call, const Stralix__V1__ClaimDomainRequest *req, struct error *err)
{
	struct claim claim = { .domain = req->domain, .kind = req->resource_kind };
	Stralix__V1__Empty reply;

	stralix__v1__empty__init(&reply);
	return uuid_parse(req->organisation_id, &claim.org) && uuid_parse(req->resource_id, &claim.resource) &&
	       claim_hold(service_db_wide(call_service(call)), &claim, call_arena(call), err) &&
	       call_reply(call, &reply.base, err);
}
