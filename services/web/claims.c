/* claims: see claims.h. */
#include "claims.h"

#include "lib/base/log.h"

#include "stralix/v1/authz.pb-c.h"

#include "view.h"

bool claim_taken(const char *field, struct error *err)
{
	static const char words[] = "This domain, or one above or below it, is in use already.";

	error_set(err, ERR_NONE, "%s", words);
	error_field(err, field, "EXISTS", "%s", words);
	err->code = ERR_EXISTS;
	return false;
}

bool claim_name(struct call *call, const struct website *site, const char *name, const char *field, struct error *err)
{
	Stralix__V1__ClaimDomainRequest request;
	Stralix__V1__Target target;
	ProtobufCMessage *reply;

	stralix__v1__claim_domain_request__init(&request);
	if (!website_target(site, call_arena(call), &target, err))
		return false;
	request.domain = (char *)(uintptr_t)name;
	request.organisation_id = target.organisation_id;
	request.resource_kind = target.kind;
	request.resource_id = target.id;
	if (call_rpc(call, "authz", "ClaimDomain", &request.base, &stralix__v1__empty__descriptor, &reply, err))
		return true;
	return err->code == ERR_EXISTS ? claim_taken(field, err) : false;
}

static void fill(const struct website *site, const char *name, char id[static UUID_TEXT], Stralix__V1__ClaimRef *ret)
{
	stralix__v1__claim_ref__init(ret);
	ret->domain = (char *)(uintptr_t)name;
	ret->resource_id = uuid_format(&site->id, id);
}

void claim_give_back(struct call *call, const struct website *site, const char *name)
{
	Stralix__V1__ClaimRef claim;
	ProtobufCMessage *reply;
	struct error why = { 0 };
	char id[UUID_TEXT];

	fill(site, name, id, &claim);
	if (!call_rpc(call, "authz", "ReleaseClaim", &claim.base, &stralix__v1__empty__descriptor, &reply, &why))
		log_failure(LOG_INFO_, &why, "give a claim back");
}

bool claim_confirm(struct change *change, const struct website *site, const char *name, struct error *err)
{
	Stralix__V1__ClaimRef claim;
	char id[UUID_TEXT];

	fill(site, name, id, &claim);
	return change_tell(change, "authz", "ConfirmClaim", &claim.base, err);
}

bool claim_release(struct change *change, const struct website *site, const char *name, struct error *err)
{
	Stralix__V1__ClaimRef claim;
	char id[UUID_TEXT];

	fill(site, name, id, &claim);
	return change_tell(change, "authz", "ReleaseClaim", &claim.base, err);
}
