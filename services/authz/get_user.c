/* GetUser. Shows one user. */
#include "authz.h"
#include "person.h"

/* Errors: ERR_NOT_FOUND, the same for absent and not for these eyes. */
bool authz_get_user(struct call *call, const Stralix__V1__GetUserRequest *req, struct error *err)
{
	Stralix__V1__UserReply reply;

	stralix__v1__user_reply__init(&reply);
	return person_find(call, req->user_id, &reply.user, err) && call_reply(call, &reply.base, err);
}
