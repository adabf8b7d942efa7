/* GetOrganisation. Shows one organisation. */
#include "authz.h"
#include "organisation.h"

/* Errors: ERR_NOT_FOUND, the same for absent and not for these eyes. */
bool authz_get_organisation(struct call *call, const Stralix__V1__GetOrganisationRequest *req, struct error *err)
{
	Stralix__V1__OrganisationReply reply;

	stralix__v1__organisation_reply__init(&reply);
	return organisation_find(call, req->organisation_id, &reply.organisation, err) &&
	       call_reply(call, &reply.base, err);
}
