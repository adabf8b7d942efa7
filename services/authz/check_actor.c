/* CheckActor. Whether a user still holds a permission in an organisation. */
#include "authz.h"
#include "authz_sql.h"
#include "role.h"

/* Role, permission and organisation of a user who exists and is enabled; anything else is a plain no. */
static bool decide(struct db *wide, const Stralix__V1__CheckActorRequest *req, bool *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	Stralix__Role role;

	if (!DB_RUN(wide, NULL, AUTHZ_WIDE_USER_ACTOR, &rows, err, DB_TEXT(req->user_id),
	            DB_TEXT(req->organisation_id)))
		return false;
	*ret = rows_count(rows) && role_parse(rows_text(rows, 0, 0), &role) && rows_bool(rows, 0, 2) &&
	       (role == STRALIX__ROLE__ADMIN || rows_bool(rows, 0, 1)) && permission_held(role, NULL, req->permission);
	return true;
}

/* Errors: ERR_UNAVAILABLE. */
bool authz_check_actor(struct call *call, const Stralix__V1__CheckActorRequest *req, struct error *err)
{
	Stralix__V1__CheckActorReply reply;
	bool allowed = false;

	stralix__v1__check_actor_reply__init(&reply);
	if (!decide(service_db_wide(call_service(call)), req, &allowed, err))
		return error_wrap(err, "check actor %s", req->user_id);
	reply.allowed = allowed;
	return call_reply(call, &reply.base, err);
}
