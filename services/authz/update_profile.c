/* UpdateProfile. What a person may change of themselves: the name. */
#include "authz.h"
#include "authz_sql.h"
#include "mask.h"
#include "person.h"

/* Effects: the user's row, audit user.update. Errors: ERR_PRECONDITION (If-Match), ERR_INVALID (name). */
bool authz_update_profile(struct call *call, const Stralix__V1__UpdateProfileRequest *req, struct error *err)
{
	const struct mask mask = MASK_OF(req);
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__User *before;
	const char *name;

	if (!mask_check(&mask, err) ||
	    !person_begin(call, call_identity(call)->user_id, req->if_match, &change, &before, err))
		return false;
	name = before->name;
	return mask_name(&mask, req->settings ? req->settings->name : "", &name, err) &&
	       TX_RUN(change_tx(change), AUTHZ_USER_RENAME, NULL, err, DB_TEXT(before->id), DB_TEXT(name)) &&
	       person_finish(call, change, "user.update", before, err);
}
