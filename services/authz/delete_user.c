/* DeleteUser. A person goes, with all they were signed in with. */
#include <string.h>

#include "stralix/v1/authz.contract.h"
#include "stralix/v1/common.pb-c.h"

#include "authz.h"
#include "authz_sql.h"
#include "person.h"

static bool tell(struct change *change, Stralix__V1__User *before, struct error *err)
{
	Stralix__V1__Target target;
	Stralix__V1__Empty reply;

	person_target(before, &target);
	stralix__v1__empty__init(&reply);
	return change_audit(change, "user.delete", &target, "success", &stralix__v1__user__rules, &before->base, NULL,
	                    err) &&
	       change_event(change, "user", "deleted", before->id, err) && change_reply(change, &reply.base, err) &&
	       change_commit(change, err);
}

/*
 * Effects  one change: the user's row goes, and with it sessions, API tokens and assignments; audit user.delete with
 * the name. The tables revoke the identities made before. Tasks that still wait are refused at dispatch. Errors
 * ERR_NOT_FOUND, ERR_FORBIDDEN (oneself), ERR_CONFLICT (the last admin).
 */
bool authz_delete_user(struct call *call, const Stralix__V1__DeleteUserRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__User *before;

	if (!person_begin(call, req->user_id, NULL, &change, &before, err))
		return false;
	if (strcmp(call_identity(call)->user_id, before->id) == 0)
		return error_set(err, ERR_FORBIDDEN, "Nobody deletes themselves.");
	return TX_RUN(change_tx(change), AUTHZ_USER_DELETE, NULL, err, DB_TEXT(before->id)) &&
	       person_admin_remains(change, err) && tell(change, before, err);
}
