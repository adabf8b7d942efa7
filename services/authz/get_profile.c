/* GetProfile. The caller as others see them. */
#include "authz.h"
#include "person.h"

/* Errors: ERR_NOT_FOUND for who is no user. */
bool authz_get_profile(struct call *call, const Stralix__V1__GetProfileRequest *req, struct error *err)
{
	Stralix__V1__UserReply reply;

	(void)req;
	stralix__v1__user_reply__init(&reply);
	return person_find(call, call_identity(call)->user_id, &reply.user, err) && call_reply(call, &reply.base, err);
}
