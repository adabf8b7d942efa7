/* claims: see claims.h. */
#include "claims.h"

#include "lib/base/log.h"

#include "stralix/v1/authz.pb-c.h"

#include "view.h"

bool claim_taken(struct error *err)
{
	static const char words[] = "This name, or one above or below it, is in use already.";

	error_set(err, ERR_NONE, "%s", words);
	error_field(err, "name", "EXISTS", "%s", words);
	err->code = ERR_EXISTS;
	return false;
}

bool claim_zone(struct call *call, const struct zone *zone, struct error *err)
{
	Stralix__V1__ClaimDomainRequest request;
	Stralix__V1__Target target;
	ProtobufCMessage *reply;

	stralix__v1__claim_domain_request__init(&request);
	if (!zone_target(zone, NULL, call_arena(call), &target, err))
		return false;
	request.domain = target.name;
	request.organisation_id = target.organisation_id;
	request.resource_kind = target.kind;
	request.resource_id = target.id;
	if (call_rpc(call, "authz", "ClaimDomain", &request.base, &stralix__v1__empty__descriptor, &reply, err))
		return true;
	if (err->code == ERR_EXISTS)
		return claim_taken(err);
	if (err->code == ERR_INVALID) {
		*err = (struct error){ 0 };
		error_field(err, "name", "HOSTNAME", "Names are registered below this one; it can't be owned.");
	}
	return false;
}

static void fill(const struct zone *zone, char id[static UUID_TEXT], Stralix__V1__ClaimRef *ret)
{
	stralix__v1__claim_ref__init(ret);
	ret->domain = (char *)(uintptr_t)zone->name;
	ret->resource_id = uuid_format(&zone->id, id);
}

void claim_give_back(struct call *call, const struct zone *zone)
{
	Stralix__V1__ClaimRef claim;
	ProtobufCMessage *reply;
	struct error why = { 0 };
	char id[UUID_TEXT];

	fill(zone, id, &claim);
	if (!call_rpc(call, "authz", "ReleaseClaim", &claim.base, &stralix__v1__empty__descriptor, &reply, &why))
		log_failure(LOG_INFO_, &why, "give a claim back");
}

bool claim_confirm(struct change *change, const struct zone *zone, struct error *err)
{
	Stralix__V1__ClaimRef claim;
	char id[UUID_TEXT];

	fill(zone, id, &claim);
	return change_tell(change, "authz", "ConfirmClaim", &claim.base, err);
}

bool claim_release(struct change *change, const struct zone *zone, struct error *err)
{
	Stralix__V1__ClaimRef claim;
	char id[UUID_TEXT];

	fill(zone, id, &claim);
	return change_tell(change, "authz", "ReleaseClaim", &claim.base, err);
}
