/* ConfirmClaim. Makes a held claim last; it may come twice. */
#include "stralix/v1/common.pb-c.h"

#include "authz.h"
#include "claim.h"

/* Errors: ERR_NOT_FOUND, ERR_CONFLICT (it ran out and the name was taken), ERR_UNAVAILABLE. */
bool authz_confirm_claim(struct call *call, const Stralix__V1__ClaimRef *req, struct error *err)
{
	struct uuid resource;
	Stralix__V1__Empty reply;

	stralix__v1__empty__init(&reply);
	return uuid_parse(req->resource_id, &resource) &&
	       claim_confirm(service_db_wide(call_service(call)), req->domain, &resource, call_arena(call), err) &&
	       call_reply(call, &reply.base, err);
}
