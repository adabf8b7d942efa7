/* ReleaseClaim. Gives a claim up; it may come twice. */
#include "stralix/v1/common.pb-c.h"

#include "authz.h"
#include "claim.h"

/* Errors: ERR_UNAVAILABLE. */
bool authz_release_claim(struct call *call, const Stralix__V1__ClaimRef *req, struct error *err)
{
	struct uuid resource;
	Stralix__V1__Empty reply;

	stralix__v1__empty__init(&reply);
	return uuid_parse(req->resource_id, &resource) &&
	       claim_release(service_db_wide(call_service(call)), req->domain, &resource, err) &&
	       call_reply(call, &reply.base, err);
}
