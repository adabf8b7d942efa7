/* SuspendOrganisation and ResumeOrganisation. Its people and API tokens are kept out; its websites are served on. */
#include <string.h>

#include "account.h"
#include "authz.h"
#include "authz_sql.h"
#include "organisation.h"
#include "person.h"

static bool begin(struct call *call, const char *id, bool suspended, struct change **change,
                  Stralix__V1__Organisation **before, struct error *err)
{
	struct uuid org;

	if (!organisation_find(call, id, before, err) || !id_read((*before)->id, &org, err) ||
	    !change_begin(call, &org, change, err) ||
	    !organisation_lock(call, *change, (*before)->id, NULL, before, err))
		return false;
	if ((strcmp((*before)->state, "suspended") == 0) != suspended)
		return true;
	return error_set(err, ERR_CONFLICT,
	                 suspended ? "This organisation is suspended already." : "This organisation isn't suspended.");
}

/*
 * Effects  one change: the organisation's row, audit organisation.suspend. The tables revoke its people's identities.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (suspended already, one's own, the last admin's).
 */
bool authz_suspend_organisation(struct call *call, const Stralix__V1__SuspendOrganisationRequest *req,
                                struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__Organisation *before;
	struct uuid org;

	if (uuid_parse(req->organisation_id, &org) && uuid_equal(&org, &call_identity(call)->org))
		return error_set(err, ERR_CONFLICT, "Nobody suspends their own organisation.");
	return begin(call, req->organisation_id, true, &change, &before, err) &&
	       TX_RUN(change_tx(change), AUTHZ_ORGANISATION_SUSPEND, NULL, err, DB_TEXT(before->id),
	              DB_TEXT(req->reason)) &&
	       person_admin_remains(change, err) &&
	       organisation_finish(call, change, before->id, "organisation.suspend", before, err);
}

/* The same the other way round; audit organisation.resume. */
bool authz_resume_organisation(struct call *call, const Stralix__V1__ResumeOrganisationRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__Organisation *before;

	return begin(call, req->organisation_id, false, &change, &before, err) &&
	       TX_RUN(change_tx(change), AUTHZ_ORGANISATION_RESUME, NULL, err, DB_TEXT(before->id)) &&
	       organisation_finish(call, change, before->id, "organisation.resume", before, err);
}
